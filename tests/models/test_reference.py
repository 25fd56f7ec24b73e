"""Shares of the reference, against scipy and against counting by hand."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import polars as pl
import pytest
from scipy.stats import percentileofscore

from models.reference import MEASURES, Reference, mid_rank, ratio, seen
from tests.models.sample import AS_OF, Company, make


@pytest.fixture(scope="module")
def company() -> Company:
    return make(3, accounts=150)


@pytest.fixture(scope="module")
def reference(company: Company) -> Reference:
    return company.behaviour().reference


def test_mid_rank_is_the_mean_percentile_rank_of_scipy() -> None:
    rng = np.random.default_rng(1)
    reference, values = rng.integers(0, 9, 200).astype(float), np.arange(-1.0, 11.0)
    expected = [percentileofscore(reference, value, kind="mean") for value in values]
    assert mid_rank(reference, values) == pytest.approx(expected)
    assert np.isnan(mid_rank(reference, np.array([np.nan]))).all()


def test_ratio_compares_rates_a_day() -> None:
    recent, days, early, early_days = (np.array([x]) for x in (13, 28, 89, 90))
    assert ratio(recent, days, early, early_days) == pytest.approx((14 / 28) / (90 / 90))


def test_members_are_measured_at_the_age_of_the_account(company: Company, reference: Reference) -> None:
    assert reference.scope == "accounts"
    days, age = company.account_days(), 120
    at = reference.at_age(age)
    expected = _active_days(company, days, age)
    old_enough = reference.last_age >= age
    assert old_enough.sum() > 10
    assert sorted(at["active_days_28"][old_enough]) == sorted(expected)


def _active_days(company: Company, days: pl.DataFrame, age: int) -> list[float]:
    """Active days in the 28 days up to `age` of every member that got so old, counted one by one."""
    decided = company.behaviour().scores["account_id"].to_list()
    known = seen(company.accounts.select("account_id", "signed_on"), days)
    first = dict(known.select("account_id", "start").rows())
    renewed = company.accounts.filter(
        (pl.col("churned_on").is_null() | (pl.col("churned_on") > AS_OF))
        & (pl.col("signed_on") <= AS_OF - timedelta(days=365))
        & pl.col("account_id").is_in(decided)
    )
    counts = []
    for name in renewed["account_id"]:
        if first[name] is None or (AS_OF - first[name]).days < age:
            continue
        last = first[name] + timedelta(days=age)
        used = days.filter(account_id=name)["day"]
        counts.append(float(used.is_between(last - timedelta(days=27), last).sum()))
    return counts


def test_younger_members_stand_with_their_last_day(reference: Reference) -> None:
    beyond, last = reference.at_age(10_000), reference.at_last
    for name in MEASURES:
        np.testing.assert_array_equal(beyond[name], last[name])


def test_a_thin_segment_is_compared_with_all(reference: Reference) -> None:
    columns, scope = reference.members("nobody is in it")
    assert (len(columns), scope) == (reference.size, "all")


def test_usage_that_was_recorded_late_starts_the_clock() -> None:
    people = pl.DataFrame({"account_id": ["old", "new", "never"], "signed_on": [1, 40, 1]}).with_columns(
        pl.col("signed_on").cast(pl.Date)
    )
    days = pl.DataFrame({"account_id": ["old", "new"], "day": [30, 45]}).with_columns(
        pl.col("day").cast(pl.Date)
    )
    starts = dict(seen(people, days).select("account_id", pl.col("start").cast(pl.Int32)).rows())
    assert starts == {"old": 30, "new": 40, "never": None}
