"""Give a pulse of an account, or take it back."""

from __future__ import annotations

from datetime import datetime

from data_access import pulses
from data_access.errors import DataError
from data_access.store import Store
from data_access.viewer import Viewer
from models.pulse import LEVELS, LONGEST_REASON


def give(store: Store, viewer: Viewer, now: datetime, account_id: str, level: int, reason: str) -> int:
    """Record how the viewer judges an account, in one of six steps, and why; returns the pulse.

    `now` is UTC. Raises `DataError` without a reason, with one too long, or with another level.
    """
    told = " ".join(reason.split())
    if level not in LEVELS:
        raise DataError(f"A pulse is one of {', '.join(LEVELS.values())}.")
    if not told:
        raise DataError("Say in a few words why; nothing was saved.")
    if len(told) > LONGEST_REASON:
        raise DataError(f"Say it in {LONGEST_REASON} characters or less; nothing was saved.")
    with store.database.write() as connection:
        return pulses.add(connection, viewer, now, account_id, level, told)


def withdraw(store: Store, viewer: Viewer, now: datetime, pulse_id: int, version: int) -> None:
    """Take a pulse back: the one before stands again, and the history keeps both."""
    with store.database.write() as connection:
        pulses.withdraw(connection, viewer, now, pulse_id, version)
