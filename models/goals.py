"""The scorecard: what a manager wants a measure to reach by a day, and how far it has come."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from models.contracts import Column, Contract
from models.facts import DAY, REAL, TEXT, TIME, WHOLE

MEASURES: Mapping[str, str] = {
    "grr": "GRR",
    "nrr": "NRR",
    "logo": "Logo retention",
    "first_value": "First value within 90 days",
    "referrals": "Referral rate",
    "detractors": "Detractors answered in time",
}
"""What a goal can be set for, and what it is called."""

MEANINGS: Mapping[str, str] = {
    "grr": "Of the MRR of a year ago, what is still paid, growth not counted.",
    "nrr": "Of the MRR of a year ago, what the same accounts pay now.",
    "logo": "Of the customers of a year ago, the share that still are.",
    "first_value": "Of the accounts signed 90 to 455 days ago, those that got first value within 90 days.",
    "referrals": "Of the customers, those that referred somebody in the past 12 months.",
    "detractors": (
        "Of the NPS answers of 0 to 6 in the past 90 days, those followed by a contact within 48 hours."
    ),
}

GOALS = Contract(
    "goals",
    (
        Column("goal_id", WHOLE, required=True),
        Column("measure", TEXT, required=True, doc="one of MEASURES"),
        Column("target", REAL, required=True, doc="a share"),
        Column("starts_on", DAY, required=True, doc="progress is counted from here"),
        Column("due_on", DAY, required=True),
        Column("set_at", TIME, required=True, doc="UTC"),
        Column("set_by", TEXT, required=True),
        Column("version", WHOLE, required=True),
    ),
    key=("goal_id",),
)
TREND = Contract(
    "measure_trend",
    (
        Column("measure", TEXT, required=True),
        Column("day", DAY, required=True),
        Column("part", REAL, required=True, doc="what counts: accounts, answers or MRR"),
        Column("whole", REAL, required=True, doc="above 0"),
        Column("value", REAL, required=True, doc="part / whole"),
    ),
    key=("measure", "day"),
)
REACHED, AHEAD, BEHIND, MISSED, UNKNOWN = "reached", "on track", "behind", "missed", "not known yet"


@dataclass(frozen=True)
class Progress:
    """Where a measure stands on its way from `start` to `target`; shares, null where not known.

    `expected` lies on the straight line from start to target, on the day of `value`. `way` is the part of
    the way that is done: (value - start) / (target - start); null where start is the target.
    """

    start: float | None
    value: float | None
    day: date | None
    expected: float | None
    way: float | None
    state: str


def progress(trend: pl.DataFrame, target: float, starts_on: date, due_on: date, as_of: date) -> Progress:
    """How far one measure has come; in: its rows of `TREND`, any days; those after `as_of` don't count.

    The start is the last value known on `starts_on`, or else the first known after it.
    """
    known = trend.filter(pl.col("day") <= as_of).sort("day")
    if known.is_empty():
        return Progress(None, None, None, None, None, UNKNOWN)
    before = known.filter(pl.col("day") <= starts_on)
    first = (before.tail(1) if before.height else known.head(1)).row(0, named=True)
    last = known.row(-1, named=True)
    start, value = float(first["value"]), float(last["value"])
    gone = (min(last["day"], due_on) - starts_on).days / (due_on - starts_on).days
    expected = start + (target - start) * max(gone, 0.0)
    way = None if target == start else (value - start) / (target - start)
    return Progress(start, value, last["day"], expected, way, _state(value, target, expected, as_of > due_on))


def _state(value: float, target: float, expected: float, over: bool) -> str:
    if value >= target:
        return REACHED
    if over:
        return MISSED
    return AHEAD if value >= expected else BEHIND
