"""Courtesy calls: planned, added by hand, logged, undone. One open call an account."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import polars as pl
import sqlalchemy as sa

from data_access.audit import last, record
from data_access.conflicts import changed
from data_access.database import Database
from data_access.errors import Conflict, NotFound, NotYours
from data_access.masking import masked
from data_access.schema import FACT_TABLES, tasks
from data_access.scope import visible
from data_access.viewer import Viewer
from models.contracts import Column, Contract
from models.facts import DAY, FLAG, TEXT, TIME, WHOLE

TASKS = Contract(
    "tasks",
    (
        Column("task_id", WHOLE, required=True),
        Column("account_id", TEXT, required=True),
        Column("contact_id", TEXT),
        Column("csm_id", TEXT),
        Column("state", TEXT, required=True, doc="open, done, undone, removed (until due_on)"),
        Column("origin", TEXT, required=True, doc="list (call list), hand (a person), follow (next step)"),
        Column("reasons", TEXT, required=True, doc="JSON list of sentences, as they stood"),
        Column("due_on", DAY),
        Column("outcome", TEXT, doc="reached, left message, wrong person"),
        Column("helped", FLAG),
        Column("next_step", TEXT),
        Column("next_on", DAY),
        Column("note", TEXT),
        Column("created_at", TIME, required=True),
        Column("created_by", TEXT, required=True),
        Column("done_at", TIME),
        Column("done_by", TEXT),
        Column("version", WHOLE, required=True),
    ),
    key=("task_id",),
)


TWICE_WITHIN = timedelta(hours=8)


@dataclass(frozen=True)
class LoggedCall:
    """That an account was called: by whom (a person's address) and when (UTC)."""

    task_id: int
    done_by: str
    done_at: datetime


def listing(
    database: Database,
    viewer: Viewer,
    *,
    state: str | None = None,
    done_since: datetime | None = None,
    account_id: str | None = None,
) -> pl.DataFrame:
    """Calls on the viewer's accounts, newest first; columns of `TASKS`."""
    statement = sa.select(*(tasks.c[name] for name in TASKS.names)).where(visible(viewer, tasks.c.account_id))
    if state is not None:
        statement = statement.where(tasks.c.state == state)
    if done_since is not None:
        statement = statement.where(tasks.c.done_at >= done_since)
    if account_id is not None:
        statement = statement.where(tasks.c.account_id == account_id)
    return masked(viewer, database.frame(statement.order_by(tasks.c.task_id.desc()), TASKS))


def add(connection: sa.Connection, viewer: Viewer, at: datetime, values: dict[str, Any]) -> int:
    """Write a new call on an account the viewer may see; returns its id."""
    viewer.may_write()
    hold(connection, viewer, values["account_id"])
    task_id = int(
        connection.execute(
            sa.insert(tasks)
            .values(created_at=at, created_by=viewer.person, version=1, **values)
            .returning(tasks.c.task_id)
        ).scalar_one()
    )
    record(connection, viewer, at, f"call {values['state']}", f"task {task_id}", after=values)
    return task_id


def open_on(connection: sa.Connection, viewer: Viewer, account_ids: list[str]) -> dict[str, int]:
    """task_id of the open call of each of these accounts that has one."""
    statement = sa.select(tasks.c.account_id, tasks.c.task_id).where(
        tasks.c.account_id.in_(account_ids), tasks.c.state == "open", visible(viewer, tasks.c.account_id)
    )
    return {row.account_id: row.task_id for row in connection.execute(statement)}


def done_after(connection: sa.Connection, account_id: str, after: datetime) -> LoggedCall | None:
    """The last call logged on this account after a moment, by whomever, or None."""
    statement = (
        sa.select(tasks.c.task_id, tasks.c.done_by, tasks.c.done_at)
        .where(tasks.c.account_id == account_id, tasks.c.state == "done", tasks.c.done_at > after)
        .order_by(tasks.c.done_at.desc())
        .limit(1)
    )
    row = connection.execute(statement).first()
    return None if row is None else LoggedCall(row.task_id, row.done_by, row.done_at)


def not_called(connection: sa.Connection, account_id: str, now: datetime) -> None:
    """Raise `Conflict` when a call on this account was logged in the last eight hours."""
    earlier = done_after(connection, account_id, now - TWICE_WITHIN)
    if earlier is not None:
        raise Conflict(
            f"{earlier.done_by} logged a call here at {earlier.done_at:%H:%M} UTC; nothing was added."
        )


def handed(database: Database, books: Collection[str], since: datetime) -> tuple[str, ...]:
    """Accounts of other books whose call waits for one of these, or was logged for it after `since`."""
    accounts = FACT_TABLES["accounts"]
    others = accounts.c.csm_id.is_(None) | accounts.c.csm_id.not_in(books)
    ours = (tasks.c.state == "open") | ((tasks.c.state == "done") & (tasks.c.done_at > since))
    statement = (
        sa.select(tasks.c.account_id)
        .join(accounts, accounts.c.account_id == tasks.c.account_id)
        .where(ours, tasks.c.origin != "list", tasks.c.csm_id.in_(books), others)
        .distinct()
        .order_by(tasks.c.account_id)
    )
    with database.read() as connection:
        return tuple(connection.execute(statement).scalars())


def change(
    connection: sa.Connection,
    viewer: Viewer,
    at: datetime,
    task_id: int,
    version: int,
    what: str,
    values: dict[str, Any],
) -> int:
    """Set `values` on a call that is still at `version`; returns the new version.

    Raises `Conflict` when somebody changed it first; nothing is overwritten.
    """
    viewer.may_write()
    row = connection.execute(
        sa.select(tasks)
        .where(tasks.c.task_id == task_id, visible(viewer, tasks.c.account_id))
        .with_for_update()
    ).first()
    if row is None:
        raise NotYours(f"There is no call {task_id} among your accounts.")
    if row.version != version:
        raise changed("This call", *last(connection, f"task {task_id}"), row._mapping, values)
    connection.execute(
        sa.update(tasks).where(tasks.c.task_id == task_id).values(**values, version=version + 1)
    )
    before = {name: getattr(row, name) for name in values}
    record(connection, viewer, at, what, f"task {task_id}", before=before, after=values)
    return version + 1


def hold(connection: sa.Connection, viewer: Viewer, *account_ids: str) -> None:
    """Keep others from writing or logging a call on these accounts until the transaction ends.

    Raises `NotYours` when the viewer may not see one of them. All are taken in one order, so that two who
    want the same ones wait for each other and never both.
    """
    accounts = FACT_TABLES["accounts"]
    found = connection.scalars(
        sa.select(accounts.c.account_id)
        .where(accounts.c.account_id.in_(account_ids), visible(viewer, accounts.c.account_id))
        .order_by(accounts.c.account_id)
        .with_for_update()
    ).all()
    hidden = sorted(set(account_ids).difference(found))
    if hidden:
        raise NotYours(f"There is no account {hidden[0]} among yours.")


def version_of(connection: sa.Connection, task_id: int) -> int:
    """The version a call is at now."""
    return int(connection.execute(sa.select(tasks.c.version).where(tasks.c.task_id == task_id)).scalar_one())


def origin_and_state(connection: sa.Connection, task_id: int) -> tuple[str, str]:
    """Where a call came from and how far it is; `NotFound` when there is none."""
    row = connection.execute(
        sa.select(tasks.c.origin, tasks.c.state).where(tasks.c.task_id == task_id)
    ).first()
    if row is None:
        raise NotFound(f"There is no call {task_id}.")
    return row.origin, row.state


def whose(connection: sa.Connection, task_id: int) -> tuple[str, str | None]:
    """The account of a call, and the csm_id whose it is."""
    row = connection.execute(
        sa.select(tasks.c.account_id, tasks.c.csm_id).where(tasks.c.task_id == task_id)
    ).one()
    return row.account_id, row.csm_id
