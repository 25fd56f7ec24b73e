"""Exceptions between teams: handoffs late, dropped, bounced, and two teams on one account."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

import polars as pl

from models.book import live
from models.findings import (
    FINDINGS,
    HANDOFF_BOUNCED,
    HANDOFF_DROPPED,
    HANDOFF_LATE,
    HANDOFF_OVERLAP,
    count_words,
    day_words,
    finding_rows,
)
from models.handoff_times import levels
from models.handoff_trouble import USUAL_SHARE, bounces, overlaps
from models.handoffs import WAITING, holds, steps
from models.prescriptions import prescription

STALE_DAYS = 365
"""Open for longer, a handoff is a gap in the records rather than news: the page lists it, no rule fires."""
BOUNCED_DAYS = 60
OVERLAP_DAYS = 7
_USUAL_FROM = 5
"""With fewer accounts that two teams held, nothing can be called usual."""


def handoff_findings(
    handoffs: pl.DataFrame,
    accounts: pl.DataFrame,
    as_of: date,
    chosen: Mapping[str, float] | None = None,
) -> pl.DataFrame:
    """Find live accounts in trouble between teams. Out: `FINDINGS`, by kind and account.

    In: `facts.HANDOFFS`, `facts.ACCOUNTS`; `chosen` has service levels in days by step. *Late*: waiting
    longer than the step's service level. *Dropped*: waiting longer than 99 % of the past ones took, and
    twice the level. Both only for a year. *Bounced*: handed straight back within the last 60 days. *Two
    teams*: both have held it for more than 7 days and still do, unless that is usual for the two.
    """
    found = steps(handoffs, accounts, as_of)
    book = live(accounts, as_of).select("account_id")
    waiting = found.filter((pl.col("state") == WAITING) & (pl.col("days") <= STALE_DAYS))
    timed = waiting.join(book, on="account_id", how="semi").join(levels(found, as_of, chosen), on="step")
    dropped = pl.col("days") > pl.col("dropped_after")
    late = (pl.col("days") > pl.col("level")) & ~dropped
    held = holds(found, accounts, as_of)
    return FINDINGS.check(
        pl.concat(
            [
                _waiting(timed.filter(late), HANDOFF_LATE, "level"),
                _waiting(timed.filter(dropped), HANDOFF_DROPPED, "dropped_after"),
                _bounced(bounces(found).join(book, on="account_id", how="semi"), as_of),
                _both(overlaps(held).join(book, on="account_id", how="semi")),
            ]
        )
    )


def _waiting(rows: pl.DataFrame, kind: str, limit: str) -> pl.DataFrame:
    """The longest wait of each account past `limit` (a column of `LEVELS`)."""
    longest = rows.sort("days", "step", descending=[True, False]).unique(
        "account_id", keep="first", maintain_order=True
    )
    basis = (
        pl.when(pl.col("source") == "chosen")
        .then(pl.format("{} by the service level", count_words(pl.col("level"), "day")))
        .when(pl.col("source") == "learned")
        .then(
            pl.format(
                "{} for 85 % of {} before",
                count_words(pl.col("level"), "day"),
                count_words(pl.col("learned_n"), "handoff"),
            )
        )
        .otherwise(pl.format("{} by the usual level", count_words(pl.col("level"), "day")))
    )
    ending = "Most likely it was dropped." if kind == HANDOFF_DROPPED else "It is late."
    sentence = pl.format(
        "Handed from {} to {} on {} and not taken over within {}; it takes {}. {}",
        "from_team",
        "to_team",
        day_words(pl.col("handed_on")),
        count_words(pl.col("days"), "day"),
        basis,
        pl.lit(ending),
    )
    base = 0.6 if kind == HANDOFF_DROPPED else 0.3
    since = pl.col("handed_on") + pl.duration(days=pl.col(limit).cast(pl.Int64) + 1)
    named = longest.with_columns(
        sentence=sentence,
        since=since.cast(pl.Date),
        severity=base + 0.4 * (1 - pl.col(limit) / pl.col("days")),
        days_waiting="days",
        service_level="level",
    )
    evidence = ["from_team", "to_team", "handed_on", "days_waiting", "service_level", "learned_n"]
    due = pl.col("since") + timedelta(2)
    return finding_rows(named, kind, prescription(kind), evidence, due_on=due)


def _bounced(rows: pl.DataFrame, as_of: date) -> pl.DataFrame:
    times = rows.with_columns(bounced=pl.len().over("account_id").cast(pl.Int64))
    recent = times.filter(pl.col("returned_on") >= as_of - timedelta(BOUNCED_DAYS)).unique(
        "account_id", keep="first", maintain_order=True
    )
    again = pl.when(pl.col("bounced") > 1).then(pl.format(" It came back {} times in all.", "bounced"))
    sentence = pl.format(
        "{} handed it to {} on {} and got it back on {}, {} later.{}",
        pl.col("from_team").str.replace(r"^.", pl.col("from_team").str.slice(0, 1).str.to_uppercase()),
        "to_team",
        day_words(pl.col("handed_on")),
        day_words(pl.col("returned_on")),
        count_words(pl.col("days"), "day"),
        again.otherwise(pl.lit("")),
    )
    named = recent.with_columns(
        sentence=sentence, since="returned_on", severity=0.4 + 0.15 * pl.col("bounced")
    )
    evidence = ["from_team", "to_team", "handed_on", "returned_on", "bounced"]
    due = pl.col("since") + timedelta(7)
    return finding_rows(named, HANDOFF_BOUNCED, prescription(HANDOFF_BOUNCED), evidence, due_on=due)


def _both(rows: pl.DataFrame) -> pl.DataFrame:
    usual = (pl.col("share") > USUAL_SHARE) & (pl.col("n") >= _USUAL_FROM)
    now = rows.filter(pl.col("to_on").is_null() & (pl.col("days") > OVERLAP_DAYS) & ~usual)
    longest = now.unique("account_id", keep="first", maintain_order=True)
    sentence = pl.format(
        "{} and {} have both held it since {}: nobody knows who answers.",
        pl.col("team").str.replace(r"^.", pl.col("team").str.slice(0, 1).str.to_uppercase()),
        "other_team",
        day_words(pl.col("from_on")),
    )
    named = longest.with_columns(
        sentence=sentence, since="from_on", severity=0.2 + pl.col("days") / 200, days_together="days"
    )
    evidence = ["team", "other_team", "from_on", "days_together"]
    due = pl.col("since") + timedelta(14)
    return finding_rows(named, HANDOFF_OVERLAP, prescription(HANDOFF_OVERLAP), evidence, due_on=due)
