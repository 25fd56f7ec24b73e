"""Which accounts are learned from when there are many."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl

from models.facts import ACCOUNTS
from models.past_decisions import sample

FIRST = date(2025, 1, 1)
UNTIL = date(2026, 1, 31)


def accounts(many: int) -> pl.DataFrame:
    rows = [{"account_id": f"a{n:04}", "signed_on": FIRST + timedelta(days=n % 300)} for n in range(many)]
    return pl.DataFrame(rows, schema=ACCOUNTS.schema)


def test_a_small_company_is_taken_whole() -> None:
    assert sample(accounts(50), UNTIL, most=50).height == 50


def test_a_large_one_is_thinned_evenly() -> None:
    taken = sample(accounts(1000), UNTIL, most=300)
    assert taken.height == 250
    assert taken["signed_on"].n_unique() > 200


def test_an_account_that_signs_later_changes_nothing() -> None:
    later = pl.DataFrame(
        [{"account_id": "zz", "signed_on": UNTIL + timedelta(days=1)}], schema=ACCOUNTS.schema
    )
    with_later = sample(pl.concat([accounts(1000), later]), UNTIL, most=300)
    assert with_later.equals(sample(accounts(1000), UNTIL, most=300))
