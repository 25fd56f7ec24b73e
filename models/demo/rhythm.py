"""The rhythm of use that all accounts of a country share: weekdays, holidays, summer."""

from __future__ import annotations

import numpy as np

from models.demo.clock import Clock
from models.demo.lands import LANDS
from models.demo.shape import Floats, Ints

WEEK = np.array([1.22, 1.30, 1.28, 1.25, 1.13, 0.50, 0.32])
"""Monday to Sunday; the mean is 1."""

_HOLIDAYS: dict[str, tuple[tuple[int, int], ...]] = {
    "DE": ((1, 1), (5, 1), (10, 3)),
    "GB": ((1, 1), (5, 4), (8, 31)),
    "FR": ((1, 1), (5, 1), (5, 8), (7, 14), (11, 11)),
    "SE": ((1, 1), (1, 6), (5, 1), (6, 6), (6, 20)),
    "US": ((1, 1), (5, 26), (7, 4), (9, 1), (11, 27)),
}
_SUMMER = {"DE": 0.82, "GB": 0.86, "FR": 0.68, "SE": 0.62, "US": 0.93}


def day_factors(clock: Clock) -> Floats:
    """Country × day of the history: how much of the usual work is done that day."""
    days: Ints = np.arange(clock.last + 1)
    dates = (days + clock.origin).astype("datetime64[D]")
    month = dates.astype("datetime64[M]").astype(np.int64) % 12 + 1
    in_month = (dates - dates.astype("datetime64[M]")).astype(np.int64) + 1
    month_day = 100 * month + in_month
    return np.stack([_factors(land.country, clock.weekday(days), month_day) for land in LANDS])


def _factors(country: str, weekday: Ints, month_day: Ints) -> Floats:
    factor: Floats = WEEK[weekday].copy()
    factor *= np.where((month_day >= 706) & (month_day <= 818), _SUMMER[country], 1.0)
    factor *= np.where((month_day >= 1220) & (month_day <= 1223), 0.6, 1.0)
    factor *= np.where((month_day >= 1224) | (month_day == 101), 0.15, 1.0)
    factor *= np.where((month_day >= 102) & (month_day <= 105), 0.6, 1.0)
    days_off = [100 * month + day for month, day in _HOLIDAYS[country] if month != 1 or day > 5]
    return factor * np.where(np.isin(month_day, days_off), 0.3, 1.0)
