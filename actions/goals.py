"""Set a goal, change it, retire it or bring it back: managers and administrators only."""

from __future__ import annotations

from datetime import date, datetime

from data_access import goals
from data_access.errors import DataError, NotAllowed
from data_access.store import Store
from data_access.viewer import Viewer
from models.goals import MEASURES

_ROLES = ("manager", "admin", "system")


def may_set(viewer: Viewer) -> bool:
    """Whether this role may set goals: they hold for the whole company."""
    return viewer.role in _ROLES


def set_goal(
    store: Store,
    viewer: Viewer,
    now: datetime,
    measure: str,
    target: float,
    starts_on: date,
    due_on: date,
) -> int:
    """Set what a measure (of `models.goals.MEASURES`) should reach by a day; returns the goal's id.

    `target` is a share. Progress is counted from `starts_on`. Raises `DataError` for what makes no sense.
    """
    _allowed(viewer)
    if measure not in MEASURES:
        raise DataError(f"There is no measure {measure}; there are {', '.join(MEASURES)}.")
    values = {"measure": measure, "starts_on": starts_on, **_checked(target, starts_on, due_on)}
    with store.database.write() as connection:
        return goals.add(connection, viewer, now, values)


def change_goal(
    store: Store,
    viewer: Viewer,
    now: datetime,
    goal_id: int,
    version: int,
    target: float,
    starts_on: date,
    due_on: date,
) -> int:
    """Change a goal still at `version`; returns the new version."""
    _allowed(viewer)
    values = {"starts_on": starts_on, **_checked(target, starts_on, due_on)}
    with store.database.write() as connection:
        return goals.change(connection, viewer, now, goal_id, version, "goal changed", values)


def retire_goal(store: Store, viewer: Viewer, now: datetime, goal_id: int, version: int) -> int:
    """Take a goal from the scorecard; it stays on record."""
    _allowed(viewer)
    with store.database.write() as connection:
        return goals.change(connection, viewer, now, goal_id, version, "goal retired", {"retired_at": now})


def _allowed(viewer: Viewer) -> None:
    if not may_set(viewer):
        raise NotAllowed(f"Goals hold for everybody; {viewer.name} is signed in as {viewer.role}.")


def _checked(target: float, starts_on: date, due_on: date) -> dict[str, object]:
    if not 0 < target <= 3:
        raise DataError("A target lies between 0 and 300 %; nothing was saved.")
    if due_on <= starts_on:
        raise DataError("A goal's day comes after the day it starts; nothing was saved.")
    return {"target": target, "due_on": due_on}
