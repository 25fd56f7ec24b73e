"""From one month's MRR to the next: new, reactivation, expansion, contraction, churn; exact to the cent."""

from __future__ import annotations

from datetime import date

import polars as pl

from models.contracts import Column, Contract
from models.facts import DAY, REAL, TEXT, WHOLE
from models.ledger import Ledger, live_on, month_ends, paid_on

PARTS = ("new", "reactivation", "expansion", "contraction", "churn")

BRIDGE = Contract(
    "mrr_bridge",
    (
        Column("month", DAY, required=True, doc="its first day"),
        Column("until", DAY, required=True, doc="its last day, or as_of"),
        Column("currency", TEXT, required=True),
        Column("opening", REAL, required=True),
        *(Column(part, REAL, required=True) for part in PARTS),
        Column("closing", REAL, required=True, doc="opening plus the five parts, to the cent"),
    ),
    key=("month", "currency"),
)
BRIDGE_ROWS = Contract(
    "mrr_bridge_rows",
    (
        Column("month", DAY, required=True),
        Column("account_id", TEXT, required=True),
        Column("currency", TEXT, required=True),
        Column("part", TEXT, required=True, doc="one of PARTS, or unchanged"),
        Column("opening", REAL, required=True),
        Column("change", REAL, required=True),
        Column("closing", REAL, required=True),
    ),
    key=("month", "account_id", "currency"),
)
SERIES = Contract(
    "mrr_series",
    (
        Column("month", DAY, required=True),
        Column("until", DAY, required=True, doc="the day it was measured"),
        Column("currency", TEXT, required=True),
        Column("accounts", WHOLE, required=True, doc="accounts that paid that day"),
        Column("mrr", REAL, required=True),
    ),
    key=("month", "currency"),
)
ACTIVE = Contract(
    "active_accounts",
    (
        Column("month", DAY, required=True),
        Column("until", DAY, required=True),
        Column("accounts", WHOLE, required=True, doc="customers that day, paying or not"),
    ),
    key=("month",),
)


def bridge(book: Ledger, months: int = 24) -> pl.DataFrame:
    """The MRR bridge of the last `months` months, the current one up to as_of: `BRIDGE`.

    Opening is the MRR of the day before the month, closing that of its last day; changes within a month
    are netted. Losses are negative. Months before anyone paid in a currency are left out.
    """
    moves = _moves(book, months)
    parts = [pl.col("change").filter(pl.col("part") == part).sum().alias(part) for part in PARTS]
    sums = moves.group_by("month", "until", "currency").agg(
        pl.col("opening").sum(), *parts, pl.col("closing").sum()
    )
    cents = [(pl.col(name) / 100).alias(name) for name in ("opening", *PARTS, "closing")]
    return BRIDGE.check(sums.with_columns(cents).sort("month", "currency"))


def bridge_rows(book: Ledger, month: date, part: str | None = None) -> pl.DataFrame:
    """The accounts behind one month of the bridge, the largest changes first: `BRIDGE_ROWS`.

    `month` is any day of it; `part` narrows to one of `PARTS`.

    Raises `ValueError` for another part.
    """
    if part is not None and part not in PARTS:
        raise ValueError(f"the bridge has no part {part!r}; it has {', '.join(PARTS)}")
    back = (book.as_of.year - month.year) * 12 + book.as_of.month - month.month
    rows = bridge_moves(book, max(back, 0) + 1).filter(pl.col("month") == month.replace(day=1))
    if part is not None:
        rows = rows.filter(pl.col("part") == part)
    largest = pl.col("change").abs()
    return rows.sort(largest, "account_id", "currency", descending=[True, False, False])


def bridge_moves(book: Ledger, months: int = 24) -> pl.DataFrame:
    """Every account and currency of each of the last `months` months, in no order: `BRIDGE_ROWS`."""
    cents = [(pl.col(name) / 100).alias(name) for name in ("opening", "change", "closing")]
    return BRIDGE_ROWS.check(_moves(book, months).with_columns(cents))


def mrr_series(book: Ledger, months: int = 24) -> pl.DataFrame:
    """MRR and paying accounts at the end of each month, as_of last: `SERIES`."""
    ends = month_ends(book.as_of, months)[1:]
    paid = paid_on(book.periods, ends).group_by("day", "currency")
    totals = paid.agg(pl.len().cast(pl.Int64).alias("accounts"), (pl.col("cents").sum() / 100).alias("mrr"))
    return SERIES.check(_by_month(totals).sort("month", "currency"))


def active_series(book: Ledger, months: int = 24) -> pl.DataFrame:
    """Customers at the end of each month, as_of last: `ACTIVE`. The rows are `active_rows`."""
    ends = month_ends(book.as_of, months)[1:]
    counts = live_on(book, ends).group_by("day").agg(pl.len().cast(pl.Int64).alias("accounts"))
    every = pl.DataFrame({"day": ends}, schema={"day": pl.Date}).join(counts, on="day", how="left")
    return ACTIVE.check(_by_month(every.with_columns(pl.col("accounts").fill_null(0))).sort("month"))


def active_rows(book: Ledger, day: date | None = None) -> pl.DataFrame:
    """The customers of one day (as_of by default), with signed_on and ended_on."""
    on = book.as_of if day is None else day
    return (
        live_on(book, [on])
        .select("account_id")
        .join(
            book.lives.select("account_id", "signed_on", "ended_on"), on="account_id", maintain_order="left"
        )
    )


def _by_month(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(pl.col("day").dt.month_start().alias("month")).rename({"day": "until"})


def _moves(book: Ledger, months: int) -> pl.DataFrame:
    """Every account and currency of every month, in cents: opening, closing, change, part."""
    ends = month_ends(book.as_of, months)
    steps = pl.DataFrame(
        {"before": ends[:-1], "until": ends[1:]}, schema={"before": pl.Date, "until": pl.Date}
    )
    paid = paid_on(book.periods, ends)
    both = pl.concat(
        [
            steps.join(paid, left_on="before", right_on="day").with_columns(opening="cents", closing=0),
            steps.join(paid, left_on="until", right_on="day").with_columns(opening=0, closing="cents"),
        ],
        how="vertical_relaxed",
    )
    key = ["before", "until", "account_id", "currency"]
    first = (
        book.periods.filter(pl.col("cents") > 0)
        .group_by("account_id")
        .agg(pl.col("starts_on").min().alias("first_paid"))
    )
    return (
        both.group_by(key)
        .agg(pl.col("opening", "closing").sum())
        .join(first, on="account_id", how="left")
        .with_columns(
            pl.col("until").dt.month_start().alias("month"),
            (pl.col("closing") - pl.col("opening")).alias("change"),
            _part().alias("part"),
        )
    )


def _part() -> pl.Expr:
    opening, closing = pl.col("opening"), pl.col("closing")
    return (
        pl.when((opening == 0) & (pl.col("first_paid") > pl.col("before")))
        .then(pl.lit("new"))
        .when(opening == 0)
        .then(pl.lit("reactivation"))
        .when(closing == 0)
        .then(pl.lit("churn"))
        .when(closing > opening)
        .then(pl.lit("expansion"))
        .when(closing < opening)
        .then(pl.lit("contraction"))
        .otherwise(pl.lit("unchanged"))
    )
