"""What use says: how much, how lately, and against which earlier time."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import polars as pl

from models.churn.timeline import Floats, Ints, Timeline, timeline
from models.reference import BASELINE

RATIOS = ("use_28_prior", "use_28_91", "use_91_prior", "use_28_year", "own_28", "own_91", "fell")
"""Logs of use a day in one time over use a day in another, each less the live book's median."""

MEDIAN_OF = 1_000
"""Accounts whose median stands for the live book's."""

LONG_BEFORE = 118
"""Days back at which the rest of the year begins that the last weeks are held against."""

FALLS = (28, 56, 91)
"""Last days that are held against the year before them: the deepest fall counts."""

SETTLING = 14
"""Days between the two, in which use may have been falling."""

WEEK = 7
_LEAST = 7
"""Days without which a time of use can't be compared with."""

_NEVER = 1 << 19


@dataclass(frozen=True, eq=False)
class People:
    """Numbered accounts: first visible day, day of leaving (both since 1970), an order by chance."""

    numbers: pl.DataFrame
    start: Ints
    ends: Ints
    order: npt.NDArray[np.uint64]


def people(accounts: pl.DataFrame, account_days: pl.DataFrame) -> People:
    """Number the accounts. The first visible day is that of signing, or the first of any use if later.

    Where signing is not known, it is the account's first day of use.
    """
    opened = account_days["day"].min()
    first = account_days.group_by("account_id").agg(first_day=pl.col("day").min())
    known = accounts.sort("account_id").join(first, on="account_id", how="left", maintain_order="left")
    start = pl.coalesce("signed_on", "first_day")
    end = pl.min_horizontal("churned_on", "outcome_on")
    days = known.select(
        start=pl.max_horizontal(start, pl.lit(opened, pl.Date)).cast(pl.Int32).fill_null(_NEVER),
        ends=end.cast(pl.Int32).fill_null(_NEVER),
    )
    return People(
        known.select("account_id").with_row_index("who"),
        days["start"].cast(pl.Int64).to_numpy(),
        days["ends"].cast(pl.Int64).to_numpy(),
        known["account_id"].hash(0).to_numpy(),
    )


def use_timeline(account_days: pl.DataFrame, numbers: pl.DataFrame) -> Timeline:
    """The days of use: one row each, `events` on it."""
    return timeline(account_days, numbers, pl.col("day"), {"events": pl.col("events")})


def ratios(use: Timeline, who: Ints, day: Ints, start: Ints) -> dict[str, Floats]:
    """The raw `RATIOS`: log((x+1)/dx) − log((y+1)/dy) of events x in dx days against y in dy days.

    NaN where either time has under 7 days, or where the first 90 days are not over before the other
    time begins by more than half of it. `fell` is the least of the last 28, 56 and 91 days against the
    rest of the 365 before them: a fall shows soon, and still once it is old.
    """
    in_28, in_91 = (_rate(use, who, day - days, day, start) for days in (28, 91))
    prior_28 = _rate(use, who, day - 56, day - 28, start)
    prior_91 = _rate(use, who, day - 182, day - 91, start)
    before = _rate(use, who, day - 365, day - LONG_BEFORE, start)
    early = _rate(use, who, start, np.minimum(start + BASELINE, day), start)
    age = day - start
    return {
        "use_28_prior": in_28 - prior_28,
        "use_28_91": np.where(age > 28 + _LEAST, in_28 - in_91, np.nan),
        "use_91_prior": in_91 - prior_91,
        "use_28_year": np.where(age > LONG_BEFORE + 28, in_28 - before, np.nan),
        "own_28": np.where(age > BASELINE, in_28 - early, np.nan),
        "own_91": np.where(age > BASELINE, in_91 - early, np.nan),
        "fell": _fell(use, who, day, start, {28: in_28, 91: in_91}),
    }


def _fell(use: Timeline, who: Ints, day: Ints, start: Ints, rates: dict[int, Floats]) -> Floats:
    found = np.full(len(who), np.inf)
    for days in FALLS:
        lately = rates[days] if days in rates else _rate(use, who, day - days, day, start)
        until = day - days - SETTLING
        told = until - start >= 2 * SETTLING
        before = _rate(use, who, day - 365, until, start)
        found = np.fmin(found, np.where(told, lately - before, np.nan))
    return np.where(np.isinf(found), np.nan, found)


def _rate(use: Timeline, who: Ints, since: Ints, until: Ints, start: Ints) -> Floats:
    """log((events + 1) / days) of the visible part; NaN under 7 days."""
    first = np.maximum(since, start)
    days = until - first
    found = np.log((use.total("events", who, first, until) + 1) / np.maximum(days, 1))
    return np.where(days >= _LEAST, found, np.nan)


def use_features(use: Timeline, known: People, who: Ints, day: Ints) -> dict[str, Floats]:
    """Every feature of use, 0 where it can't be told: the `RATIOS`, levels, recency and tenure."""
    start = np.minimum(known.start[who], day)
    found = ratios(use, who, day, start)
    medians = book_medians(use, known, day)
    features = {name: np.nan_to_num(found[name] - medians[name]) for name in RATIOS}
    last = use.last_day(who, day)
    window = np.clip(day - start, 1, 28)
    since = day - np.minimum(window, 28)
    quiet = np.where(np.isnan(last), day - start + 28, day - last)
    return features | {
        "recency": np.log(np.maximum(quiet, 1)),
        "active_share": use.count(who, since, day) / window,
        "rate": np.log((use.total("events", who, since, day) + 1) / window),
        "early_rate": np.log(
            (use.total("events", who, start, np.minimum(start + BASELINE, day)) + 1)
            / np.clip(day - start, 1, BASELINE)
        ),
        "age": np.log(np.maximum(day - start, 1)),
    }


def book_medians(use: Timeline, known: People, day: Ints) -> dict[str, Floats]:
    """The live book's median of each ratio on the last Monday up to each day, one value a day asked.

    Of a book above 1,000 accounts, the thousand that come first in an order by chance.
    """
    weeks, place = np.unique((day - 4) // WEEK, return_inverse=True)
    mondays = weeks * WEEK + 4
    who, when = _live(known, mondays)
    found = ratios(use, who, mondays[when], known.start[who])
    values = {name: np.zeros(len(mondays)) for name in RATIOS}
    edges = np.searchsorted(when, np.arange(len(mondays) + 1))
    for week, (first, last) in enumerate(pairwise(edges)):
        for name in RATIOS:
            told = found[name][first:last]
            told = told[~np.isnan(told)]
            values[name][week] = np.median(told) if len(told) else 0.0
    return {name: value[place] for name, value in values.items()}


def _live(known: People, mondays: Ints) -> tuple[Ints, Ints]:
    """Account numbers and places of mondays, by monday: at most `MEDIAN_OF` live accounts each."""
    order = np.argsort(known.order, kind="stable")
    start, ends = known.start[order], known.ends[order]
    chosen = []
    for place, monday in enumerate(mondays):
        live = np.flatnonzero((start < monday) & (ends > monday))[:MEDIAN_OF]
        chosen.append(np.column_stack([order[live], np.full(len(live), place)]))
    both = np.concatenate(chosen) if chosen else np.zeros((0, 2), np.int64)
    return both[:, 0], both[:, 1]
