"""What people said, whom we asked in vain, and how they were looked after."""

from __future__ import annotations

import numpy as np
import polars as pl

from models.answers import once
from models.churn.evidence import Evidence
from models.churn.timeline import Floats, Ints, Timeline, timeline
from models.emotion import SCALES

SILENT_AFTER = 120
"""Days without an answer, though asked, after which an account counts as silent."""

RECENT = 90
LATE_AFTER = 14
"""Days until a handoff should have been accepted."""

HEARD_BLOCKS = 6
LEAST_OF_KIND = 30
_LAST_INVITATION = 14
"""An invitation that is younger has had no time to be answered."""


def said_features(evidence: Evidence, numbers: pl.DataFrame, who: Ints, day: Ints) -> dict[str, Floats]:
    """Survey answers on 0-10: their sum, number and last (NaN: none), asked, silent, and what was heard."""
    told, asked = _answers(evidence.responses, numbers), _asked(evidence.invitations, numbers)
    long_ago = np.full(len(who), -(1 << 20))
    number = told.count(who, long_ago, day)
    ripe = asked.count(who, long_ago, day - _LAST_INVITATION)
    last_told = told.last_day(who, day)
    waited = np.where(np.isnan(last_told), day - _first_day(asked, who, day), day - last_told)
    unanswered = asked.count(who, np.nan_to_num(last_told, nan=float(-(1 << 20))).astype(np.int64) + 1, day)
    return {
        "said_sum": told.total("score", who, long_ago, day),
        "said_n": number,
        "said_last": told.last("score", who, day),
        "asked": ripe,
        "silent": ((waited > SILENT_AFTER) & (unanswered > 0)).astype(np.float64),
        "heard": _heard(evidence, numbers, who, day),
    }


def _heard(evidence: Evidence, numbers: pl.DataFrame, who: Ints, day: Ints) -> Floats:
    """How they feel of late: answers and the tone of what they write, each against others of its kind.

    Each stands as standard deviations from the mean of its kind up to its own day, and counts half as
    much for every 90 days since; the sum over one more than the weights, so that little pulls towards 0.
    """
    kinds = ["kind", "at", "value"]
    answers = evidence.responses.select("kind", "account_id", at="responded_at", value="score")
    tone = evidence.interactions.select("account_id", kind=pl.lit("tone"), at="opened_at", value="sentiment")
    rows = pl.concat(
        part.select("account_id", *kinds).drop_nulls().cast({"value": pl.Float64}) for part in (answers, tone)
    )
    timed = timeline(_against_its_kind(rows), numbers, pl.col("day"), {"z": pl.col("z")})
    weight, total = np.zeros(len(who)), np.zeros(len(who))
    for block in range(HEARD_BLOCKS):
        until, since = day - RECENT * block, day - RECENT * (block + 1)
        weight += 0.5**block * timed.count(who, since, until)
        total += 0.5**block * timed.total("z", who, since, until)
    return total / (weight + 1)


def _against_its_kind(rows: pl.DataFrame) -> pl.DataFrame:
    """account_id, day, z; the first 29 of a kind say nothing yet."""
    value, daily = pl.col("value"), rows.with_columns(day=pl.col("at").dt.date())
    sums = daily.group_by("kind", "day").agg(n=pl.len(), x=value.sum(), xx=(value**2).sum()).sort("day")
    so_far = sums.with_columns(pl.col("n", "x", "xx").cum_sum().over("kind"))
    mean = pl.col("x") / pl.col("n")
    deviation = (pl.col("xx") / pl.col("n") - mean**2).clip(0).sqrt()
    known = daily.join(so_far, on=["kind", "day"]).filter((pl.col("n") >= LEAST_OF_KIND) & (deviation > 1e-6))
    return known.select("account_id", "day", z=(value - mean) / deviation).sort("account_id", "day", "z")


def _first_day(rows: Timeline, who: Ints, day: Ints) -> Floats:
    return rows.first("day", who, day)


def _answers(responses: pl.DataFrame, numbers: pl.DataFrame) -> Timeline:
    low = pl.col("kind").replace_strict({kind: a for kind, (a, _) in SCALES.items()}, default=None)
    high = pl.col("kind").replace_strict({kind: b for kind, (_, b) in SCALES.items()}, default=None)
    score = (10 * (pl.col("score") - low) / (high - low)).clip(0, 10)
    scored = once(responses.filter(pl.col("score").is_not_null())).with_columns(score=score)
    known = scored.drop_nulls("score").sort("responded_at", "response_id")
    return timeline(known, numbers, pl.col("responded_at").dt.date(), {"score": pl.col("score")})


def _asked(invitations: pl.DataFrame, numbers: pl.DataFrame) -> Timeline:
    day = pl.col("sent_at").dt.date()
    return timeline(invitations, numbers, day, {"day": day.cast(pl.Int32)})


def care_features(evidence: Evidence, numbers: pl.DataFrame, who: Ints, day: Ints) -> dict[str, Floats]:
    """Tickets, calls and handoffs before each day.

    `tickets`: log(1+n) opened in 90 days · `waiting`: opened in 90 days and without a first reply ·
    `slow`: log of the mean hours to the first reply of those replied to in 90 days, 0 without ·
    `calls`, `meetings`: log(1+n) from us in 90 days · `dropped`: handoffs not accepted in 14 days,
    log(1+n).
    """
    since = day - RECENT
    incoming = pl.col("channel").is_in(["ticket", "chat", "email"]) & (pl.col("direction") != "out")
    rows = evidence.interactions
    opened = pl.col("opened_at").dt.date()
    tickets = timeline(rows.filter(pl.col("channel") == "ticket"), numbers, opened, {})
    asked = timeline(rows.filter(incoming), numbers, opened, {})
    hours = (pl.col("first_reply_at") - pl.col("opened_at")).dt.total_minutes() / 60
    replied = timeline(rows.filter(incoming), numbers, pl.col("first_reply_at").dt.date(), {"hours": hours})
    ours = rows.filter(pl.col("direction") == "out")
    calls, meetings = (
        timeline(ours.filter(pl.col("channel") == channel), numbers, opened, {})
        for channel in ("call", "meeting")
    )
    n_replied = replied.count(who, since, day)
    mean_hours = replied.total("hours", who, since, day) / np.maximum(n_replied, 1)
    return {
        "tickets": np.log1p(tickets.count(who, since, day)),
        "waiting": np.log1p(np.maximum(asked.count(who, since, day) - n_replied, 0)),
        "slow": np.log1p(np.maximum(mean_hours, 0)),
        "calls": np.log1p(calls.count(who, since, day)),
        "meetings": np.log1p(meetings.count(who, since, day)),
        "dropped": _dropped(evidence.handoffs, numbers, who, day),
    }


def _dropped(handoffs: pl.DataFrame, numbers: pl.DataFrame, who: Ints, day: Ints) -> Floats:
    """Handoffs that by `day` had waited 14 days or longer, accepted since or not."""
    limit = pl.col("handed_on") + pl.duration(days=LATE_AFTER)
    late = handoffs.filter(pl.col("accepted_on").is_null() | (pl.col("accepted_on") > limit))
    rows = timeline(late, numbers, limit, {})
    return np.log1p(rows.count(who, np.full(len(who), -(1 << 20)), day))
