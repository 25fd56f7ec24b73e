"""Playbooks that people saved: every save is a new version, the newest of a name counts."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import polars as pl
import sqlalchemy as sa

from data_access.audit import record
from data_access.conflicts import changed
from data_access.database import Database
from data_access.errors import NotFound
from data_access.schema import playbooks
from data_access.turns import alone
from data_access.viewer import Viewer
from models.contracts import Column, Contract
from models.facts import TEXT, TIME, WHOLE

PLAYBOOKS = Contract(
    "playbooks",
    (
        Column("playbook_id", WHOLE, required=True),
        Column("name", TEXT, required=True, doc="a quarter of the quadrant or a kind of exception"),
        Column("body", TEXT, required=True, doc="JSON of `models.playbook.Playbook`"),
        Column("saved_at", TIME, required=True, doc="UTC"),
        Column("saved_by", TEXT, required=True),
    ),
    key=("playbook_id",),
)


def versions(database: Database, name: str) -> pl.DataFrame:
    """Every version of a playbook, newest first; columns of `PLAYBOOKS`."""
    statement = sa.select(*(playbooks.c[column] for column in PLAYBOOKS.names))
    return database.frame(
        statement.where(playbooks.c.name == name).order_by(playbooks.c.playbook_id.desc()), PLAYBOOKS
    )


def newest(database: Database) -> pl.DataFrame:
    """The version that counts of every playbook that was ever saved; columns of `PLAYBOOKS`."""
    last = sa.select(sa.func.max(playbooks.c.playbook_id)).group_by(playbooks.c.name)
    statement = sa.select(*(playbooks.c[column] for column in PLAYBOOKS.names))
    return database.frame(
        statement.where(playbooks.c.playbook_id.in_(last)).order_by(playbooks.c.name), PLAYBOOKS
    )


def body_of(connection: sa.Connection, name: str, playbook_id: int) -> str:
    """The body of one version of this playbook, or `NotFound`."""
    found = connection.execute(
        sa.select(playbooks.c.body).where(playbooks.c.playbook_id == playbook_id, playbooks.c.name == name)
    ).scalar()
    if found is None:
        raise NotFound(f"The playbook {name} has no version {playbook_id}.")
    return str(found)


def still(connection: sa.Connection, name: str, seen: int | None, body: str) -> None:
    """Raise `Conflict` when another version counts than a person looked at (0: none; None: any will do).

    `body` is what they would have saved. Nobody else saves until the transaction ends.
    """
    alone(connection, "playbooks")
    row = _counting(connection, name)
    if seen is not None and (row.playbook_id if row else 0) != seen:
        who, at, standing = (row.saved_by, row.saved_at, row.playbook_id) if row else (None, None, 0)
        theirs = json.loads(row.body) if row else {}
        raise changed(f"The playbook {name}", who, at, theirs, json.loads(body), standing=standing)


def save(connection: sa.Connection, viewer: Viewer, at: datetime, name: str, body: str, what: str) -> int:
    """Write a new version in the caller's transaction; returns its id. `what` names the deed in the log."""
    viewer.may_write()
    standing = _counting(connection, name)
    before = json.loads(standing.body) if standing else None
    playbook_id = int(
        connection.execute(
            sa.insert(playbooks)
            .values(name=name, body=body, saved_at=at, saved_by=viewer.person)
            .returning(playbooks.c.playbook_id)
        ).scalar_one()
    )
    record(
        connection, viewer, at, what, f"playbook {name} {playbook_id}", before=before, after=json.loads(body)
    )
    return playbook_id


def _counting(connection: sa.Connection, name: str) -> sa.Row[Any] | None:
    newest_first = (
        sa.select(playbooks).where(playbooks.c.name == name).order_by(playbooks.c.playbook_id.desc())
    )
    return connection.execute(newest_first.limit(1)).first()
