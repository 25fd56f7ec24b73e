"""The ledger behind every retention figure: who was a customer when, and what they paid a month."""

from __future__ import annotations

import calendar
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from models.book import as_known
from models.contracts import Column, Contract, ContractError
from models.facts import DAY, REAL, TEXT, WHOLE

PERIODS = Contract(
    "paid_periods",
    (
        Column("account_id", TEXT, required=True),
        Column("product", TEXT, required=True),
        Column("currency", TEXT, required=True, doc="empty when the source doesn't say"),
        Column("starts_on", DAY, required=True),
        Column("ends_on", DAY, doc="first day no longer paid; null while open"),
        Column("cents", WHOLE, required=True, doc="MRR in hundredths, so that sums are exact"),
    ),
    key=("account_id", "product", "starts_on"),
)
LIVES = Contract(
    "lives",
    (
        Column("account_id", TEXT, required=True),
        Column("signed_on", DAY, doc="null: before anything known"),
        Column("ended_on", DAY, doc="day they left or their outcome was known; null while alive"),
        Column("renewal_on", DAY),
    ),
    key=("account_id",),
)
MRR_ROWS = Contract(
    "mrr_rows",
    (
        Column("account_id", TEXT, required=True),
        Column("product", TEXT, required=True),
        Column("currency", TEXT, required=True),
        Column("mrr", REAL, required=True),
    ),
)


@dataclass(frozen=True)
class Ledger:
    """`PERIODS` and `LIVES` as known on `as_of`; no row in it says anything about a later day."""

    periods: pl.DataFrame
    lives: pl.DataFrame
    as_of: date


@dataclass(frozen=True)
class Rates:
    """What one unit of each currency is worth in the currency `into`, stated by a person."""

    into: str
    per_unit: Mapping[str, float]


def ledger(
    accounts: pl.DataFrame, subscriptions: pl.DataFrame, as_of: date, rates: Rates | None = None
) -> Ledger:
    """Make the ledger of `ACCOUNTS` and `SUBSCRIPTIONS` as of a day.

    A subscription ends with its account, unless it starts on or after that end (the customer came back).
    Ends after as_of aren't known yet, so such periods are open. With `rates` all money is converted;
    without, currencies stay apart.

    Raises `ContractError` for a negative MRR, and for a currency without a rate.
    """
    lives = as_known(accounts, as_of).select(
        "account_id",
        "signed_on",
        pl.min_horizontal("churned_on", "outcome_on").alias("ended_on"),
        "renewal_on",
    )
    _refuse_negative(subscriptions)
    known = subscriptions.filter(pl.col("starts_on") <= as_of).join(lives, on="account_id")
    cut = pl.when(pl.col("starts_on") < pl.col("ended_on")).then("ended_on")
    ends = pl.min_horizontal("ends_on", cut)
    periods = known.with_columns(
        pl.col("currency").fill_null(""),
        pl.when(ends <= as_of).then(ends).alias("ends_on"),
    )
    money = _converted(periods, rates).with_columns(
        (pl.col("mrr") * 100).round().cast(pl.Int64).alias("cents")
    )
    return Ledger(PERIODS.check(money), LIVES.check(lives.sort("account_id")), as_of)


def _refuse_negative(subscriptions: pl.DataFrame) -> None:
    wrong = subscriptions.filter(pl.col("mrr") < 0)
    if wrong.is_empty():
        return
    first = wrong.row(0, named=True)
    raise ContractError(
        f"subscriptions: {wrong.height} with a negative MRR, first account {first['account_id']}, "
        f"product {first['product']}, {first['mrr']}; a refund is not a subscription, "
        "end the period or lower its MRR instead"
    )


def _converted(periods: pl.DataFrame, rates: Rates | None) -> pl.DataFrame:
    if rates is None:
        return periods
    known = {**rates.per_unit, rates.into: 1.0}
    missing = sorted(set(periods["currency"]) - set(known))
    if missing:
        named = ", ".join(name or "(not stated)" for name in missing)
        raise ContractError(
            f"no rate from {named} to {rates.into}; there are rates for {', '.join(sorted(known))}: "
            "state the missing ones or show currencies apart"
        )
    rate = pl.col("currency").replace_strict(known, return_dtype=pl.Float64)
    return periods.with_columns(pl.col("mrr") * rate, pl.lit(rates.into).alias("currency"))


def months_before(day: date, months: int) -> date:
    """The same day of an earlier month, or that month's last day.

    >>> months_before(date(2024, 2, 29), 12)
    datetime.date(2023, 2, 28)
    """
    index = day.year * 12 + day.month - 1 - months
    year, month = index // 12, index % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def month_ends(as_of: date, months: int) -> list[date]:
    """The last day of each of `months` months and of the one before them, oldest first, as_of the last.

    >>> month_ends(date(2025, 3, 10), 2)
    [datetime.date(2025, 1, 31), datetime.date(2025, 2, 28), datetime.date(2025, 3, 10)]
    """
    first = as_of.replace(day=1)
    ends = [months_before(first, back) - timedelta(days=1) for back in range(months)]
    return [*reversed(ends), as_of]


def paid_on(periods: pl.DataFrame, days: Sequence[date]) -> pl.DataFrame:
    """What each account paid on each day: day, account_id, currency, cents; only where above 0."""
    grid = pl.DataFrame({"day": days}, schema={"day": pl.Date})
    covers = pl.col("ends_on").is_null() | (pl.col("ends_on") > pl.col("day"))
    return (
        periods.lazy()
        .join(grid.lazy(), how="cross")
        .filter((pl.col("starts_on") <= pl.col("day")) & covers & (pl.col("cents") > 0))
        .group_by("day", "account_id", "currency")
        .agg(pl.col("cents").sum())
        .collect()
    )


def mrr_rows(book: Ledger, day: date | None = None) -> pl.DataFrame:
    """The periods that make the MRR of a day (as_of by default): `MRR_ROWS`."""
    on = book.as_of if day is None else day
    covers = pl.col("ends_on").is_null() | (pl.col("ends_on") > on)
    rows = book.periods.filter((pl.col("starts_on") <= on) & covers & (pl.col("cents") > 0))
    return MRR_ROWS.check(rows.with_columns(money("cents", "mrr")).sort("account_id", "product"))


def live_on(book: Ledger, days: Sequence[date]) -> pl.DataFrame:
    """Who was a customer on each day: day, account_id.

    Signed by then and not ended, or paying (who came back after leaving). A pause is not an end.
    """
    grid = pl.DataFrame({"day": days}, schema={"day": pl.Date})
    signed = pl.col("signed_on").is_null() | (pl.col("signed_on") <= pl.col("day"))
    stays = pl.col("ended_on").is_null() | (pl.col("ended_on") > pl.col("day"))
    related = book.lives.join(grid, how="cross").filter(signed & stays).select("day", "account_id")
    paying = paid_on(book.periods, days).select("day", "account_id")
    return pl.concat([related, paying]).unique().sort("day", "account_id")


def money(cents: str, name: str) -> pl.Expr:
    """Hundredths as money."""
    return (pl.col(cents) / 100).alias(name)
