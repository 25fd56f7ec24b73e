"""Cohorts by hand: customers kept, MRR of the first MRR, and use."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from models.cohorts import GRIDS, LOGOS, MRR, USE, cell_rows, cohort_rows, cohorts
from models.facts import ACCOUNTS, SUBSCRIPTIONS
from models.ledger import ledger
from models.snapshot import WEEKS
from tests.models.rows import frame

AS_OF = date(2025, 6, 15)


def weeks(**active: list[int]) -> pl.DataFrame:
    rows = [{"account_id": name, "events": days, "active_days": days} for name, days in active.items()]
    return frame(WEEKS, *rows)


def paid(
    account_id: str, starts_on: date, mrr: float, ends_on: date | None = None, currency: str = "EUR"
) -> dict[str, object]:
    return {
        "account_id": account_id,
        "product": "core",
        "starts_on": starts_on,
        "mrr": mrr,
        "ends_on": ends_on,
        "currency": currency,
    }


@pytest.fixture
def rows() -> pl.DataFrame:
    accounts = frame(
        ACCOUNTS,
        {"account_id": "a", "signed_on": date(2025, 4, 3)},
        {"account_id": "b", "signed_on": date(2025, 4, 20), "churned_on": date(2025, 5, 20)},
        {"account_id": "c", "signed_on": date(2025, 5, 2)},
        {"account_id": "old", "signed_on": date(2020, 1, 1)},
    )
    periods = frame(
        SUBSCRIPTIONS,
        paid("a", date(2025, 4, 3), 100, date(2025, 5, 10)),
        paid("a", date(2025, 5, 10), 150.5),
        paid("b", date(2025, 4, 20), 50),
        paid("c", date(2025, 5, 20), 80, currency="USD"),
        paid("old", date(2020, 1, 1), 999),
    )
    used = weeks(a=[1] * 8, c=[0] * 8)
    return cohort_rows(ledger(accounts, periods, AS_OF), used, 3)


def grid(rows: pl.DataFrame, which: str, currency: str = "") -> list[tuple[object, ...]]:
    return cohorts(rows, which, currency).select("cohort", "age", "part", "whole").rows()


APRIL, MAY = date(2025, 4, 1), date(2025, 5, 1)


def test_customers_kept_by_hand(rows: pl.DataFrame) -> None:
    assert grid(rows, LOGOS) == [
        (APRIL, 0, 2, 2),
        (APRIL, 1, 1, 2),
        (APRIL, 2, 1, 2),
        (MAY, 0, 1, 1),
        (MAY, 1, 1, 1),
    ]


def test_mrr_by_hand_in_each_currency(rows: pl.DataFrame) -> None:
    assert grid(rows, MRR, "EUR") == [(APRIL, 0, 150, 150), (APRIL, 1, 150.5, 150), (APRIL, 2, 150.5, 150)]
    assert grid(rows, MRR, "USD") == [(MAY, 0, 80, 80), (MAY, 1, 80, 80)]


def test_use_is_told_only_where_its_weeks_are_kept(rows: pl.DataFrame) -> None:
    # Eight weeks are kept: the four before 15 June and those before 31 May, not those before 30 April.
    assert grid(rows, USE) == [(APRIL, 1, 1, 2), (APRIL, 2, 1, 2), (MAY, 0, 0, 1), (MAY, 1, 0, 1)]


@pytest.mark.parametrize("which", GRIDS)
def test_every_cell_opens_into_rows_that_make_it(rows: pl.DataFrame, which: str) -> None:
    behind = cell_rows(rows, which, "EUR")
    for cell in cohorts(rows, which, "EUR").iter_rows(named=True):
        own = behind.filter((pl.col("cohort") == cell["cohort"]) & (pl.col("age") == cell["age"]))
        part = {LOGOS: "kept", MRR: "mrr", USE: "active"}[which]
        assert own[part].sum() == cell["part"]
        assert own["account_id"].n_unique() == cell["accounts"]


def test_another_grid_is_named_with_those_there_are(rows: pl.DataFrame) -> None:
    with pytest.raises(ValueError, match="there are Customers, MRR, Use"):
        cohorts(rows, "NPS")
