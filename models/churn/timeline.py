"""Dated rows of numbered accounts, asked many times at once for totals between days."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

_SPAN = 1 << 21
_ZERO = 1 << 20

LONG_AGO = -_ZERO
"""A day before any other."""


@dataclass(frozen=True, eq=False)
class Timeline:
    """Rows sorted by account number and day; `totals` holds running sums that begin with 0.

    Days count from 1970-01-01. All questions are arrays of the same length: account numbers and days.
    """

    keys: Ints
    values: dict[str, Floats]
    totals: dict[str, Floats]

    def before(self, who: Ints, day: Ints) -> Ints:
        """How many rows lie before each account's day, those of the accounts before it included."""
        return np.searchsorted(self.keys, who * _SPAN + _ZERO + day)

    def count(self, who: Ints, since: Ints, until: Ints) -> Floats:
        """Rows from `since` on and before `until`."""
        until = np.maximum(since, until)
        return (self.before(who, until) - self.before(who, since)).astype(np.float64)

    def total(self, name: str, who: Ints, since: Ints, until: Ints) -> Floats:
        """The sum of a column from `since` on and before `until`."""
        sums = self.totals[name]
        found: Floats = sums[self.before(who, np.maximum(since, until))] - sums[self.before(who, since)]
        return found

    def last_day(self, who: Ints, day: Ints) -> Floats:
        """The day of the newest row before `day`; NaN where there is none."""
        place = self.before(who, day) - 1
        if not len(self.keys):
            return np.full(len(who), np.nan)
        key = self.keys[np.maximum(place, 0)]
        own = (place >= 0) & (key // _SPAN == who)
        return np.where(own, key % _SPAN - _ZERO, np.nan)

    def last(self, name: str, who: Ints, day: Ints) -> Floats:
        """A column of the newest row before `day`; NaN where there is none."""
        return self._at(name, who, self.before(who, day) - 1)

    def first(self, name: str, who: Ints, day: Ints) -> Floats:
        """A column of the account's first row, if that lies before `day`; NaN otherwise."""
        first = self.before(who, np.full(len(who), LONG_AGO))
        found = self._at(name, who, first)
        return np.where(self.before(who, day) > first, found, np.nan)

    def _at(self, name: str, who: Ints, place: Ints) -> Floats:
        if not len(self.keys):
            return np.full(len(who), np.nan)
        inside = np.clip(place, 0, len(self.keys) - 1)
        own = (place >= 0) & (place < len(self.keys)) & (self.keys[inside] // _SPAN == who)
        return np.where(own, self.values[name][inside], np.nan)


def timeline(
    rows: pl.DataFrame, numbers: pl.DataFrame, day: pl.Expr, columns: dict[str, pl.Expr]
) -> Timeline:
    """Put rows in order: `day` is a date, `columns` are numbers to add up or to look at.

    In: account_id and whatever the expressions need; numbers: account_id, who. Rows of accounts without
    a number, or without a day, are left out; a null number counts 0 in totals.
    """
    key = pl.col("who").cast(pl.Int64) * _SPAN + _ZERO + day.cast(pl.Int32).cast(pl.Int64)
    kept = (
        rows.lazy()
        .join(numbers.lazy(), on="account_id")
        .select(key=key, **{name: column.cast(pl.Float64) for name, column in columns.items()})
        .drop_nulls("key")
        .sort("key", maintain_order=True)
        .collect()
    )
    values = {name: kept[name].to_numpy() for name in columns}
    return Timeline(kept["key"].to_numpy(), values, {name: _running(value) for name, value in values.items()})


def _running(values: Floats) -> Floats:
    """Running sums of the values to 1/4096, exact, so that rows of a later day change no difference."""
    exact = np.round(np.nan_to_num(values) * 4096) / 4096
    return np.concatenate([[0.0], np.cumsum(exact)])
