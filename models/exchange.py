"""What people stated about money: exchange rates with their day, and costs that the data does not tell."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from models.ledger import Rates
from models.worth import HORIZON_MONTHS, Assumed


@dataclass(frozen=True)
class StatedRates:
    """Rates and the day they are of: every conversion says it."""

    rates: Rates
    on: date


def rates_from(body: Mapping[str, Any]) -> StatedRates | None:
    """The rates of the settings (`rates`: into, on, per_unit), or None when nobody stated any.

    Raises `ValueError` with what is wrong.

    >>> rates_from({"rates": {"into": "EUR", "on": "2026-11-01", "per_unit": {"USD": 0.9}}}).rates.into
    'EUR'
    """
    told = body.get("rates")
    if not told:
        return None
    into, per_unit = str(told.get("into", "")).strip(), told.get("per_unit", {})
    if not into:
        raise ValueError("rates need the currency to convert into")
    try:
        on = date.fromisoformat(str(told.get("on", "")))
    except ValueError as error:
        raise ValueError("rates need the day they are of, as in 2026-11-01") from error
    known = {str(currency): float(rate) for currency, rate in per_unit.items()}
    wrong = [name for name, rate in known.items() if not (math.isfinite(rate) and rate > 0)]
    if wrong:
        raise ValueError(f"the rate of {', '.join(wrong)} must be above 0")
    return StatedRates(Rates(into, known), on)


def missing_rates(currencies: pl.Series, stated: StatedRates) -> list[str]:
    """The currencies that have no rate."""
    known = {*stated.rates.per_unit, stated.rates.into}
    return sorted(set(currencies.drop_nulls().unique().to_list()) - known)


def assumed_from(body: Mapping[str, Any]) -> Assumed:
    """What the settings state for accounts that lack it (`value`); raises `ValueError` for what can't be.

    >>> assumed_from({"value": {"margin": 0.8}}).margin
    0.8
    """
    told = body.get("value") or {}
    unknown = sorted(set(told) - {"margin", "acquisition_cost", "monthly_cost_to_serve", "horizon_months"})
    if unknown:
        raise ValueError(f"value has no {', '.join(unknown)}")
    numbers = {name: None if number is None else float(number) for name, number in told.items()}
    horizon = int(numbers.pop("horizon_months", None) or HORIZON_MONTHS)
    if not 1 <= horizon <= 120:
        raise ValueError("a life is counted 1 to 120 months ahead")
    margin = numbers.get("margin")
    if margin is not None and not 0 <= margin <= 1:
        raise ValueError("a margin lies between 0 and 100 %")
    if any(number is not None and number < 0 for number in numbers.values()):
        raise ValueError("a cost can't be below 0")
    return Assumed(**numbers, horizon_months=horizon)


_MONEY = (
    "mrr",
    "brings",
    "acquisition_cost",
    "serving",
    "referred",
    "worth",
    "low",
    "high",
    "monthly",
)


def converted(worth: pl.DataFrame, stated: StatedRates) -> pl.DataFrame:
    """`WORTH` in one currency; accounts without a rate, or without a currency, stay as they are."""
    known = {**stated.rates.per_unit, stated.rates.into: 1.0}
    rate = pl.col("currency").replace_strict(known, default=None, return_dtype=pl.Float64)
    into = pl.when(rate.is_not_null()).then(pl.lit(stated.rates.into)).otherwise("currency")
    money = [(pl.col(name) * rate.fill_null(1.0)).round(2).alias(name) for name in _MONEY]
    return worth.with_columns(*money, into.alias("currency"))
