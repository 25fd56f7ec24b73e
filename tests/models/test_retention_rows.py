"""Every figure equals the sum of the rows it opens into, whole and narrowed."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Any

import polars as pl
import pytest

from models.facts import ACCOUNTS, CSMS, SUBSCRIPTIONS
from models.retention_rows import (
    FIGURES,
    GRR,
    LOGO,
    NRR,
    behind,
    figures,
    members,
    only,
    retention_rows,
    value_of,
    with_scopes,
)
from models.retention_series import series

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
    ours = figures(ROWS)
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
