"""Which events an account had reached: breadth, milestones, pace, and counts of each event."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import numpy.typing as npt
import polars as pl

from models.churn.timeline import Floats, Ints

PACE = 60
"""Days from the start within which an event was reached early."""

MOST_EVENTS = 60
"""The events used by most accounts are looked at one by one; more would take long and tell little."""

REACHED, EARLY, OFTEN = "reached: ", "early: ", "often: "
"""Begin the names of columns about one event."""

_EPOCH = date(1970, 1, 1).toordinal()
_NEVER = 1 << 30


def common_events(event_months: pl.DataFrame, until: date) -> list[str]:
    """The events used by most accounts before a day, at most `MOST_EVENTS`, by name."""
    used = event_months.filter(pl.col("first_at") < pl.lit(until).cast(pl.Datetime("us")))
    by_use = (
        used.group_by("event")
        .agg(pl.col("account_id").n_unique())
        .sort("account_id", "event", descending=[True, False])
    )
    return sorted(by_use["event"].head(MOST_EVENTS).to_list())


def event_features(
    grid: Grid, who: Ints, day: Ints, start: Ints, events: Sequence[str]
) -> dict[str, npt.NDArray[np.floating]]:
    """Breadth over all events, and for each of `events` whether, how early and how often it was used.

    `breadth`: different events since the start, log(1+n) · `breadth_28`: in the last 28 days (up to 30
    where the first of the month lies further back) · reached and early: 0 or 1 · often:
    log((n+.5) a 28 days) up to the end of the last whole month.
    """
    first_of_month = _month_starts(day)
    breadth, recent = np.zeros(len(who)), np.zeros(len(who))
    columns: dict[str, npt.NDArray[np.floating]] = {}
    whole, wanted = np.maximum(first_of_month - start, 1), set(events)
    for event in grid.names:
        first, seen, count = grid.ask(event, who, day, first_of_month)
        breadth += first < day
        recent += seen
        if event in wanted:
            columns[REACHED + event] = (first < day).astype(np.float32)
            columns[EARLY + event] = (first < np.minimum(day, start + PACE)).astype(np.float32)
            columns[OFTEN + event] = np.log((count + 0.5) / np.maximum(whole, 28) * 28).astype(np.float32)
    blank = np.zeros(len(who), np.float32)
    for event in sorted(set(events) - set(grid.names)):
        often = np.log(0.5 / np.maximum(whole, 28) * 28).astype(np.float32)
        columns |= {REACHED + event: blank, EARLY + event: blank, OFTEN + event: often}
    return {"breadth": np.log1p(breadth), "breadth_28": recent} | columns


def _month_starts(day: Ints) -> Ints:
    months = day.astype("datetime64[D]").astype("datetime64[M]")
    found: Ints = months.astype("datetime64[D]").astype(np.int64)
    return found


class Grid:
    """Account x month tables of one event at a time."""

    def __init__(self, event_months: pl.DataFrame, numbers: pl.DataFrame) -> None:
        months = pl.col("month").dt.year() * 12 + pl.col("month").dt.month() - 1
        rows = (
            event_months.lazy()
            .join(numbers.lazy(), on="account_id")
            .select(
                "event",
                who=pl.col("who").cast(pl.Int64),
                month=months.cast(pl.Int64),
                events="events",
                first=pl.col("first_at").dt.date().cast(pl.Int32),
                last=pl.col("last_at").dt.date().cast(pl.Int32),
            )
            .collect()
        )
        self._rows = rows.partition_by("event", as_dict=True, include_key=False)
        self._first = int(rows["month"].min() or 0)  # type: ignore[arg-type]  # a statistic of numbers, typed as any value
        self._months = int(rows["month"].max() or 0) - self._first + 1  # type: ignore[arg-type]  # a statistic of numbers, typed as any value
        self._size = numbers.height
        self.names = sorted(str(name) for (name,) in self._rows)

    def ask(self, event: str, who: Ints, day: Ints, first_of_month: Ints) -> tuple[Ints, Ints, Floats]:
        """First day of use before `day` (else never), used lately (0 or 1), uses before this month."""
        rows = self._rows[(event,)]
        at = rows["who"].to_numpy(), rows["month"].to_numpy() - self._first + 1
        shape = (self._size, self._months + 2)
        counts, firsts = np.zeros(shape, np.int32), np.full(shape, _NEVER, np.int32)
        lasts = np.full(shape, -_NEVER, np.int32)
        counts[at], firsts[at], lasts[at] = rows["events"], rows["first"], rows["last"]
        ever = np.minimum.accumulate(firsts, axis=1)
        before = counts.cumsum(axis=1)
        this = np.clip(_month_number(first_of_month) - self._first + 1, 0, shape[1] - 1)
        beyond = _month_number(first_of_month) - self._first + 1 >= shape[1]
        earlier = np.where(beyond, shape[1] - 1, np.maximum(this - 1, 0))
        first_here = np.where(beyond, _NEVER, firsts[who, this]).astype(np.int64)
        first = np.minimum(ever[who, earlier], np.where(first_here < day, first_here, _NEVER))
        lately = (lasts[who, earlier] >= day - 28) | (first_here < day)
        return first.astype(np.int64), lately.astype(np.int64), before[who, earlier].astype(np.float64)


def _month_number(first_of_month: Ints) -> Ints:
    """Months since the year 0, as `Grid` counts them."""
    found: Ints = first_of_month.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) + 1970 * 12
    return found
