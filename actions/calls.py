"""Courtesy calls: put an account on the list, log what came of a call, take it back."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from data_access import call_limits, claims, sends, task_steps, tasks, wishes
from data_access.errors import BeyondLimits, Conflict, NotAllowed
from data_access.store import Store
from data_access.viewer import Viewer

Outcome = Literal["reached", "left message", "wrong person"]


@dataclass(frozen=True)
class Call:
    """What is known of a call when it is logged; `reasons` are the sentences that led to it."""

    account_id: str
    contact_id: str | None = None
    csm_id: str | None = None
    reasons: Sequence[str] = ()


def add_to_list(
    store: Store, viewer: Viewer, now: datetime, calls: Sequence[Call], due_on: date | None = None
) -> int:
    """Put accounts on the call list by hand; those already on it stay as they are.

    Accounts where everybody asked not to be contacted are left out (`NotAllowed` where all are such).
    Returns how many were added. `now` is UTC.
    """
    with store.database.write() as connection:
        wanted = [call.account_id for call in calls]
        tasks.hold(connection, viewer, *wanted)
        waiting = tasks.open_on(connection, viewer, wanted)
        alone = wishes.left_alone(connection, wanted)
        if alone and alone == set(wanted):
            raise NotAllowed("Everybody there asked not to be contacted; nothing was added.")
        fresh = [call for call in calls if call.account_id not in waiting and call.account_id not in alone]
        for call in fresh:
            values = {**values_of(call), "state": "open", "origin": "hand", "due_on": due_on or now.date()}
            tasks.add(connection, viewer, now, values)
    return len(fresh)


def log(
    store: Store,
    viewer: Viewer,
    now: datetime,
    call: Call,
    outcome: Outcome,
    *,
    again: bool = False,
    because: str = "",
    day_began: datetime | None = None,
) -> int:
    """Log what came of a call; returns the task, for notes and for undo.

    An open call on the account is the one that is done. Raises `Conflict` when a colleague has taken
    the call, or somebody logged one on this account in the last eight hours, unless `again`; and
    `BeyondLimits` when it is not their hour, they asked not to be called, or the CSM's day is full, unless
    `because` says why (which is put on record). `day_began` is the start of the caller's day in UTC.
    """
    done = {"state": "done", "outcome": outcome, "done_at": now, "done_by": viewer.person}
    with store.database.write() as connection:
        tasks.hold(connection, viewer, call.account_id)
        if not again:
            tasks.not_called(connection, call.account_id, now)
            claims.free_for(connection, viewer, now, call.account_id)
        whom = (call.account_id, call.contact_id, call.csm_id)
        call_limits.kept(connection, viewer, now, *whom, day_began, because)
        claims.let_go(connection, viewer, call.account_id)
        waiting = tasks.open_on(connection, viewer, [call.account_id]).get(call.account_id)
        if waiting is None:
            return tasks.add(connection, viewer, now, {**values_of(call), "origin": "list", **done})
        version = tasks.version_of(connection, waiting)
        values = {**values_of(call), **done}
        tasks.change(connection, viewer, now, waiting, version, "call logged", values)
    return waiting


def describe(
    store: Store,
    viewer: Viewer,
    now: datetime,
    task_id: int,
    version: int,
    *,
    helped: bool | None = None,
    note: str | None = None,
    next_step: str | None = None,
    next_on: date | None = None,
) -> int:
    """Add to a logged call whether it helped, a note, the next step; returns the new version.

    A next step with its day puts a call on the list for that day.
    """
    given = {"helped": helped, "note": note, "next_step": next_step, "next_on": next_on}
    values = {name: value for name, value in given.items() if value is not None}
    with store.database.write() as connection:
        changed = tasks.change(connection, viewer, now, task_id, version, "call described", values)
        if next_on is not None:
            task_steps.follow_up(connection, viewer, now, task_id, next_step, next_on)
    return changed


def undo(store: Store, viewer: Viewer, now: datetime, task_id: int, version: int) -> None:
    """Take back a logged or added call: what came from a hand's list is open again.

    The row stays, marked undone, and the log keeps both; raises `Conflict` on another version.
    """
    with store.database.write() as connection:
        origin, state = tasks.origin_and_state(connection, task_id)
        reopen = origin != "list" and state in ("done", "removed")
        if state == "done":
            task_steps.drop_follow_up(connection, viewer, now, task_id)
            sends.withdraw(connection, viewer, now, task_id)
        values = {"state": "open" if reopen else "undone", "outcome": None, "helped": None, "done_at": None}
        tasks.change(connection, viewer, now, task_id, version, "call undone", values)


def log_many(
    store: Store,
    viewer: Viewer,
    now: datetime,
    calls: Sequence[Call],
    outcome: Outcome,
    *,
    because: str = "",
    day_began: datetime | None = None,
) -> tuple[list[int], list[tuple[str, str]]]:
    """Log the same outcome on several accounts; the tasks, and account and sentence of what was refused."""
    logged, refused = [], []
    for call in calls:
        try:
            told = log(store, viewer, now, call, outcome, because=because, day_began=day_began)
            logged.append(told)
        except (Conflict, BeyondLimits) as error:
            refused.append((call.account_id, str(error)))
    return logged, refused


def values_of(call: Call) -> dict[str, object]:
    """What a task keeps of a call."""
    return {
        "account_id": call.account_id,
        "contact_id": call.contact_id,
        "csm_id": call.csm_id,
        "reasons": json.dumps(list(call.reasons), ensure_ascii=False),
    }
