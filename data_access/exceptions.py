"""Exceptions and their life: at most one open per account and kind."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import polars as pl
import sqlalchemy as sa

from data_access.audit import last, record
from data_access.bulk import insert
from data_access.conflicts import changed
from data_access.database import Database
from data_access.errors import NotYours
from data_access.schema import exceptions
from data_access.scope import visible
from data_access.viewer import Viewer
from models.contracts import Column, Contract
from models.facts import DAY, REAL, TEXT, TIME, WHOLE

EXCEPTIONS = Contract(
    "exceptions",
    (
        Column("exception_id", WHOLE, required=True),
        Column("account_id", TEXT, required=True),
        Column("kind", TEXT, required=True),
        Column("since", DAY, required=True, doc="when the trouble began, as far as the data tell"),
        Column("first_seen", DAY, required=True, doc="as-of day of the snapshot that opened it"),
        Column("last_seen", DAY, required=True),
        Column("closed_on", DAY, doc="null while open"),
        Column("times_opened", WHOLE, required=True, doc="1 unless it came back"),
        Column("severity", REAL, required=True, doc="0-1"),
        Column("sentence", TEXT, required=True),
        Column("evidence", TEXT, required=True, doc="JSON object"),
        Column("prescription", TEXT, required=True),
        Column("due_on", DAY),
        Column("verdict", TEXT, doc="true, false or premature, by the person who looked"),
        Column("verdict_by", TEXT),
        Column("verdict_at", TIME),
        Column("snoozed_until", DAY),
        Column("snooze_reason", TEXT),
        Column("version", WHOLE, required=True),
    ),
    key=("exception_id",),
)


def listing(
    database: Database, viewer: Viewer, *, account_id: str | None = None, only_open: bool = True
) -> pl.DataFrame:
    """Exceptions of the viewer's accounts, the most severe first; columns of `EXCEPTIONS`."""
    statement = sa.select(*(exceptions.c[name] for name in EXCEPTIONS.names)).where(
        visible(viewer, exceptions.c.account_id)
    )
    if account_id is not None:
        statement = statement.where(exceptions.c.account_id == account_id)
    if only_open:
        statement = statement.where(exceptions.c.closed_on.is_(None))
    return database.frame(
        statement.order_by(exceptions.c.severity.desc(), exceptions.c.exception_id), EXCEPTIONS
    )


def advance(
    connection: sa.Connection, opened: pl.DataFrame, still: pl.DataFrame, closed: pl.DataFrame, as_of: date
) -> None:
    """Write what a refresh found: new ones, those still there, those that mended.

    `opened` has the columns of a finding with `times_opened`; `still` the same with
    `exception_id`; `closed` needs `exception_id` alone.
    """
    insert(connection, exceptions, opened.with_columns(version=pl.lit(1, pl.Int64)))
    if not still.is_empty():
        changed = [name for name in still.columns if name not in ("exception_id", "account_id", "kind")]
        statement = (
            sa.update(exceptions)
            .where(exceptions.c.exception_id == sa.bindparam("_id"))
            .values({name: sa.bindparam(f"_{name}") for name in changed})
        )
        connection.execute(
            statement,
            [
                {"_id": row["exception_id"], **{f"_{name}": row[name] for name in changed}}
                for row in still.iter_rows(named=True)
            ],
        )
    if not closed.is_empty():
        connection.execute(
            sa.update(exceptions)
            .where(exceptions.c.exception_id == sa.bindparam("_id"))
            .values(closed_on=as_of),
            [{"_id": value} for value in closed["exception_id"].to_list()],
        )


def change(
    connection: sa.Connection,
    viewer: Viewer,
    at: datetime,
    exception_id: int,
    version: int,
    values: dict[str, Any],
) -> None:
    """Set `values` on one exception that is still at `version`, or raise `Conflict`."""
    viewer.may_write()
    allowed = visible(viewer, exceptions.c.account_id)
    row = connection.execute(
        sa.select(exceptions).where(exceptions.c.exception_id == exception_id, allowed).with_for_update()
    ).first()
    if row is None:
        raise NotYours(f"There is no exception {exception_id} among your accounts.")
    if row.version != version:
        raise changed("This exception", *last(connection, f"exception {exception_id}"), row._mapping, values)
    connection.execute(
        sa.update(exceptions)
        .where(exceptions.c.exception_id == exception_id)
        .values(**values, version=version + 1)
    )
    before = {name: getattr(row, name) for name in values}
    record(
        connection, viewer, at, "exception changed", f"exception {exception_id}", before=before, after=values
    )
