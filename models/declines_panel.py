"""Usage as a dense day x account matrix, one-day bursts cut, for the decline detector."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import polars as pl

Vector = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Matrix = npt.NDArray[np.float32]

EPOCH = date(1970, 1, 1)
NEVER = 2**40
HISTORY = 112
"""Days that a baseline, or the usual size of an active day, looks back."""
LOOKBACK = 2 * HISTORY + 14
"""Days of raw usage needed before the first day that is judged."""
SETTLING = 28
"""Days after the start that say nothing about the usual rate."""
WEEK = 7


@dataclass(frozen=True)
class Panel:
    """Counts of `LOOKBACK` days before the first judged day and of every day up to as_of.

    `counts` and `cut` are day x account; row r is the day `first + r` (days since 1970).
    `usable` is the first day of each account that counts, `ends` the day its relation ended.
    """

    ids: list[str]
    first: int
    counts: Matrix
    cut: Matrix
    usable: Whole
    ends: Whole

    @property
    def days(self) -> int:
        return len(self.counts)


def ordinal(day: date) -> int:
    return (day - EPOCH).days


def as_date(day: int) -> date:
    return EPOCH + timedelta(days=day)


def is_look(day: int) -> bool:
    """One day in seven, the same weekday always, so that a resumed run looks on the same days."""
    return day % WEEK == 0


def build_panel(account_days: pl.DataFrame, lives: pl.DataFrame, start: int, as_of: int) -> Panel:
    """Lay usage out as a matrix whose first judged day is `start`.

    `lives` has one row an account: account_id, starts_on (null: never seen) and ended_on (null: alive).
    """
    ids = lives["account_id"].to_list()
    first = start - LOOKBACK
    usable = _days(lives["starts_on"], NEVER) + SETTLING
    ends = _days(lives["ended_on"], NEVER)
    counts = _matrix(account_days, ids, first, as_of - first + 1)
    return Panel(ids, first, counts, _cut(counts, first, usable, ends), usable, ends)


def _days(column: pl.Series, missing: int) -> Whole:
    days: Whole = column.cast(pl.Int32).cast(pl.Int64).fill_null(missing).to_numpy()
    return days


def _matrix(account_days: pl.DataFrame, ids: list[str], first: int, days: int) -> Matrix:
    index = pl.DataFrame(
        {"account_id": ids, "place": np.arange(len(ids))}, schema_overrides={"account_id": pl.String}
    )
    cells = (
        account_days.lazy()
        .filter(pl.col("day").is_between(as_date(first), as_date(first + days - 1)))
        .join(index.lazy(), on="account_id")
        .select((pl.col("day").cast(pl.Int32) - first).alias("row"), "place", "events")
        .collect()
    )
    counts = np.zeros((days, len(ids)), dtype=np.float32)
    counts[cells["row"].to_numpy(), cells["place"].to_numpy()] = cells["events"].to_numpy()
    return counts


def _cut(counts: Matrix, first: int, usable: Whole, ends: Whole) -> Matrix:
    """Cut each day to max(5, 3 x the median active day before it); unusable days become 0.

    The median is taken once a week over the `HISTORY` days before.
    """
    cut = counts.copy()
    offset = -first % WEEK
    for row in range(offset, counts.shape[0], WEEK):
        week = cut[row : row + WEEK]
        if row < HISTORY or not week.any():
            continue
        np.minimum(week, _limit(counts[row - HISTORY : row]), out=week)
    rows = np.arange(first, first + counts.shape[0])[:, None]
    cut[(rows < usable) | (rows >= ends)] = 0
    return cut


def _limit(past: Matrix) -> Matrix:
    columns = np.ascontiguousarray(past.T)
    active = (columns > 0).sum(axis=1)
    columns[columns <= 0] = np.inf
    columns.sort(axis=1)
    at = np.arange(columns.shape[0])
    low = columns[at, np.maximum(active - 1, 0) // 2]
    high = columns[at, np.minimum(active // 2, columns.shape[1] - 1)]
    median = np.where(active > 0, (low + high) / 2, 0)
    limit: Matrix = np.maximum(5, 3 * median).astype(np.float32)
    return limit
