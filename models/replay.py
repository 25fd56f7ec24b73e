"""What a rule would have found in the past: how many a week, for whom, and how many of them left."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from models.contracts import Column, Contract
from models.facts import DAY, FLAG, REAL, TEXT, WHOLE
from models.replay_base import FOLLOWED_DAYS, Base, everybody, matched
from models.shares import percent
from models.wilson import Share

WEEKS = 12
LOOKED_AT = 26
"""Weekly snapshots that are read: twelve to count, and those before them, which tell who left."""

WEEKLY = Contract(
    "replay_weeks",
    (
        Column("as_of", DAY, required=True),
        Column("accounts", WHOLE, required=True, doc="in the book"),
        Column("found", WHOLE, required=True, doc="for which the rule held"),
        Column("fresh", WHOLE, required=True, doc="and had not held a week earlier: these would be new"),
    ),
    key=("as_of",),
)

FOUND = Contract(
    "replay_found",
    (
        Column("account_id", TEXT, required=True),
        Column("first_on", DAY, required=True, doc="first of the snapshots in which it was found"),
        Column("last_on", DAY, required=True),
        Column("weeks", WHOLE, required=True, doc="snapshots in which it was found"),
        Column("value", REAL, doc="of the measure on the last day"),
        Column("churned_on", DAY, doc="null while it stays"),
        Column("left_after", WHOLE, doc="days from the first day to leaving"),
        Column("counts", FLAG, required=True, doc="its 90 days are over, so it tells who left"),
    ),
    key=("account_id",),
)


@dataclass(frozen=True)
class Replay:
    """`weekly` (`WEEKLY`, the newest last), `found` (`FOUND`, also of the weeks before the twelve).

    `left` is the share of the found accounts that left within 90 days, each counted once, from the first
    day it was found; `base` that of others of the same weeks and segments (`replay_base.matched`), or of the
    whole book where nobody was found. Only accounts whose 90 days are over tell.
    """

    weekly: pl.DataFrame
    found: pl.DataFrame
    left: Share
    base: Base
    as_of: date

    @property
    def a_week(self) -> float:
        """New ones a week, of the weeks that have one before them."""
        later = self.weekly["fresh"].to_list()[1:]
        return sum(later) / len(later) if later else 0.0


def weekly_days(days: list[date], as_of: date, most: int = LOOKED_AT) -> list[date]:
    """Of the days with a snapshot, the last of each of the past weeks that end on as_of's weekday.

    >>> weekly_days([date(2025, 1, 1), date(2025, 1, 7), date(2025, 1, 8)], date(2025, 1, 8))
    [datetime.date(2025, 1, 1), datetime.date(2025, 1, 8)]
    """
    last = {(as_of - day).days // 7: day for day in sorted(days) if day <= as_of}
    return sorted(day for week, day in last.items() if week < most)


def replay(hits: pl.DataFrame, book: pl.DataFrame, accounts: pl.DataFrame, as_of: date) -> Replay:
    """Tell what a rule would have found over the past 12 weekly snapshots.

    In: `own_rules.HITS` of every snapshot looked at; `book` has as_of and account_id of every account in
    those snapshots, and segment where others are to be of the same; `facts.ACCOUNTS` as known on as_of.
    An account counts for leaving once, on the first day it was found, when those 90 days are over; so only
    snapshots at least 90 days old tell. Wilson's interval for both shares.
    """
    days = book["as_of"].unique().sort().to_list()
    shown = days[-WEEKS:]
    gone = accounts.select(
        "account_id", churned_on=pl.when(pl.col("churned_on") <= as_of).then(pl.col("churned_on"))
    )
    found = _followed(
        hits.sort("as_of")
        .group_by("account_id")
        .agg(
            first_on=pl.col("as_of").min(),
            last_on=pl.col("as_of").max(),
            weeks=pl.len().cast(pl.Int64),
            value=pl.col("value").last(),
        ),
        gone,
        as_of,
    )
    told = found.filter("counts")
    there = _followed(book.group_by("account_id").agg(first_on=pl.col("as_of").min()), gone, as_of)
    base = matched(told, hits, book, gone) if told.height else everybody(there, as_of)
    ordered = found.select(FOUND.names).sort("last_on", "account_id", descending=[True, False])
    return Replay(WEEKLY.check(_weekly(hits, book, shown)), FOUND.check(ordered), _left(found), base, as_of)


def _followed(rows: pl.DataFrame, gone: pl.DataFrame, as_of: date) -> pl.DataFrame:
    after = (pl.col("churned_on") - pl.col("first_on")).dt.total_days()
    return rows.join(gone, on="account_id", how="left").with_columns(
        left_after=after, counts=pl.col("first_on") <= pl.lit(as_of - timedelta(days=FOLLOWED_DAYS))
    )


def _left(rows: pl.DataFrame) -> Share:
    told = rows.filter("counts")
    return Share(told.filter(pl.col("left_after") <= FOLLOWED_DAYS).height, told.height)


def _weekly(hits: pl.DataFrame, book: pl.DataFrame, shown: list[date]) -> pl.DataFrame:
    """The weeks shown; those who held in the snapshot before are not new."""
    every = book.select("as_of").unique().sort("as_of")
    following = every.with_columns(next_on=pl.col("as_of").shift(-1)).drop_nulls()
    again = hits.join(following, on="as_of").select("account_id", as_of="next_on")
    fresh = hits.join(again, on=["as_of", "account_id"], how="anti")
    rows = book.group_by("as_of").agg(accounts=pl.len().cast(pl.Int64))
    for name, part in (("found", hits), ("fresh", fresh)):
        counted = part.group_by("as_of").agg(pl.len().cast(pl.Int64).alias(name))
        rows = rows.join(counted, on="as_of", how="left")
    filled = rows.with_columns(pl.col("found", "fresh").fill_null(0))
    return filled.filter(pl.col("as_of").is_in(shown)).sort("as_of")


def verdict(told: Replay) -> str:
    """What the replay says of leaving, in a sentence.

    Two shares are told apart when neither's 95 % interval holds the other.
    """
    if not told.left.of:
        if not told.base.of:
            return "No snapshot is 90 days old yet, so nobody can say how many of them left."
        return "It found nobody 90 days ago or before, so nobody can say how many of them left."
    left, base = told.left, told.base
    low, high = left.interval
    share, usual = left.value or 0.0, base.value or 0.0
    said = (
        f"{left.hits:,} of {left.of:,} left within 90 days ({_percent(share)}, 95 %: {_percent(low)} to "
        f"{_percent(high)}); of others of the same weeks and segments {_percent(usual)} did "
        f"(n = {base.of:,})."
    )
    ends = base.interval
    if low > ends[1]:
        return f"{said} Those it finds leave more often."
    if high < ends[0]:
        return f"{said} Those it finds leave less often."
    return f"{said} That is no detectable difference."


def _percent(share: float) -> str:
    return percent(share, 1 if share < 0.1 else 0)
