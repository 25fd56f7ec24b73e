"""Forecasts add up, see nothing of later, and held their intervals on a company of known hazard."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from models.facts import ACCOUNTS, SUBSCRIPTIONS
from models.forecast import FORECAST, backtest, forecast, growth, quarter_ends, renewal_forecast
from models.ledger import Ledger, Rates, ledger

AS_OF = date(2026, 9, 30)


def company(seed: int, n: int = 400) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Customers who leave at one constant rate (30 % a year) and grow 10 % on each anniversary."""
    rng = np.random.default_rng(seed)
    signed = [date(2023, 1, 1) + timedelta(days=int(d)) for d in rng.integers(0, 1300, n)]
    stay = rng.exponential(365.25 / 0.3567, n)
    ends = [day + timedelta(days=int(length) + 1) for day, length in zip(signed, stay, strict=True)]
    mrr = np.round(rng.lognormal(6, 0.6, n), 2)
    accounts, periods = [], []
    for i in range(n):
        left = ends[i] if ends[i] <= AS_OF else None
        about = {"account_id": f"a{i:04d}", "signed_on": signed[i], "churned_on": left}
        accounts.append({name: about.get(name) for name in ACCOUNTS.names})
        for year in range(4):
            start = signed[i] + timedelta(days=365 * year)
            period = {
                "account_id": f"a{i:04d}",
                "product": "core",
                "starts_on": start,
                "ends_on": start + timedelta(days=365),
                "mrr": round(float(mrr[i]) * 1.1**year, 2),
                "currency": "EUR" if i % 4 else "USD",
            }
            if start <= AS_OF and (left is None or start < left):
                periods.append(period)
    return pl.DataFrame(accounts, schema=ACCOUNTS.schema), pl.DataFrame(periods, schema=SUBSCRIPTIONS.schema)


def book(seed: int = 1, rates: Rates | None = None) -> Ledger:
    return ledger(*company(seed), AS_OF, rates)


def test_quarters_that_follow_a_day() -> None:
    assert quarter_ends(date(2026, 9, 30), 2) == [date(2026, 12, 31), date(2027, 3, 31)]
    assert quarter_ends(date(2026, 9, 29), 1) == [date(2026, 9, 30)]


def test_a_forecast_is_the_sum_of_its_rows_in_each_currency() -> None:
    made = forecast(book())
    sums = made.rows.group_by("until", "currency").agg(
        pl.len().cast(pl.Int64).alias("n"), pl.col("mrr_now").sum(), pl.col("expected").sum()
    )
    both = made.quarters.join(sums, on=["until", "currency"], suffix="_rows")
    assert both.height == 8
    for row in both.iter_rows(named=True):
        assert row["expected"] == pytest.approx(row["expected_rows"], abs=0.005)
        assert row["mrr_now"] == pytest.approx(row["mrr_now_rows"], abs=0.005)
        assert row["accounts"] == row["n"]
        assert row["low"] < row["expected"] < row["high"]


def test_converted_at_a_rate_the_forecast_is_one() -> None:
    apart, one = forecast(book()).quarters, forecast(book(rates=Rates("EUR", {"USD": 0.5}))).quarters
    first = apart.filter(pl.col("until") == apart["until"].min())
    scaled = first["mrr_now"] * pl.Series([0.5 if c == "USD" else 1.0 for c in first["currency"]])
    assert one["currency"].unique().to_list() == ["EUR"]
    assert one["mrr_now"][0] == pytest.approx(scaled.sum(), abs=0.5)


def test_growth_of_those_who_stay_is_what_was_planted() -> None:
    told = growth(book())
    assert told.ratio == pytest.approx(1.1, abs=0.01)
    assert told.accounts > 50


def test_past_forecasts_hold_what_came_in_most_cases() -> None:
    inside: list[bool] = []
    for seed in range(6):
        inside += backtest(*company(seed), AS_OF)["inside"].to_list()
    assert len(inside) == 6 * 20
    assert 0.75 <= np.mean(inside) <= 1.0


def test_a_past_forecast_sees_nothing_of_later() -> None:
    accounts, periods = company(3)
    day = date(2026, 3, 31)
    then = forecast(ledger(accounts, periods, day), [date(2026, 9, 30)]).quarters
    known = ledger(
        accounts.filter(pl.col("signed_on") <= day).with_columns(
            churned_on=pl.when(pl.col("churned_on") <= day).then("churned_on")
        ),
        periods.filter(pl.col("starts_on") <= day),
        day,
    )
    assert forecast(known, [date(2026, 9, 30)]).quarters.equals(then)


def test_too_few_departures_make_no_forecast() -> None:
    accounts, periods = company(1, 20)
    made = forecast(ledger(accounts.with_columns(churned_on=pl.lit(None, pl.Date)), periods, AS_OF))
    assert made.quarters.equals(FORECAST.empty())
    assert made.missing == "0 of 10 departures are known"
    assert forecast(ledger(ACCOUNTS.empty(), SUBSCRIPTIONS.empty(), AS_OF)).missing == "nobody pays"
    assert backtest(ACCOUNTS.empty(), SUBSCRIPTIONS.empty(), AS_OF).is_empty()


def test_renewals_are_foreseen_at_the_rate_of_the_past_year() -> None:
    of = book()
    due = pl.DataFrame({"account_id": ["a", "b"], "renewal_on": [date(2026, 10, 5), date(2027, 1, 2)]})
    found = renewal_forecast(of, due)
    assert found["due"].to_list() == [1, 1, 0, 0]
    assert found["expected"][0] == found["rate"][0]
    assert (found["low"] <= found["expected"]).all()
    assert (found["expected"] <= found["high"]).all()
    many = pl.DataFrame({"renewal_on": [date(2026, 10, 5)] * 100})
    row = renewal_forecast(of, many).row(0, named=True)
    assert row["low"] < 100 * row["rate"] < row["high"] <= 100
    assert renewal_forecast(ledger(ACCOUNTS.empty(), SUBSCRIPTIONS.empty(), AS_OF), due).is_empty()
