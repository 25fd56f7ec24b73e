"""SIPOC sheets and quality trees that people saved: every save is a version, the newest counts."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, Literal

import polars as pl
import sqlalchemy as sa

from data_access.audit import record
from data_access.conflicts import changed
from data_access.database import Database
from data_access.errors import NotFound
from data_access.schema import quality_sheets
from data_access.turns import alone
from data_access.viewer import Viewer
from models.contracts import Column, Contract
from models.facts import TEXT, TIME, WHOLE

Kind = Literal["sipoc", "ctq"]

SHEETS = Contract(
    "quality_sheets",
    (
        Column("sheet_id", WHOLE, required=True, doc="the version"),
        Column("kind", TEXT, required=True, doc="sipoc or ctq"),
        Column("name", TEXT, required=True, doc="the team of a sipoc; the segment of a tree, or empty"),
        Column("body", TEXT, required=True, doc="JSON list: `sipoc.Line` or `ctq.Branch`"),
        Column("saved_at", TIME, required=True, doc="UTC"),
        Column("saved_by", TEXT, required=True),
    ),
    key=("sheet_id",),
)


def versions(database: Database, kind: Kind, name: str) -> pl.DataFrame:
    """Every version of one sheet, newest first; columns of `SHEETS`."""
    statement = sa.select(*(quality_sheets.c[column] for column in SHEETS.names)).where(_one(kind, name))
    return database.frame(statement.order_by(quality_sheets.c.sheet_id.desc()), SHEETS)


def names(database: Database, kind: Kind) -> list[str]:
    """The names under which anything of this kind was saved."""
    statement = sa.select(quality_sheets.c.name).where(quality_sheets.c.kind == kind).distinct()
    with database.read() as connection:
        return sorted(connection.execute(statement).scalars())


def body_of(connection: sa.Connection, kind: Kind, name: str, sheet_id: int) -> str:
    """The body of one version, or `NotFound`; version 0 is what holds before anybody wrote: nothing."""
    if sheet_id == 0:
        return "[]"
    found = connection.execute(
        sa.select(quality_sheets.c.body).where(_one(kind, name), quality_sheets.c.sheet_id == sheet_id)
    ).scalar()
    if found is None:
        raise NotFound(f"There is no version {sheet_id} of {name or kind}.")
    return str(found)


def newest_body(connection: sa.Connection, kind: Kind, name: str, seen: int, mine: str = "[]") -> str:
    """The body that counts, which must be the version a person looked at (0: none yet).

    Raises `Conflict`, with who saved when, after another one was saved meanwhile; `mine` is the body refused.
    """
    alone(connection, "quality sheets")
    row = connection.execute(_newest(kind, name)).first()
    if (row.sheet_id if row else 0) != seen:
        who, at, standing = (row.saved_by, row.saved_at, row.sheet_id) if row else (None, None, 0)
        theirs = {"rows": json.loads(row.body) if row else []}
        raise changed("This", who, at, theirs, {"rows": json.loads(mine)}, standing=standing)
    return str(row.body) if row else "[]"


def save(
    connection: sa.Connection, viewer: Viewer, at: datetime, kind: Kind, name: str, body: str, what: str
) -> int:
    """Write a new version in the caller's transaction; returns its id. `what` names the deed in the log."""
    viewer.may_write()
    standing = connection.execute(_newest(kind, name)).first()
    before = {"rows": json.loads(standing.body)} if standing else None
    sheet_id = int(
        connection.execute(
            sa.insert(quality_sheets)
            .values(kind=kind, name=name, body=body, saved_at=at, saved_by=viewer.person)
            .returning(quality_sheets.c.sheet_id)
        ).scalar_one()
    )
    after = {"rows": json.loads(body)}
    subject = f"{kind} {name} {sheet_id}".replace("  ", " ")
    record(connection, viewer, at, what, subject, before=before, after=after)
    return sheet_id


def _newest(kind: Kind, name: str) -> sa.Select[Any]:
    return (
        sa.select(quality_sheets).where(_one(kind, name)).order_by(quality_sheets.c.sheet_id.desc()).limit(1)
    )


def _one(kind: Kind, name: str) -> sa.ColumnElement[bool]:
    return sa.and_(quality_sheets.c.kind == kind, quality_sheets.c.name == name)
