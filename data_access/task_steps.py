"""The one open call of an account: planned, changed, followed up."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from data_access import tasks
from data_access.viewer import Viewer

FOLLOW = "follow"
"""Origin of a call that is the next step of an earlier one."""


def put(
    connection: sa.Connection,
    viewer: Viewer,
    at: datetime,
    what: str,
    call: dict[str, Any],
    values: dict[str, Any],
) -> int:
    """Set `values` on the account's open call, or write a new one from `call` with them; returns the task."""
    waiting = tasks.open_on(connection, viewer, [call["account_id"]]).get(call["account_id"])
    if waiting is None:
        return tasks.add(connection, viewer, at, {**call, "origin": "list", **values})
    tasks.change(connection, viewer, at, waiting, tasks.version_of(connection, waiting), what, values)
    return waiting


def follow_up(
    connection: sa.Connection, viewer: Viewer, at: datetime, task_id: int, step: str | None, day: date
) -> None:
    """Plan the next step of a call; a call that a person asked for stays as it is."""
    account_id, csm_id = tasks.whose(connection, task_id)
    waiting = tasks.open_on(connection, viewer, [account_id]).get(account_id)
    values = {"state": "open", "origin": FOLLOW, "due_on": day, "note": step or "Follow up on the last call."}
    if waiting is None or tasks.origin_and_state(connection, waiting)[0] == FOLLOW:
        call = {"account_id": account_id, "csm_id": csm_id, "reasons": "[]"}
        put(connection, viewer, at, "next step planned", call, values)


def drop_follow_up(connection: sa.Connection, viewer: Viewer, at: datetime, task_id: int) -> None:
    """Take the next step back with the call it came from."""
    account_id, _ = tasks.whose(connection, task_id)
    waiting = tasks.open_on(connection, viewer, [account_id]).get(account_id)
    if waiting is not None and tasks.origin_and_state(connection, waiting)[0] == FOLLOW:
        version = tasks.version_of(connection, waiting)
        tasks.change(connection, viewer, at, waiting, version, "next step dropped", {"state": "undone"})
