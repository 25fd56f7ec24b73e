"""What accounts did some days before decisions that are known by now: where scores learn from.

The past is looked at on the last day of each month. Everything is as it was known on that day; only
whether the account failed in the month that follows is looked up afterwards.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

import polars as pl

from models.behaviour import behaviour
from models.book import book
from models.contracts import Column, Contract
from models.decisions import Success, decisions

MONTHS = 12
"""How many months are looked back on."""

MOST_ACCOUNTS = 2_500
"""A year of so many holds hundreds of decisions; more would take long and hardly tell more."""

AT_RENEWAL = 0.8
"""From this share of failures at a renewal on, only accounts with a renewal due count as at stake."""

PAST = Contract(
    "past_decisions",
    (
        Column("account_id", pl.String(), required=True),
        Column("observed_on", pl.Date(), required=True, doc="last day of a month"),
        Column("segment", pl.String()),
        Column("failed", pl.Boolean(), required=True, doc="left within the next month"),
        Column("age", pl.Int64(), required=True, doc="days since it could first be seen"),
        Column("own", pl.Float64(), required=True, doc="share of its own-baseline ratios, 0-100"),
        Column("level", pl.Float64(), required=True, doc="share of its active days at that age, 0-100"),
        Column("effectiveness", pl.Float64(), doc="share of its value events; null when none was known"),
        Column("breadth", pl.Float64(), required=True, doc="share of its different events"),
    ),
    key=("account_id", "observed_on"),
)


@dataclass(frozen=True)
class Usage:
    """Usage up to one day: `facts.ACCOUNT_DAYS` and `facts.EVENT_SPANS`."""

    account_days: pl.DataFrame
    event_spans: pl.DataFrame


def month_ends(as_of: date, months: int = MONTHS) -> list[date]:
    """The last days of `months` + 1 months up to `as_of`, oldest first.

    >>> month_ends(date(2025, 3, 30), 1)
    [datetime.date(2025, 1, 31), datetime.date(2025, 2, 28)]
    """
    ends = []
    day = (as_of + timedelta(days=1)).replace(day=1) - timedelta(days=1)
    for _ in range(months + 1):
        ends.append(day)
        day = day.replace(day=1) - timedelta(days=1)
    return ends[::-1]


def sample(accounts: pl.DataFrame, until: date, most: int = MOST_ACCOUNTS) -> pl.DataFrame:
    """The accounts to learn from: all that signed by `until`, or every k-th where they are many.

    In and out: `facts.ACCOUNTS`. Taken in order of signing, so that a later account changes nothing.
    """
    there = accounts.filter(pl.col("signed_on").is_null() | (pl.col("signed_on") <= until))
    if there.height <= most:
        return there
    return there.sort("signed_on", "account_id").gather_every(-(-there.height // most))


def observed_days(ends: Sequence[date]) -> list[date]:
    """The days whose usage `past_decisions` needs: every month's end but the last."""
    return list(ends[:-1])


def past_decisions(
    accounts: pl.DataFrame,
    subscriptions: pl.DataFrame,
    usage: Mapping[date, Usage],
    ends: Sequence[date],
    *,
    success: Success | None = None,
    features: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """The parts of behaviour of every account at stake on each month's end, and whether it then failed.

    In: `facts.ACCOUNTS`, `facts.SUBSCRIPTIONS`, usage up to each of `observed_days(ends)`,
    `facts.FEATURES`. Out: `PAST`, sorted by its key. At stake: where at least 80 % of the failures fell
    at a renewal, the accounts whose renewal was due within the month or is not known; otherwise all that
    were live. A failure is leaving; where nobody ever left, a decision that was no success (else the end
    of a course, when everybody is graded at once, would outweigh all who gave up on the way). Accounts
    without a score that day have no row.
    """
    rule = success or Success()
    months = [
        _month(accounts, subscriptions, usage[day], day, end, rule, features)
        for day, end in pairwise(ends)
        if usage[day].event_spans.height
    ]
    if not months:
        return PAST.empty()
    rows = pl.concat(months)
    if rows["left"].any():
        rows = rows.with_columns(failed="left")
    failed = rows.filter("failed")
    if failed.height and failed["due"].sum() >= AT_RENEWAL * failed.height:
        rows = rows.filter("due")
    return PAST.check(rows.sort("observed_on", "account_id"))


def _month(
    accounts: pl.DataFrame,
    subscriptions: pl.DataFrame,
    usage: Usage,
    day: date,
    end: date,
    rule: Success,
    features: pl.DataFrame | None,
) -> pl.DataFrame:
    live = book(accounts, subscriptions, day, until=date.max)
    days = usage.account_days.filter(pl.col("day") <= day)
    decided = decisions(accounts, subscriptions, day, rule, usage.event_spans)
    scores = behaviour(live, days, usage.event_spans, decided, day, features=features).scores
    after = decisions(accounts, subscriptions, end, rule, usage.event_spans)
    fell = after.filter((pl.col("decided_on") > day) & ~pl.col("succeeded"))
    left = fell.filter(pl.col("account_id").is_in(_leavers(accounts, end).implode()))
    due = pl.col("renewal_on").is_null() | (pl.col("renewal_on") <= end)
    return (
        scores.filter(pl.col("behaviour").is_not_null() & pl.col("active_share").is_not_null())
        .join(live.select("account_id", due=due), on="account_id")
        .select(
            "account_id",
            "segment",
            "age",
            "effectiveness",
            "breadth",
            "due",
            observed_on=pl.lit(day),
            failed=pl.col("account_id").is_in(fell["account_id"].implode()),
            left=pl.col("account_id").is_in(left["account_id"].implode()),
            own="baseline_share",
            level="active_share",
        )
    )


def _leavers(accounts: pl.DataFrame, end: date) -> pl.Series:
    return accounts.filter(pl.col("churned_on") <= end)["account_id"]
