"""The content library: pieces to send, what each is for, and which event it should lead to."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import polars as pl
import sqlalchemy as sa

from data_access.audit import record
from data_access.conflicts import changed
from data_access.database import Database
from data_access.errors import NotFound
from data_access.schema import content
from data_access.viewer import Viewer
from models.contracts import Column, Contract
from models.facts import TEXT, TIME, WHOLE

CONTENT = Contract(
    "content",
    (
        Column("content_id", WHOLE, required=True),
        Column("title", TEXT, required=True),
        Column("purpose", TEXT, required=True, doc="what it is for, in a sentence"),
        Column("link", TEXT, doc="an address of the web"),
        Column("event", TEXT, doc="the usage event it should lead to"),
        Column("retired_at", TIME, doc="UTC; null while it is offered"),
        Column("saved_at", TIME, required=True),
        Column("saved_by", TEXT, required=True),
        Column("version", WHOLE, required=True),
    ),
    key=("content_id",),
)


def listing(database: Database) -> pl.DataFrame:
    """Every piece, retired ones last, by title; columns of `CONTENT`."""
    statement = sa.select(*(content.c[name] for name in CONTENT.names))
    return database.frame(
        statement.order_by(content.c.retired_at.is_not(None), content.c.title, content.c.content_id), CONTENT
    )


def offered_words(database: Database) -> dict[int, str]:
    """Title and address of every piece that is not retired, by id."""
    rows = listing(database).filter(pl.col("retired_at").is_null())
    words = pl.concat_str("title", "link", separator=" ", ignore_nulls=True)
    return dict(rows.select("content_id", words).iter_rows())


def add(connection: sa.Connection, viewer: Viewer, at: datetime, values: dict[str, Any]) -> int:
    """Write a new piece; returns its id."""
    viewer.may_write()
    content_id = int(
        connection.execute(
            sa.insert(content)
            .values(**values, saved_at=at, saved_by=viewer.person, version=1)
            .returning(content.c.content_id)
        ).scalar_one()
    )
    record(connection, viewer, at, "content added", f"content {content_id}", after=values)
    return content_id


def change(
    connection: sa.Connection,
    viewer: Viewer,
    at: datetime,
    content_id: int,
    version: int,
    what: str,
    values: dict[str, Any],
) -> int:
    """Set `values` on a piece that is still at `version`; returns the new version.

    Raises `Conflict` when somebody changed it first; nothing is overwritten.
    """
    viewer.may_write()
    row = connection.execute(
        sa.select(content).where(content.c.content_id == content_id).with_for_update()
    ).first()
    if row is None:
        raise NotFound(f"There is no piece of content {content_id}.")
    if row.version != version:
        raise changed(f"“{row.title}”", row.saved_by, row.saved_at, row._mapping, values)
    connection.execute(
        sa.update(content)
        .where(content.c.content_id == content_id)
        .values(**values, saved_at=at, saved_by=viewer.person, version=version + 1)
    )
    before = {name: getattr(row, name) for name in values}
    record(connection, viewer, at, what, f"content {content_id}", before=before, after=values)
    return version + 1
