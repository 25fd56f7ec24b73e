"""Success drivers: planted ones are found, a company without any shows none, and nothing late counts."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from statistics import NormalDist
from typing import Any

import numpy as np
import polars as pl
import pytest

from models import driver_accounts, facts
from models.decisions import DECISIONS
from models.drivers import DRIVERS, benjamini_hochberg, drivers, drivers_with_accounts
from tests.models.rows import frame

START = date(2022, 1, 3)


def company(
    seed: int, accounts: int = 500, *, support: float = 0.0, decoy: float = 0.0
) -> dict[str, pl.DataFrame]:
    """Accounts that do things at random; `support` and `decoy` are log-odds of staying.

    Those who contact support twice in their first month stay more often by `support`. Segment s1 stays
    more often by `decoy` and uses the event "decoy" more, which has no effect of its own.
    """
    rng = np.random.default_rng(seed)
    decided, met, days, spans = [], [], [], []
    for number in range(accounts):
        name, signed = f"a{number:04d}", START + timedelta(days=int(rng.integers(0, 700)))
        segment = int(rng.integers(0, 2))
        twice = rng.random() < 0.35
        logit = 0.6 + support * twice + decoy * segment
        stays = rng.random() < 1 / (1 + np.exp(-logit))
        day = signed + timedelta(days=365 if stays else int(rng.integers(100, 366)))
        decided.append(
            {
                "account_id": name,
                "segment": f"s{segment}",
                "signed_on": signed,
                "decided_on": day,
                "succeeded": bool(stays),
                "left_on": None if stays else day,
            }
        )
        for n in range(2 if twice else int(rng.random() < 0.3)):
            met.append(_ticket(name, signed + timedelta(days=int(rng.integers(1, 28))), f"{name}-{n}"))
        for n in range(int(rng.poisson(3 if stays else 0))):
            met.append(_ticket(name, signed + timedelta(days=int(rng.integers(95, 99))), f"{name}-late{n}"))
        for at in rng.choice(90, int(rng.integers(5, 60)), replace=False):
            used = signed + timedelta(days=int(at))
            days.append({"account_id": name, "day": used, "events": 1, "quantity": 1.0, "users": 1})
        chance = {"decoy": 0.8 if segment else 0.2, **{f"e{n}": 0.4 for n in range(15)}}
        spans += [_span(name, event, signed) for event, p in chance.items() if rng.random() < p]
    return {
        "decided": frame(DECISIONS, *decided),
        "interactions": frame(facts.INTERACTIONS, *met),
        "account_days": frame(facts.ACCOUNT_DAYS, *days),
        "event_spans": frame(facts.EVENT_SPANS, *spans),
        "community_posts": facts.COMMUNITY_POSTS.empty(),
        "survey_responses": facts.SURVEY_RESPONSES.empty(),
        "features": facts.FEATURES.empty(),
    }


def _ticket(name: str, day: date, key: str) -> dict[str, Any]:
    at = datetime(day.year, day.month, day.day, 9)
    return {"interaction_id": key, "account_id": name, "channel": "ticket", "opened_at": at}


def _span(name: str, event: str, signed: date) -> dict[str, Any]:
    at = datetime(signed.year, signed.month, signed.day) + timedelta(days=10)
    return {
        "account_id": name,
        "event": event,
        "events": 1,
        "quantity": 1.0,
        "first_at": at,
        "last_at": at,
    }


def found(made: dict[str, pl.DataFrame]) -> pl.DataFrame:
    return drivers(made["decided"], made, made["account_days"], made["event_spans"])


def test_contacting_support_twice_is_found_and_said() -> None:
    best = found(company(1, support=1.5)).row(0, named=True)
    assert (best["activity"], best["times"], best["landmark"]) == ("support", 2, 30)
    assert best["clear"]
    assert 0 < best["low"] < best["difference"] < best["high"]
    assert best["sentence"].startswith(
        "Customers who contact support at least twice in their first 30 days stay more often: "
    )
    assert f"n = {best['n_with']} with, {best['n_without']} without" in best["sentence"]


def test_a_company_without_drivers_mostly_shows_none() -> None:
    shown = [found(company(seed, 300))["clear"].sum() for seed in range(20)]
    assert sum(count > 0 for count in shown) <= 4


def test_a_segment_does_not_lend_its_shine() -> None:
    rows = found(company(2, 800, decoy=2.0)).filter(pl.col("driver").str.contains("decoy"))
    assert rows.height == 2
    assert not rows["clear"].any()


def test_what_came_after_the_landmark_does_not_count() -> None:
    """Only those who stay contact support after day 95; that must not look like a driver."""
    support = found(company(3)).filter(activity="support")
    assert support.height == 2
    assert not support["clear"].any()


def test_the_difference_is_mantel_haenszel_s_by_hand() -> None:
    made = company(4, support=1.0)
    row = found(made).filter(activity="support", landmark=30).row(0, named=True)
    tickets = made["interactions"].with_columns(day=pl.col("opened_at").dt.date())
    first = tickets["day"].min()
    people = made["decided"].filter(pl.col("signed_on") >= first)
    early = tickets.join(people, on="account_id").filter(
        (pl.col("day") - pl.col("signed_on")).dt.total_days().is_between(0, 29)
    )
    done = dict(early.group_by("account_id").len().iter_rows())
    weight = diff = 0.0
    strata: dict[tuple[Any, ...], list[tuple[bool, bool]]] = {}
    for one in people.iter_rows(named=True):
        key = (one["segment"], one["signed_on"].year, one["signed_on"].month > 6)
        did = done.get(one["account_id"], 0) >= row["times"]
        strata.setdefault(key, []).append((did, one["succeeded"]))
    for members in strata.values():
        yes, no = ([good for did, good in members if did is which] for which in (True, False))
        if yes and no:
            w = len(yes) * len(no) / len(members)
            weight, diff = weight + w, diff + w * (sum(yes) / len(yes) - sum(no) / len(no))
    assert row["difference"] == pytest.approx(diff / weight)
    assert row["share_with"] - row["share_without"] == pytest.approx(row["difference"])


def test_the_interval_covers_the_truth() -> None:
    """On 40 companies without any effect, 95 % intervals of one activity miss zero rarely."""
    missed = 0
    for seed in range(40):
        row = found(company(100 + seed, 200)).filter(pl.col("driver") == "use “e0”", landmark=30)
        missed += int((row["low"][0] > 0) or (row["high"][0] < 0))
    assert missed <= 6
    assert NormalDist().inv_cdf(0.975) == pytest.approx(1.959964, abs=1e-6)


def test_too_few_decisions_tell_nothing() -> None:
    assert found(company(5, 40)).schema == DRIVERS.schema
    assert found(company(5, 40)).is_empty()
    made = company(6, 200)
    assert drivers(
        made["decided"].filter("succeeded"), made, made["account_days"], made["event_spans"]
    ).is_empty()


def test_benjamini_hochberg_by_hand() -> None:
    assert benjamini_hochberg(np.array([0.04, 0.01, 0.5, 0.03])) == pytest.approx(
        [0.16 / 3, 0.04, 0.5, 0.16 / 3]
    )


def test_the_accounts_behind_each_driver_add_up_to_its_n_and_did_what_it_says() -> None:
    made = company(3, support=1.0)
    rest = {name: made[name] for name in made if name not in ("decided", "account_days", "event_spans")}
    found, behind = drivers_with_accounts(made["decided"], rest, made["account_days"], made["event_spans"])
    assert driver_accounts.MOST >= found.height > 10
    for row in found.select(driver_accounts.name(), "n_with", "n_without").iter_rows():
        chosen = driver_accounts.of(behind, row[0])
        assert chosen["account_id"].is_unique().all()
        assert (int(chosen["did"].sum()), int((~chosen["did"]).sum())) == row[1:]
    support = found.filter(pl.col("activity") == "support", pl.col("landmark") == 30).row(0, named=True)
    early = (
        made["interactions"]
        .join(made["decided"].select("account_id", "signed_on"), on="account_id")
        .filter((pl.col("opened_at").dt.date() - pl.col("signed_on")).dt.total_days() < 30)
        .group_by("account_id")
        .len()
        .filter(pl.col("len") >= support["times"])
    )
    chosen = driver_accounts.of(behind, f"{support['driver']}, first 30 days")
    assert set(chosen.filter("did")["account_id"]) <= set(early["account_id"])
    assert not set(chosen.filter(~pl.col("did"))["account_id"]) & set(early["account_id"])
    stayed = dict(made["decided"].select("account_id", "succeeded").iter_rows())
    assert all(stayed[account] == kept for account, kept in chosen.select("account_id", "succeeded").rows())
