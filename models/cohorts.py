"""Cohorts: what became of the customers of each signing month, in customers, MRR and use."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl

from models.contracts import Column, Contract
from models.facts import DAY, FLAG, REAL, TEXT, WHOLE
from models.ledger import Ledger, live_on, month_ends, paid_on
from models.snapshot import WEEKS

COHORT_ROWS = Contract(
    "cohort_rows",
    (
        Column("cohort", DAY, required=True, doc="first day of the signing month"),
        Column("age", WHOLE, required=True, doc="months since; 0 is the signing month itself"),
        Column("until", DAY, required=True, doc="that month's last day, or as_of"),
        Column("account_id", TEXT, required=True),
        Column("signed_on", DAY, required=True),
        Column("kept", FLAG, required=True, doc="a customer on that day"),
        Column("active", FLAG, doc="used something in the 28 days before; null where that isn't kept"),
        Column("currency", TEXT, required=True, doc="of mrr and mrr_first; empty for who never paid"),
        Column("mrr_first", REAL, required=True, doc="at the first month's end that it paid, seen by as_of"),
        Column("mrr", REAL, required=True),
    ),
    key=("cohort", "age", "account_id", "currency"),
)
COHORTS = Contract(
    "cohorts",
    (
        Column("cohort", DAY, required=True),
        Column("age", WHOLE, required=True),
        Column("until", DAY, required=True),
        Column("part", REAL, required=True),
        Column("whole", REAL, required=True, doc="above 0"),
        Column("share", REAL, required=True, doc="part / whole"),
        Column("accounts", WHOLE, required=True, doc="signed in that month"),
    ),
    key=("cohort", "age"),
)
LOGOS, MRR, USE = "Customers", "MRR", "Use"
GRIDS = (LOGOS, MRR, USE)
"""What the grid can show: customers kept, MRR of the first MRR, accounts that use it."""

_LOOK_BACK = 4
"""Weeks that count as use up to a month's end."""


def cohort_rows(book: Ledger, weeks: pl.DataFrame, months: int = 18) -> pl.DataFrame:
    """Every account signed in the last `months` months at each month's end since: `COHORT_ROWS`.

    In: `WEEKS` of the same day for use; it tells only as many weeks as it holds, of accounts still there.
    The current month is measured on as_of.
    """
    ends = month_ends(book.as_of, months)
    days = pl.DataFrame({"until": ends[1:]}, schema={"until": pl.Date})
    signed = book.lives.filter(pl.col("signed_on") > ends[0]).select("account_id", "signed_on")
    month = pl.col("signed_on").dt.month_start()
    age = 12 * (pl.col("until").dt.year() - pl.col("cohort").dt.year()).cast(pl.Int64)
    age = age + pl.col("until").dt.month() - pl.col("cohort").dt.month()
    grid = signed.with_columns(month.alias("cohort")).join(days, how="cross").with_columns(age.alias("age"))
    grid = grid.filter(pl.col("age") >= 0)
    kept = live_on(book, ends[1:]).select("account_id", until="day", kept=pl.lit(value=True))
    rows = (
        grid.join(kept, on=["account_id", "until"], how="left")
        .join(_active(weeks, ends[1:], book.as_of), on=["account_id", "until"], how="left")
        .with_columns(pl.col("kept").fill_null(value=False))
        .join(_first_paid(book, ends[1:]), on="account_id", how="left")
        .join(
            paid_on(book.periods, ends[1:]).rename({"day": "until", "cents": "now"}),
            on=["account_id", "until", "currency"],
            how="left",
        )
    )
    known = pl.col("until").is_in(_known_days(weeks, ends[1:], book.as_of))
    told = rows.with_columns(
        pl.when(known).then(pl.col("active").fill_null(value=False)).alias("active"),
        pl.col("currency").fill_null(""),
        (pl.col("first").fill_null(0) / 100).alias("mrr_first"),
        (pl.col("now").fill_null(0) / 100).alias("mrr"),
    )
    return COHORT_ROWS.check(told.sort("cohort", "age", "account_id", "currency"))


def cohorts(rows: pl.DataFrame, grid: str, currency: str = "") -> pl.DataFrame:
    """The grid of one of `GRIDS`, a row a cohort and month: `COHORTS`.

    In: `COHORT_ROWS`. Customers: kept / signed. MRR: now / first, of one currency; 1 where all pay as at
    first. Use: used it in the 28 days before / signed, only months that are known.

    Raises `ValueError` for another grid.
    """
    cell = cell_rows(rows, grid, currency)
    part, whole = {
        LOGOS: (pl.col("kept").sum().cast(pl.Float64), pl.len().cast(pl.Float64)),
        MRR: (pl.col("mrr").sum().round(2), pl.col("mrr_first").sum().round(2)),
        USE: (pl.col("active").sum().cast(pl.Float64), pl.len().cast(pl.Float64)),
    }[grid]
    sums = cell.group_by("cohort", "age", "until").agg(
        part.alias("part"),
        whole.alias("whole"),
        pl.col("account_id").n_unique().cast(pl.Int64).alias("accounts"),
    )
    shares = sums.filter(pl.col("whole") > 0).with_columns((pl.col("part") / pl.col("whole")).alias("share"))
    return COHORTS.check(shares.sort("cohort", "age"))


def cell_rows(rows: pl.DataFrame, grid: str, currency: str = "") -> pl.DataFrame:
    """The rows that make a grid, one an account and month; narrow them to one cell to open it."""
    if grid not in GRIDS:
        raise ValueError(f"There is no grid {grid!r}; there are {', '.join(GRIDS)}.")
    if grid == MRR:
        return rows.filter((pl.col("currency") == currency) & (pl.col("mrr_first") > 0))
    once = rows.unique(["cohort", "age", "account_id"], keep="first", maintain_order=True)
    return once.filter(pl.col("active").is_not_null()) if grid == USE else once


def _first_paid(book: Ledger, ends: list[date]) -> pl.DataFrame:
    """What each account paid in each currency at the first month's end that it did: first (cents)."""
    paid = paid_on(book.periods, ends).sort("day")
    return paid.group_by("account_id", "currency").agg(pl.col("cents").first().alias("first"))


def _known_days(weeks: pl.DataFrame, ends: list[date], as_of: date) -> list[date]:
    longest = weeks["active_days"].list.len().max() if weeks.height else 0
    held = longest if isinstance(longest, int) else 0
    return [end for end in ends if (as_of - end).days // 7 + _LOOK_BACK <= held]


def _active(weeks: pl.DataFrame, ends: list[date], as_of: date) -> pl.DataFrame:
    """Who used something in the four weeks up to each month's end (in whole weeks before as_of)."""
    WEEKS.check(weeks)
    parts = []
    for end in _known_days(weeks, ends, as_of):
        back = (as_of - end) // timedelta(days=7)
        last = pl.col("active_days").list.reverse().list.slice(back, _LOOK_BACK).list.sum()
        parts.append(
            weeks.filter(last > 0).select("account_id", until=pl.lit(end), active=pl.lit(value=True))
        )
    none = pl.DataFrame(schema={"account_id": pl.String, "until": pl.Date, "active": pl.Boolean})
    return pl.concat([none, *parts])
