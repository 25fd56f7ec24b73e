"""Champions who stopped: by hand, against what the demo company planted, and how rarely it is chance."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

import numpy as np
import polars as pl
import pytest

from models import facts
from models.book import BOOK, book
from models.champions import CHAMPIONS, MAX_CHANCE, quiet_champions
from models.demo.company import Company, company
from models.user_behaviour import NOW, YEAR, user_windows
from tests.data_access.usage import reference
from tests.models.rows import frame

DAY = date(2026, 11, 20)
LIVE = frame(BOOK, {"account_id": "a", "signed_on": DAY - timedelta(days=130)}, {"account_id": "b"})
Used = tuple[str, str, int, int, int]
WINDOWS: dict[str, Any] = {
    "account_id": pl.String,
    "user_id": pl.String,
    "window": pl.Int64,
    "active_days": pl.Int64,
    "last_at": pl.Datetime("us"),
}


def used(*rows: Used) -> pl.DataFrame:
    """account, user, window, active days, days since last seen."""
    noon = datetime(DAY.year, DAY.month, DAY.day, 12)
    told = [(*row[:4], noon - timedelta(days=row[4])) for row in rows]
    return pl.DataFrame(told, schema=WINDOWS, orient="row")


def champion(account: str, contact: str) -> dict[str, object]:
    return {"account_id": account, "contact_id": contact, "is_champion": True}


def heard(*champions: dict[str, object], **given: list[dict[str, object]]) -> dict[str, pl.DataFrame]:
    every = {"contacts": list(champions), **given}
    names = ("contacts", "survey_responses", "interactions", "community_posts")
    return {name: pl.DataFrame(every.get(name, []), schema=facts.FACTS[name].schema) for name in names}


def test_one_who_stopped_by_hand() -> None:
    told = heard(
        champion("a", "c"),
        survey_responses=[
            {"account_id": "a", "contact_id": "c", "responded_at": datetime(2026, 9, 2)},
            {"account_id": "a", "contact_id": "c", "responded_at": datetime(2026, 12, 2)},
        ],
        interactions=[
            {"account_id": "a", "contact_id": "c", "direction": "in", "opened_at": datetime(2026, 9, 9)},
            {"account_id": "a", "contact_id": "c", "direction": "out", "opened_at": datetime(2026, 11, 9)},
        ],
    )
    found = quiet_champions(LIVE, used(("a", "c", YEAR, 30, 40), ("a", "d", NOW, 5, 1)), told, DAY)

    row = CHAMPIONS.check(found).row(0, named=True)
    assert (row["quiet_since"], row["quiet_days"]) == (date(2026, 10, 11), 40)
    # Signed 130 days ago, last use 40 days ago: 91 days watched, both ends counted.
    assert (row["active_days"], row["watched_days"]) == (30, 91)
    assert row["chance"] == pytest.approx((91 / 131) ** 30)
    assert (row["others_now"], row["heard_on"]) == (1, date(2026, 9, 9))
    assert row["sentence"] == (
        "used it on 30 of 91 days up to 11 Oct 2026, on none since; "
        "1 other used it in the past 28 days; last heard from on 9 Sep 2026"
    )


@pytest.mark.parametrize(
    ("rows", "people"),
    [
        pytest.param([("a", "c", YEAR, 30, 27)], [champion("a", "c")], id="a holiday"),
        pytest.param([("a", "c", YEAR, 6, 40)], [champion("a", "c")], id="rarely there before"),
        pytest.param([("a", "d", YEAR, 30, 40)], [champion("a", "c")], id="never used it"),
        pytest.param([("a", "c", YEAR, 30, 40)], [champion("b", "c")], id="another account's"),
        pytest.param([("gone", "c", YEAR, 30, 40)], [champion("gone", "c")], id="not a live account"),
        pytest.param([("a", "c", YEAR, 30, 40)], [champion("a", "c") | {"is_champion": None}], id="nobody's"),
    ],
)
def test_who_is_not_quiet(
    rows: list[tuple[str, str, int, int, int]], people: list[dict[str, object]]
) -> None:
    assert quiet_champions(LIVE, used(*rows), heard(*people), DAY).is_empty()


@cache
def demo() -> Company:
    return company(DAY, accounts=400, months=13)


def quiet_in_demo() -> pl.DataFrame:
    given = demo().facts
    windows = reference.user_windows(given["usage_events"], user_windows(DAY))
    return quiet_champions(book(given["accounts"], given["subscriptions"], DAY), windows, given, DAY)


def test_the_demo_company_s_are_found_and_few_others() -> None:
    found = dict(quiet_in_demo().select("account_id", "quiet_since").iter_rows())
    planted = {
        account: date.fromisoformat(one["champion_quiet_on"])
        for account, one in demo().truth["accounts"].items()
        if one["champion_quiet_on"]
    }
    hits = planted.keys() & found.keys()

    assert len(planted) >= 5
    assert len(hits) >= 0.7 * len(planted)
    assert len(found) - len(hits) <= 4
    assert sum(abs(planted[account] - found[account]) <= timedelta(days=7) for account in hits) >= 4


def test_steady_champions_are_called_quiet_no_oftener_than_promised() -> None:
    """20,000 who use it on any day with the same chance: how often is their last silence unlike them?"""
    rng = np.random.default_rng(3)
    rate = rng.uniform(0.02, 0.5, 20_000)
    there = rng.random((20_000, 365)) < rate[:, None]
    last = 364 - there[:, ::-1].argmax(axis=1)
    seen = there.any(axis=1)
    rows = used(
        *(("a", f"u{n}", YEAR, int(there[n].sum()), int(364 - last[n])) for n in np.flatnonzero(seen))
    )
    people = heard(*(champion("a", f"u{n}") for n in range(20_000)))
    steady = frame(BOOK, {"account_id": "a", "signed_on": DAY - timedelta(days=900)})

    called = quiet_champions(steady, rows, people, DAY).height / rows.height

    assert called <= MAX_CHANCE
