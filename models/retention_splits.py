"""Retention of each part of the book on one day: the parts add up to the whole."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import polars as pl

from models.contracts import Column, Contract
from models.facts import REAL, TEXT, WHOLE
from models.retention import logo_retention, renewal_logos, revenue_retention
from models.retention_rows import RetentionRows

NEAR = timedelta(days=45)
"""A snapshot this far from a day still tells what was measured around it."""

UNKNOWN = "not known"
"""The part of accounts that a split says nothing of."""

SPLIT = Contract(
    "retention_split",
    (
        Column("part", TEXT, required=True),
        Column("accounts", WHOLE, required=True, doc="customers 12 months ago"),
        Column("kept", WHOLE, required=True),
        Column("logo", REAL, doc="kept / accounts"),
        Column("mrr_then", REAL, required=True, doc="of one currency"),
        Column("mrr_now", REAL, required=True),
        Column("mrr_kept", REAL, required=True),
        Column("grr", REAL, doc="mrr_kept / mrr_then"),
        Column("nrr", REAL, doc="mrr_now / mrr_then"),
        Column("due", WHOLE, required=True, doc="renewals due in the past 12 months"),
        Column("won", WHOLE, required=True),
        Column("renewed", REAL, doc="won / due"),
    ),
    key=("part",),
)


def split(rows: RetentionRows, parts: pl.DataFrame, until: date, currency: str) -> pl.DataFrame:
    """Retention of each part on the day `until` (a month's end of `rows`): `SPLIT`, largest first.

    In: `parts` has account_id and part; accounts it does not name, or names null, are "not known".
    """
    told = with_part(rows, parts, until)
    by = ["part"]
    logos = logo_retention(told.logos, by).rename({"rate": "logo"})
    paid = revenue_retention(told.revenue.filter(pl.col("currency") == currency), by)
    won = renewal_logos(told.renewals, by).rename({"rate": "renewed"})
    joined = logos.join(paid.drop("currency", "accounts"), on="part", how="full", coalesce=True)
    joined = joined.join(won, on="part", how="full", coalesce=True)
    zeros = [pl.col(name).fill_null(0) for name in ("accounts", "kept", "due", "won")]
    money = [pl.col(name).fill_null(0.0) for name in ("mrr_then", "mrr_now", "mrr_kept")]
    ordered = joined.with_columns(*zeros, *money).sort("accounts", "part", descending=[True, False])
    return SPLIT.check(ordered)


def nearest(made: pl.DataFrame, day: date) -> tuple[int, date] | None:
    """The snapshot nearest to a day, within 45 days, the later made of two as near: its id and day.

    In: snapshot_id and as_of, one row a snapshot.

    >>> made = pl.DataFrame({"snapshot_id": [1, 2], "as_of": [date(2026, 1, 10), date(2026, 3, 1)]})
    >>> nearest(made, date(2026, 2, 1)), nearest(made, date(2026, 6, 1))
    ((1, datetime.date(2026, 1, 10)), None)
    """
    near = made.filter(pl.col("as_of").is_between(day - NEAR, day + NEAR))
    if near.is_empty():
        return None
    off = (pl.col("as_of") - day).dt.total_days().abs()
    row = near.sort(off, "snapshot_id", descending=[False, True]).row(0, named=True)
    return int(row["snapshot_id"]), row["as_of"]


def of_parts(rows: RetentionRows, parts: pl.DataFrame, wanted: Sequence[str]) -> RetentionRows:
    """The rows of accounts that were in one of the parts wanted when their 12 months began.

    In: `parts` has until, account_id and part, for the month's ends whose beginning was measured; the others
    have no rows then. Who it does not name, or names null, is "not known". What moved the MRR has no
    12 months to begin with: it is left out.
    """
    named = parts.select("until", "account_id", "part").unique(["until", "account_id"])
    measured = parts["until"].unique()
    logos, revenue, renewals = (
        frame.filter(pl.col("until").is_in(measured.implode()))
        .join(named, on=["until", "account_id"], how="left", maintain_order="left")
        .filter(pl.col("part").fill_null(UNKNOWN).is_in(list(wanted)))
        .drop("part")
        for frame in (rows.logos, rows.revenue, rows.renewals)
    )
    return RetentionRows(logos, revenue, renewals, rows.moves.clear(), rows.as_of)


def with_part(rows: RetentionRows, parts: pl.DataFrame, until: date) -> RetentionRows:
    """The rows of one day, each with its `part`."""
    named = parts.select("account_id", "part").unique("account_id")
    logos, revenue, renewals = (
        frame.filter(pl.col("until") == until)
        .join(named, on="account_id", how="left", maintain_order="left")
        .with_columns(pl.col("part").fill_null(UNKNOWN))
        for frame in (rows.logos, rows.revenue, rows.renewals)
    )
    return RetentionRows(logos, revenue, renewals, rows.moves.clear(), rows.as_of)
