"""How long raw data is kept: months chosen in the settings, and the day before which it goes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

FOREVER = 0
LEAST = {"usage": 13, "comments": 1, "rejects": 1, "uploads": 1, "audit": 12}
"""The fewest months that make sense: reference and renewals look back a year; a log needs one too."""

MOST = 600

NAMES = {
    "usage": "Raw usage events",
    "comments": "Comments of surveys and subjects of tickets",
    "rejects": "Rows that imports refused",
    "uploads": "Files handed in to be imported",
    "audit": "Entries of the audit log",
}
"""What can have a period, and what it is called."""


@dataclass(frozen=True)
class Periods:
    """Months that each kind of raw data is kept; 0 keeps it for ever."""

    usage: int = FOREVER
    comments: int = FOREVER
    rejects: int = FOREVER
    uploads: int = FOREVER
    audit: int = FOREVER

    def before(self, kind: str, today: date) -> date | None:
        """The first day that is kept; None where all is. Always the first of a month, so that a period is
        never shorter than it says.

        >>> Periods(usage=24).before("usage", date(2026, 11, 22))
        datetime.date(2024, 11, 1)
        """
        months = int(getattr(self, kind))
        if months == FOREVER:
            return None
        index = today.year * 12 + today.month - 1 - months
        return date(index // 12, index % 12 + 1, 1)


def periods_from(body: Mapping[str, Any]) -> Periods:
    """The periods of the settings (`keep`: months by kind); raises `ValueError` for what can't be.

    >>> periods_from({"keep": {"usage": 36}}).usage
    36
    """
    told = body.get("keep") or {}
    unknown = sorted(set(told) - set(NAMES))
    if unknown:
        raise ValueError(f"keep has no {', '.join(unknown)}; it has {', '.join(NAMES)}")
    for kind, months in told.items():
        if isinstance(months, bool) or not isinstance(months, int):
            raise ValueError(f"keep {kind} is a whole number of months, not {months!r}")
        if months != FOREVER and not LEAST[kind] <= months <= MOST:
            raise ValueError(f"{NAMES[kind]} are kept {LEAST[kind]} to {MOST} months, or for ever (0)")
    return Periods(**told)


def in_words(body: Mapping[str, Any]) -> dict[str, str]:
    """What goes after how long; empty where everything is kept.

    >>> in_words({"keep": {"usage": 36}})
    {'Kept for a while': 'raw usage events 36 months'}
    """
    periods = periods_from(body)
    some = [
        f"{name.lower()} {months} months"
        for kind, name in NAMES.items()
        if (months := int(getattr(periods, kind))) != FOREVER
    ]
    return {"Kept for a while": ", ".join(some)} if some else {}


def day_before(day: date) -> date:
    """The last day that goes, for sentences."""
    return day - timedelta(days=1)
