"""MRR and renewals of the next quarters, from who pays now; and how such forecasts did in the past.

New customers aren't foreseen: the forecast says what of today's MRR will be paid then. An account's share is
its MRR, times the chance to be there by its age (`models.lifetimes`), times the growth of those who stay as
the past year had it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl
from scipy.special import betaincinv, ndtri

from models.contracts import Column, Contract
from models.facts import DAY, FLAG, REAL, TEXT, WHOLE
from models.ledger import Ledger, Rates, ledger, months_before, paid_on
from models.lifetimes import LifeCurve, spells
from models.retention import renewal_rows, revenue_rows
from models.survival import Reals

LEVEL = 0.9
"""The intervals of a forecast."""

QUARTERS = 4
FEWEST_ENDINGS = 10
"""Fewer departures than this don't tell a rate of leaving."""

FORECAST = Contract(
    "mrr_forecast",
    (
        Column("until", DAY, required=True, doc="last day of a quarter"),
        Column("currency", TEXT, required=True),
        Column("accounts", WHOLE, required=True, doc="that pay on the day of the forecast"),
        Column("mrr_now", REAL, required=True),
        Column("expected", REAL, required=True),
        Column("low", REAL, required=True, doc="90 % interval"),
        Column("high", REAL, required=True),
    ),
    key=("until", "currency"),
)
FORECAST_ROWS = Contract(
    "mrr_forecast_rows",
    (
        Column("until", DAY, required=True),
        Column("account_id", TEXT, required=True),
        Column("currency", TEXT, required=True),
        Column("mrr_now", REAL, required=True),
        Column("tenure_days", REAL, doc="null when the signing day isn't known: the mean age counts"),
        Column("stays", REAL, required=True, doc="chance to be there on that day"),
        Column("expected", REAL, required=True, doc="to the cent; the forecast is the sum of these"),
    ),
    key=("until", "account_id", "currency"),
)
BACKTEST = Contract(
    "forecast_backtest",
    (
        Column("made_on", DAY, required=True),
        *FORECAST.columns,
        Column("actual", REAL, required=True, doc="what the same accounts paid on that day"),
        Column("inside", FLAG, required=True, doc="whether the interval held it"),
    ),
    key=("made_on", "until", "currency"),
)
RENEWAL_FORECAST = Contract(
    "renewal_forecast",
    (
        Column("until", DAY, required=True, doc="last day of a quarter"),
        Column("due", WHOLE, required=True),
        Column("rate", REAL, required=True, doc="won of those due in the past 12 months"),
        Column("expected", REAL, required=True, doc="won"),
        Column("low", REAL, required=True, doc="90 % interval"),
        Column("high", REAL, required=True),
    ),
    key=("until",),
)


@dataclass(frozen=True)
class Growth:
    """How the MRR of those who stay changes in a year: `ratio`, its variance, and that of one account."""

    ratio: float
    variance: float
    own: float
    accounts: int


def quarter_ends(day: date, quarters: int = QUARTERS) -> list[date]:
    """The last days of the quarters that follow `day`, its own quarter first unless it ends that day.

    >>> quarter_ends(date(2026, 11, 20), 2)
    [datetime.date(2026, 12, 31), datetime.date(2027, 3, 31)]
    """
    first = date(day.year, 3 * ((day.month - 1) // 3) + 1, 1)
    ends = [months_before(first, -3 * ahead) - timedelta(days=1) for ahead in range(1, quarters + 2)]
    return [end for end in ends if end > day][:quarters]


def growth(book: Ledger) -> Growth:
    """The growth of those who paid a year ago and still pay: Σ now / Σ then, and how sure that is."""
    stayed = revenue_rows(book).filter(pl.col("mrr_now") > 0)
    then, now = stayed["mrr_then"].to_numpy(), stayed["mrr_now"].to_numpy()
    if len(then) < FEWEST_ENDINGS:
        return Growth(1.0, 0.0, 0.0, len(then))
    ratio = float(now.sum() / then.sum())
    off = now - ratio * then
    return Growth(
        ratio, float((off**2).sum() / then.sum() ** 2), float((off**2).sum() / (then**2).sum()), len(then)
    )


@dataclass(frozen=True)
class Forecast:
    """`FORECAST` with its rows (`FORECAST_ROWS`), what it rests on, or why there is none (`missing`)."""

    quarters: pl.DataFrame
    rows: pl.DataFrame
    growth: Growth
    endings: int
    missing: str = ""


def forecast(book: Ledger, days: list[date] | None = None) -> Forecast:
    """What of today's MRR is paid at the end of each of the next quarters (or on `days`).

    The interval joins four uncertain things: who leaves, the curve itself (its steps are shared by all), the
    growth of those who stay, and each one's own growth.
    """
    ends = quarter_ends(book.as_of) if days is None else days
    lives = spells(book)
    told = growth(book)
    paying = _paying(book)
    endings = int(lives["ended"].sum())
    if endings < FEWEST_ENDINGS or paying.is_empty():
        why = "nobody pays" if paying.is_empty() else f"{endings} of {FEWEST_ENDINGS} departures are known"
        return Forecast(FORECAST.empty(), FORECAST_ROWS.empty(), told, endings, why)
    ages = paying["age"].to_numpy()
    longest = float(ages.max()) + max((end - book.as_of).days for end in ends)
    curve = LifeCurve(lives, longest)
    parts = [_on(paying, curve, told, end, (end - book.as_of).days) for end in ends]
    rows = FORECAST_ROWS.check(pl.concat([part[0] for part in parts]))
    return Forecast(FORECAST.check(pl.concat([part[1] for part in parts])), rows, told, endings)


def _paying(book: Ledger) -> pl.DataFrame:
    paid = paid_on(book.periods, [book.as_of]).join(book.lives, on="account_id", how="left")
    tenure = (pl.lit(book.as_of) - pl.col("signed_on")).dt.total_days().cast(pl.Float64)
    rows = paid.with_columns(mrr_now=pl.col("cents") / 100, tenure_days=tenure).sort("currency", "account_id")
    return rows.with_columns(age=pl.col("tenure_days").fill_null(pl.col("tenure_days").mean()).fill_null(0.0))


def _on(
    paying: pl.DataFrame, curve: LifeCurve, told: Growth, end: date, ahead: int
) -> tuple[pl.DataFrame, pl.DataFrame]:
    years = ahead / 365.25
    ages = paying["age"].to_numpy()
    stays = curve.chance(ages, ahead)
    grown = told.ratio**years
    rows = paying.with_columns(
        until=pl.lit(end),
        stays=pl.Series(stays),
        expected=pl.Series(np.round(paying["mrr_now"].to_numpy() * stays * grown, 2)),
    )
    sums = []
    for (currency,), own in rows.group_by("currency", maintain_order=True):
        mrr, chance = own["mrr_now"].to_numpy(), own["stays"].to_numpy()
        age = own["age"].to_numpy()
        variance = _variance(mrr, chance, told, years) + grown**2 * curve.shared_variance(age, ahead, mrr)
        sums.append((end, currency, own.height, *_interval(own, variance)))
    return rows, pl.DataFrame(sums, schema=FORECAST.schema, orient="row")


def _variance(mrr: Reals, chance: Reals, told: Growth, years: float) -> float:
    """What comes from each account by itself, and from the growth that all share."""
    grown = told.ratio**years
    leaving = grown**2 * float((mrr**2 * chance * (1 - chance)).sum())
    own = told.own * years * float((mrr**2 * chance).sum())
    shared = told.variance * years**2 * float((mrr * chance).sum()) ** 2
    return float(leaving + own + shared)


def _interval(own: pl.DataFrame, variance: float) -> tuple[float, float, float, float]:
    now, expected = round(float(own["mrr_now"].sum()), 2), round(float(own["expected"].sum()), 2)
    away = float(ndtri(0.5 + LEVEL / 2)) * variance**0.5
    return now, expected, max(expected - away, 0.0), expected + away


def backtest(
    accounts: pl.DataFrame,
    subscriptions: pl.DataFrame,
    as_of: date,
    rates: Rates | None = None,
    quarters: int = 4,
) -> pl.DataFrame:
    """How forecasts made at the ends of past quarters did by now: `BACKTEST`, each made as of its day.

    Every one sees only what was known on its day and is held against what the same accounts paid later.
    """
    today = ledger(accounts, subscriptions, as_of, rates)
    ends = _past_ends(as_of, quarters + 1)
    found = []
    for place, made_on in enumerate(ends[:-1]):
        made = forecast(ledger(accounts, subscriptions, made_on, rates), ends[place + 1 :])
        if made.quarters.is_empty():
            continue
        actual = _with_actual(made, today).group_by("until", "currency").agg(pl.col("actual").sum())
        found.append(
            made.quarters.join(actual, on=["until", "currency"]).with_columns(
                made_on=pl.lit(made_on), inside=pl.col("actual").is_between("low", "high")
            )
        )
    if not found:
        return BACKTEST.empty()
    return BACKTEST.check(
        pl.concat(found).sort("made_on", "until", "currency", descending=[True, False, False])
    )


def past_rows(
    accounts: pl.DataFrame,
    subscriptions: pl.DataFrame,
    as_of: date,
    made_on: date,
    until: date,
    rates: Rates | None = None,
) -> pl.DataFrame:
    """The accounts behind one forecast of the past: `FORECAST_ROWS` and actual, what each then paid.

    Raises ValueError for a day after `as_of`.
    """
    if until > as_of:
        raise ValueError(f"what came by {until} is not known on {as_of}; ask for a day up to then")
    made = forecast(ledger(accounts, subscriptions, made_on, rates), [until])
    return _with_actual(made, ledger(accounts, subscriptions, as_of, rates))


def _with_actual(made: Forecast, today: Ledger) -> pl.DataFrame:
    paid = paid_on(today.periods, made.quarters["until"].unique().to_list()).rename({"day": "until"})
    held = made.rows.join(
        paid.select("until", "account_id", "currency", "cents"),
        on=["until", "account_id", "currency"],
        how="left",
        maintain_order="left",
    )
    return held.with_columns(actual=pl.col("cents").fill_null(0) / 100).drop("cents")


def _past_ends(as_of: date, quarters: int) -> list[date]:
    """The last days of the last quarters that are over, oldest first."""
    first = date(as_of.year, 3 * ((as_of.month - 1) // 3) + 1, 1)
    return [months_before(first, 3 * back) - timedelta(days=1) for back in range(quarters - 1, -1, -1)]


def renewal_forecast(book: Ledger, due: pl.DataFrame) -> pl.DataFrame:
    """How many of the renewals due in each of the next quarters are won: `RENEWAL_FORECAST`.

    In: account_id and renewal_on of the open renewals. The rate is won of due in the past 12 months; the
    interval is that of a beta-binomial with that past (Jeffreys), by its normal approximation within 0 and
    due. Empty without renewals in the past.
    """
    past = renewal_rows(book).unique(["account_id", "due_on"])
    if past.is_empty():
        return RENEWAL_FORECAST.empty()
    n, won = past.height, int(past["won"].sum())
    ends = quarter_ends(book.as_of)
    starts = [book.as_of, *ends[:-1]]
    rows = []
    for start, end in zip(starts, ends, strict=True):
        count = due.filter((pl.col("renewal_on") > start) & (pl.col("renewal_on") <= end)).height
        rows.append((end, count, won / n, count * won / n, *_won(count, won, n)))
    return RENEWAL_FORECAST.check(pl.DataFrame(rows, schema=RENEWAL_FORECAST.schema, orient="row"))


def _won(due: int, won: int, n: int) -> tuple[float, float]:
    if not due:
        return 0.0, 0.0
    a, b = won + 0.5, n - won + 0.5
    mean = a / (a + b)
    spread = (due * mean * (1 - mean) * (a + b + due) / (a + b + 1)) ** 0.5
    # A beta has the shape of the share, also near 0 and 1: match its mean and spread.
    share = (spread / due) ** 2
    size = max(mean * (1 - mean) / share - 1, 1e-6)
    low, high = (float(betaincinv(mean * size, (1 - mean) * size, p)) for p in (0.05, 0.95))
    return float(np.floor(low * due)), float(np.ceil(high * due))
