"""The demo's calendar (days counted from the first day of usage) and its seeded streams."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from zlib import crc32

import numpy as np
import polars as pl

from models.demo.shape import Floats, Ints

DAY_US = 86_400_000_000


def stream(seed: int, name: str) -> np.random.Generator:
    """One independent random stream for each part, so that parts do not disturb each other."""
    return np.random.default_rng([seed, crc32(name.encode())])


def add_months(days: Ints, months: Ints) -> Ints:
    """Days since 1970 moved by calendar months; the 31st becomes the month's last day."""
    moved = days.astype("datetime64[D]").astype("datetime64[M]")
    in_month = days.astype("datetime64[D]") - moved
    target = moved + months
    last = (target + 1).astype("datetime64[D]") - np.timedelta64(1, "D")
    day: Ints = np.minimum(target.astype("datetime64[D]") + in_month, last).astype(np.int64)
    return day


@dataclass(frozen=True)
class Clock:
    """Day 0 is the first day of usage, `last` is `as_of`; days before the history are negative.

    >>> Clock(date(2026, 3, 31), 1).last
    30
    """

    as_of: date
    months: int

    @cached_property
    def origin(self) -> int:
        """Days from 1970-01-01 to day 0."""
        end = np.datetime64(self.as_of, "D").astype(np.int64)
        return int(add_months(np.array([end + 1]), np.array([-self.months]))[0])

    @cached_property
    def last(self) -> int:
        return int(np.datetime64(self.as_of, "D").astype(np.int64)) - self.origin

    def months_after(self, days: Ints, months: Ints) -> Ints:
        return add_months(days + self.origin, months) - self.origin

    def weekday(self, days: Ints) -> Ints:
        """Monday is 0."""
        return (days + self.origin + 3) % 7

    def workday(self, days: Ints) -> Ints:
        """The same day, or the Monday after a weekend."""
        weekday = self.weekday(days)
        return days + np.where(weekday > 4, 7 - weekday, 0)

    def dates(self, days: Ints, *, future: bool = False) -> pl.Series:
        """Dates; null after `as_of` unless the future is asked for."""
        known = pl.Series(days + self.origin, dtype=pl.Int32).cast(pl.Date)
        if future:
            return known
        return known.set(pl.Series(days > self.last), None)

    def moments(self, days: Ints, seconds: Ints) -> pl.Series:
        """Times in UTC; null after the last second of `as_of`."""
        micros = (days + self.origin) * DAY_US + seconds * 1_000_000
        known = pl.Series(micros, dtype=pl.Int64).cast(pl.Datetime("us"))
        return known.set(pl.Series(days + seconds // 86_400 > self.last), None)


def office_seconds(rng: np.random.Generator, hours_east: Ints) -> Ints:
    """Seconds after midnight UTC of work between half past seven and half past five, local."""
    morning = rng.random(len(hours_east)) < 0.55
    local = np.where(morning, 9.8, 14.4) + 1.3 * rng.standard_normal(len(hours_east))
    hour: Floats = np.clip(local, 7.5 + 0.3 * rng.random(len(hours_east)), 17.4)
    return ((hour - hours_east) * 3600).astype(np.int64)
