"""The record of past imports and of the rows they refused."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import polars as pl
import sqlalchemy as sa

from data_access.bulk import insert
from data_access.database import Database
from data_access.schema import import_rejects, imports
from data_access.viewer import Viewer
from models.contracts import Column, Contract
from models.facts import TEXT, TIME, WHOLE

IMPORTS = Contract(
    "imports",
    (
        Column("import_id", WHOLE, required=True),
        Column("source", TEXT, required=True),
        Column("fact", TEXT, required=True),
        Column("files", TEXT, required=True, doc="names, one a line"),
        Column("started_at", TIME, required=True),
        Column("finished_at", TIME, required=True),
        Column("person", TEXT, required=True),
        Column("rows_read", WHOLE, required=True, doc="= accepted + unchanged + rejected"),
        Column("rows_accepted", WHOLE, required=True),
        Column("rows_unchanged", WHOLE, required=True),
        Column("rows_rejected", WHOLE, required=True),
        Column("newest", TIME, doc="latest date that the rows carry"),
        Column("notes", TEXT, required=True, doc="what was detected, one sentence a line"),
    ),
    key=("import_id",),
)

REJECTS = Contract(
    "import_rejects",
    (
        Column("import_id", WHOLE, required=True),
        Column("file", TEXT, required=True),
        Column("line", WHOLE, doc="physical line, the header is line 1; null when not a file of lines"),
        Column("column", TEXT, doc="null when the whole line is bad"),
        Column("value", TEXT),
        Column("reason", TEXT, required=True),
        Column("row", TEXT, doc="the mapped cells as a JSON object, or the line as it stands"),
    ),
)


def listing(database: Database) -> pl.DataFrame:
    """Every import of every fact, newest first; columns of `IMPORTS`."""
    statement = sa.select(*(imports.c[name] for name in IMPORTS.names))
    return database.frame(statement.order_by(imports.c.import_id.desc()), IMPORTS)


def rejects(database: Database, viewer: Viewer, import_id: int) -> pl.DataFrame:
    """The rows that this import refused, in file order; columns of `REJECTS`.

    They hold what stood in the files, of whosever account: for admins.
    """
    viewer.may_administer("What an import refused")
    statement = (
        sa.select(*(import_rejects.c[name] for name in REJECTS.names))
        .where(import_rejects.c.import_id == import_id)
        .order_by(import_rejects.c.reject_id)
    )
    return database.frame(statement, REJECTS)


def freshness(database: Database) -> dict[str, datetime]:
    """The latest date any imported row of each fact carries."""
    statement = sa.select(imports.c.fact, sa.func.max(imports.c.newest)).group_by(imports.c.fact)
    with database.read() as connection:
        return {fact: at for fact, at in connection.execute(statement) if at is not None}


def add(connection: sa.Connection, values: dict[str, Any], refused: pl.DataFrame) -> int:
    """Write one import and its rejects in the caller's transaction; returns its id."""
    import_id = int(
        connection.execute(sa.insert(imports).values(**values).returning(imports.c.import_id)).scalar_one()
    )
    tagged = pl.lit(import_id, dtype=pl.Int64).alias("import_id")
    insert(connection, import_rejects, refused.with_columns(tagged))
    return import_id
