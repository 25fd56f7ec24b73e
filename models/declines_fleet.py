"""What a day does to everyone: the fleet's day index, and how widely accounts scatter around it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl

from models.contracts import Column, Contract
from models.declines_panel import Flags, Matrix, Vector, Whole
from models.facts import DAY, REAL, WHOLE
from models.shares import percent

FLEET = Contract(
    "decline_fleet",
    (
        Column("day", DAY, required=True),
        Column("factor", REAL, required=True, doc="use that day over what the past would make of it"),
        Column("spread_quiet", REAL, doc="weekly: q84 - q50 of the deviance under 3 events a week"),
        Column("spread_middle", REAL, doc="3 to 15 events a week"),
        Column("spread_busy", REAL, doc="over 15 events a week"),
        Column("judged", WHOLE, required=True, doc="accounts that could be judged that day"),
        Column("alerts", WHOLE, required=True, doc="alerts opened that day"),
    ),
    key=("day",),
)
"""One row a day since the first usage; spreads only on the weekly looks."""

ENOUGH_ACCOUNTS = 30
ENOUGH_DAYS = 28
GRAIN = float(2**20)
"""The index is rounded to 1/GRAIN, so that sums over days are exact in any order."""
RATE_EDGES = (3.0, 15.0)
ACTIVITY_EDGES = (3.0, 15.0, 50.0, 150.0)
PRIOR_WEEKS = 4.0
LOOKS = 8
NORMAL_STEP = 0.9945
"""q84 - q50 of a standard normal."""


def day_factor(used: Matrix, rate: Vector, usable: Flags) -> float:
    """F = sum[x / (b + m)] / sum[b / (b + m)] over usable accounts, m the median rate above 0.

    1 while fewer than 30 accounts can tell.
    """
    if int(usable.sum()) < ENOUGH_ACCOUNTS:
        return 1.0
    rates = rate[usable]
    above = rates[rates > 0]
    if not above.size:
        return 1.0
    weight = 1 / (rates + np.median(above))
    factor = float((used[usable] * weight).sum() / (rates * weight).sum())
    return round(factor * GRAIN) / GRAIN


def dispersion(weeks: Matrix, expected: Vector, known: Flags, rate: Vector) -> Vector:
    """Overdispersion of weekly counts, shrunk toward accounts of like activity, at least 1.

    `weeks` and `expected` are week x account, `known` marks weeks that count. NaN under 4 weeks.
    """
    told = known & (expected > 0)
    n = told.sum(axis=0)
    square = np.where(told, (weeks - expected) ** 2 / np.where(told, expected, 1), 0).sum(axis=0)
    freedom = np.maximum(n - 1, 0)
    own = square / np.maximum(freedom, 1)
    shared = _shared(own, np.digitize(7 * rate, ACTIVITY_EDGES), n >= 4)
    phi = (PRIOR_WEEKS * shared + freedom * own) / (PRIOR_WEEKS + freedom)
    result: Vector = np.where(n >= 4, np.maximum(phi, 1), np.nan)
    return result


def _shared(own: Vector, band: Whole, told: Flags) -> Vector:
    """Mean by activity band of values cut at their 95th percentile; all accounts where a band is thin."""
    shared = np.ones_like(own)
    if not told.any():
        return shared
    shared[:] = _cut_mean(own[told])
    for level in range(len(ACTIVITY_EDGES) + 1):
        members = told & (band == level)
        if int(members.sum()) >= ENOUGH_ACCOUNTS:
            shared[band == level] = _cut_mean(own[members])
    return shared


def _cut_mean(values: Vector) -> float:
    return float(np.minimum(values, np.percentile(values, 95)).mean())


def root_deviance(count: Vector, expected: Vector) -> Vector:
    """Signed root of the Poisson deviance of `count` around `expected` (above 0)."""
    ratio = np.where(count > 0, count / expected, 1)
    deviance = 2 * (count * np.log(ratio) - (count - expected))
    result: Vector = np.sign(count - expected) * np.sqrt(np.maximum(deviance, 0))
    return result


def spreads(z: Vector, rate: Vector, told: Flags) -> Vector:
    """q84 - q50 of z in three bands of events a week; NaN where fewer than 30 accounts tell."""
    band = np.digitize(7 * rate, RATE_EDGES)
    values = np.full(3, np.nan)
    for level in range(3):
        members = z[told & (band == level)]
        if members.size >= ENOUGH_ACCOUNTS:
            middle, upper = np.percentile(members, [50, 84])
            values[level] = upper - middle
    return values


def scatter(looks: Vector) -> Vector:
    """Sigma of each band, at least .8, from up to 8 weekly looks (look x band); 1 where none tells."""
    seen = ~np.isnan(looks)
    mean = np.where(seen, looks, 0).sum(axis=0) / np.maximum(seen.sum(axis=0), 1)
    result: Vector = np.where(seen.any(axis=0), np.maximum(0.8, mean / NORMAL_STEP), 1.0)
    return result


@dataclass(frozen=True)
class FleetFall:
    """Use fell for everyone at once, which no single account's alert can show."""

    ratio: float
    since: date
    until: date
    sentence: str


def fleet_fall(fleet: pl.DataFrame, as_of: date, *, under: float = 0.8) -> FleetFall | None:
    """Say when the whole book's use fell: mean index of 28 days against the 84 days before.

    `fleet` is `FLEET`. None while it is not below `under`, or with under 112 days of history.

    >>> days = [date(2025, 1, 1) + timedelta(days=n) for n in range(140)]
    >>> index = pl.DataFrame({"day": days, "factor": [1.0] * 112 + [0.5] * 28})
    >>> fleet_fall(index, days[-1]).sentence.replace("\N{NO-BREAK SPACE}", " ")
    'Use by all accounts together fell by 50 % in the 28 days to 20 May 2025. Check the data first.'
    """
    start = as_of - timedelta(days=27)
    past = fleet.filter(pl.col("day").is_between(start - timedelta(days=84), as_of))
    if past.height < 112:
        return None
    recent = past.filter(pl.col("day") >= start)["factor"].mean()
    before = past.filter(pl.col("day") < start)["factor"].mean()
    if (
        not isinstance(recent, float)
        or not isinstance(before, float)
        or before <= 0
        or recent / before >= under
    ):
        return None
    fall = percent(1 - recent / before)
    until = f"{as_of.day} {as_of:%b %Y}"
    sentence = f"Use by all accounts together fell by {fall} in the 28 days to {until}. Check the data first."
    return FleetFall(recent / before, start, as_of, sentence)
