"""The plan of the day changed by hand: take a call, put it off, take it off, hand it to a colleague."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from actions.calls import Call, values_of
from data_access import call_limits, claims, task_steps, tasks, wishes
from data_access.audit import record
from data_access.errors import DataError
from data_access.store import Store
from data_access.viewer import Viewer


def take(
    store: Store,
    viewer: Viewer,
    now: datetime,
    account_id: str,
    *,
    contact_id: str | None = None,
    csm_id: str | None = None,
    because: str = "",
    day_began: datetime | None = None,
) -> int:
    """Claim a call for an hour; returns the claim's version.

    Raises `Conflict` ("Taken by NAME at TIME") when a colleague has it, or called them in the last hours,
    and `BeyondLimits` where `actions.calls.log` would, unless `because` says why.
    """
    with store.database.write() as connection:
        version = claims.take(connection, viewer, now, account_id)
        tasks.not_called(connection, account_id, now)
        call_limits.kept(connection, viewer, now, account_id, contact_id, csm_id, day_began, because)
        record(connection, viewer, now, "call taken", account_id, after={"taken_by": viewer.name})
        return version


def let_go(store: Store, viewer: Viewer, now: datetime, account_id: str) -> None:
    """Give the call back to whoever takes it next."""
    with store.database.write() as connection:
        if claims.let_go(connection, viewer, account_id):
            before = {"taken_by": viewer.name}
            record(connection, viewer, now, "call given back", account_id, before=before)


def put_off(
    store: Store,
    viewer: Viewer,
    now: datetime,
    call: Call,
    until: date,
    why: str = "",
    *,
    today: date | None = None,
) -> int:
    """Plan the call for a later day; returns the task. `today` is the caller's own, else that of UTC.

    Raises `DataError` for a day that is not later.
    """
    if until <= (today or now.date()):
        raise DataError(f"{until:%-d %b %Y} is not later than today; choose a day after it.")
    values = {"state": "open", "origin": "hand", "due_on": until, "note": why.strip() or None}
    return _planned(store, viewer, now, call, "call put off", values)


def remove(
    store: Store,
    viewer: Viewer,
    now: datetime,
    call: Call,
    until: date,
    why: str,
    *,
    today: date | None = None,
) -> int:
    """Take the call off the list until a day, with the reason; returns the task, for `calls.undo`."""
    if not why.strip():
        raise DataError("Say why it comes off the list; a colleague will want to know.")
    if until <= (today or now.date()):
        raise DataError(f"{until:%-d %b %Y} is not later than today; choose a day after it.")
    values = {"state": "removed", "due_on": until, "note": why.strip()}
    return _planned(store, viewer, now, call, "call taken off", values)


def hand_over(store: Store, viewer: Viewer, now: datetime, call: Call, to: str, why: str, on: date) -> int:
    """Put the call on a colleague's list (`to` is their csm_id), due `on`; returns the task.

    They may see this account while the call waits for them, and on the day they logged it.
    """
    if to == (call.csm_id or ""):
        raise DataError("It is on that list already; choose a colleague.")
    note = f"Handed over by {viewer.name}" + (f": {why.strip()}" if why.strip() else ".")
    values = {"state": "open", "origin": "hand", "due_on": on, "csm_id": to, "note": note}
    return _planned(store, viewer, now, call, "call handed over", values)


def _planned(
    store: Store, viewer: Viewer, now: datetime, call: Call, what: str, values: dict[str, Any]
) -> int:
    """Change the open call on the account, or write one; refused while a colleague has it.

    A call on somebody who asked not to be contacted can only come off the list.
    """
    viewer.may_write()
    with store.database.write() as connection:
        tasks.hold(connection, viewer, call.account_id)
        if values["state"] == "open":
            wishes.heed(connection, call.account_id, call.contact_id)
        claims.free_for(connection, viewer, now, call.account_id)
        task = task_steps.put(connection, viewer, now, what, values_of(call), values)
        claims.let_go(connection, viewer, call.account_id)
    return task
