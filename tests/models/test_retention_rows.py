"""Every figure equals the sum of the rows it opens into, whole and narrowed."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Any

import polars as pl
import pytest

from models.facts import ACCOUNTS, CSMS, SUBSCRIPTIONS
from models.ledger import Rates, ledger
from models.retention import renewal_rows
from models.retention_rows import (
    ENDS,
    FIGURES,
    GRR,
    LOGO,
    MOVES,
    NRR,
    WON,
    behind,
    figures,
    members,
    only,
    retention_rows,
    value_of,
    with_scopes,
)
from models.retention_series import series
from models.retention_splits import UNKNOWN, of_parts, split

DAY = date(2026, 3, 10)


def company(n: int = 60, seed: int = 5) -> tuple[pl.DataFrame, pl.DataFrame]:
    dice = Random(seed)
    accounts: list[dict[str, Any]] = []
    periods: list[dict[str, Any]] = []
    for number in range(n):
        signed = DAY - timedelta(days=dice.randint(60, 1200))
        left = signed + timedelta(days=dice.randint(90, 1300)) if dice.random() < 0.4 else None
        accounts.append(
            {
                "account_id": f"a{number}",
                "name": f"Company {number}" if number % 3 else None,
                "segment": dice.choice(["Large", "Small", None]),
                "csm_id": dice.choice(["c1", "c2", None]),
                "signed_on": signed,
                "churned_on": left,
            }
        )
        start, mrr = signed, float(dice.randint(50, 900))
        while start < DAY + timedelta(days=400):
            periods.append(
                {
                    "account_id": f"a{number}",
                    "product": "core",
                    "starts_on": start,
                    "ends_on": start + timedelta(days=180),
                    "mrr": mrr,
                    "currency": "EUR" if number % 5 else "USD",
                }
            )
            start, mrr = start + timedelta(days=180), round(mrr * dice.choice([0.7, 1.0, 1.25]), 2)
    return pl.DataFrame(accounts, schema=ACCOUNTS.schema), pl.DataFrame(periods, schema=SUBSCRIPTIONS.schema)


ACC, SUBS = company()
ROWS = retention_rows(ACC, SUBS, DAY)


def test_the_figures_are_those_of_the_series() -> None:
    ours = figures(ROWS).filter(~pl.col("figure").str.starts_with("renewal"))
    theirs = series(ACC, SUBS, DAY).filter(pl.col("accounts").is_null() | (pl.col("accounts") > 0))
    joined = ours.join(theirs, on=["until", "figure", "currency"], how="full", suffix="_theirs")
    assert joined.height == ours.height == theirs.height
    assert joined["accounts"].equals(joined["accounts_theirs"])
    assert joined.filter((pl.col("value") - pl.col("value_theirs")).abs() > 1e-9).is_empty()


@pytest.mark.parametrize("figure", FIGURES)
@pytest.mark.parametrize("segment", [None, "Large"])
def test_each_figure_is_made_of_its_rows(figure: str, segment: str | None) -> None:
    scoped = with_scopes(ACC, CSMS.empty())
    rows = only(ROWS, members(scoped, {"segment": [segment]})) if segment else ROWS
    shown = figures(rows).filter((pl.col("figure") == figure) & (pl.col("until") == DAY))
    assert shown.height
    for one in shown.iter_rows(named=True):
        made = value_of(behind(rows, figure, DAY, one["currency"]), figure)
        assert (made or 0.0) == pytest.approx(one["value"], abs=1e-9)


def test_what_was_lost_stands_first() -> None:
    logos = behind(ROWS, LOGO, DAY, "")["kept"].to_list()
    assert logos == sorted(logos)
    grr = behind(ROWS, GRR, DAY, "EUR")
    assert (grr["mrr_kept"] - grr["mrr_then"]).is_sorted()


def test_no_rows_no_figure() -> None:
    nobody = only(ROWS, pl.Series("account_id", [], dtype=pl.String))
    assert figures(nobody).is_empty()
    assert value_of(behind(nobody, NRR, DAY, "EUR"), NRR) is None


def test_nothing_after_the_day_counts() -> None:
    later = ACC.with_columns(
        churned_on=pl.when(pl.col("churned_on") > DAY).then(None).otherwise("churned_on")
    )
    assert figures(retention_rows(later, SUBS, DAY)).equals(figures(ROWS))


def test_scopes_name_the_csm_or_nobody() -> None:
    csms = pl.DataFrame([{"csm_id": "c1", "name": "Eva Lind"}], schema=CSMS.schema)
    scoped = with_scopes(ACC, csms)
    assert set(scoped["csm"]) == {"Eva Lind", "c2", "Nobody"}
    assert scoped["name"].null_count() == 0
    chosen = members(scoped, {"csm": ["Nobody"], "segment": ["Large"]})
    assert set(chosen) == set(
        ACC.filter(pl.col("csm_id").is_null(), pl.col("segment") == "Large")["account_id"]
    )


def test_an_unknown_figure_names_those_there_are() -> None:
    with pytest.raises(ValueError, match="There is no figure 'ARR'; there are logo retention, GRR"):
        behind(ROWS, "ARR", DAY, "EUR")


@pytest.mark.parametrize("currency", ["EUR", "USD"])
@pytest.mark.parametrize("until", [DAY, date(2025, 9, 30)])
def test_the_parts_of_a_split_add_up_to_the_whole(currency: str, until: date) -> None:
    parts = ACC.select("account_id", part="segment")
    found = split(ROWS, parts, until, currency)
    sums: dict[str, float] = found.select(pl.exclude("part").sum()).row(0, named=True)
    assert UNKNOWN in found["part"]
    whole = {
        row["figure"]: row
        for row in figures(ROWS)
        .filter((pl.col("until") == until) & pl.col("currency").is_in(["", currency]))
        .iter_rows(named=True)
    }
    assert sums["accounts"] == whole[LOGO]["accounts"]
    assert sums["kept"] / sums["accounts"] == pytest.approx(whole[LOGO]["value"])
    assert sums["mrr_kept"] / sums["mrr_then"] == pytest.approx(whole[GRR]["value"])
    assert sums["mrr_now"] / sums["mrr_then"] == pytest.approx(whole[NRR]["value"])
    assert sums["due"] == whole[WON]["accounts"]
    assert sums["won"] / sums["due"] == pytest.approx(whole[WON]["value"])
    for row in found.drop_nulls(["grr", "nrr"]).iter_rows(named=True):
        assert row["grr"] <= min(1, row["nrr"]) + 1e-12


def test_the_renewal_base_of_a_past_month_is_what_was_due_by_then() -> None:
    past = date(2025, 9, 30)
    then = renewal_rows(ledger(ACC, SUBS, past)).unique(["account_id", "due_on"])
    ours = behind(ROWS, WON, past, "")
    assert (
        ours.select("account_id", "due_on", "won")
        .sort("account_id", "due_on")
        .equals(then.select("account_id", "due_on", "won").sort("account_id", "due_on"))
    )


def test_the_ends_of_the_bridge_open_into_who_pays() -> None:
    moves = [f for f in FIGURES if f in MOVES]
    for currency in ("EUR", "USD"):
        parts = [value_of(behind(ROWS, name, DAY, currency), name) or 0 for name in moves]
        first, last = (value_of(behind(ROWS, name, DAY, currency), name) or 0 for name in ENDS)
        assert round(first + sum(parts), 2) == last


def test_converted_at_a_stated_rate_there_is_one_currency() -> None:
    one = retention_rows(ACC, SUBS, DAY, 3, Rates("EUR", {"USD": 0.5}))
    now = figures(one).filter((pl.col("until") == DAY) & (pl.col("figure") == "MRR closing"))
    apart = figures(ROWS).filter((pl.col("until") == DAY) & (pl.col("figure") == "MRR closing"))
    told = dict(apart.select("currency", "value").iter_rows())
    assert now["currency"].to_list() == ["EUR"]
    assert now["value"][0] == pytest.approx(told["EUR"] + told["USD"] / 2, abs=0.5)


def test_a_part_is_cut_by_what_was_true_a_year_before_each_month() -> None:
    days = ROWS.logos["until"].unique().sort().tail(3).to_list()
    ids = ACC["account_id"]
    parts = pl.concat(
        pl.DataFrame({"until": day, "account_id": ids, "part": part}, schema_overrides={"until": pl.Date})
        for day, part in ((days[0], "A"), (days[1], "B"))
    ).filter(pl.col("account_id") != "a0")

    found = figures(of_parts(ROWS, parts, ["A"]))
    whole = figures(only(ROWS, ids.filter(ids != "a0")))
    of_day = (pl.col("until") == days[0]) & ~pl.col("figure").str.starts_with("MRR")
    assert found.equals(whole.filter(of_day))
    rest = of_parts(ROWS, parts, [UNKNOWN])
    assert set(rest.revenue["account_id"]) == {"a0"}
    assert set(rest.revenue["until"]) == set(days[:2])
    assert of_parts(ROWS, parts, ["C"]).logos.is_empty()
