"""Writing usage events to a PostgreSQL table inside the caller's transaction."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import psycopg
import sqlalchemy as sa
from psycopg import sql

from data_access.errors import ConfigurationError, DataError, StoreError
from data_access.usage.changes import COLUMNS, KEY, MonthChange
from data_access.usage.source import first_moment, last_moment

_STAGE = "rounds_usage_stage"
_BATCH = 200_000


class SqlUsageWriter:
    """A `UsageWriter` over `table`; the caller's transaction on `connection` publishes or undoes it."""

    def __init__(self, connection: sa.Connection, table: sa.Table) -> None:
        if connection.dialect.name != "postgresql":
            raise ConfigurationError(
                f"Usage events can't be imported into {connection.dialect.name}: use a folder or PostgreSQL "
                "as ROUNDS_USAGE_URL, or let your own pipeline fill the warehouse's table."
            )
        self._connection = connection
        self._table = table

    def merge(self, month: date, frame: pl.DataFrame) -> MonthChange:
        """See `UsageWriter.merge`."""
        try:
            with self._cursor() as cursor:
                if not self._has(month):
                    _copy(cursor, self._name(), frame)
                    return MonthChange(month, frame.height, 0, 0)
                inserted, updated = self._upsert(cursor, frame)
        except psycopg.DataError as error:
            raise DataError(f"PostgreSQL can't hold usage of {month:%B %Y}: {_first_line(error)}.") from error
        except psycopg.Error as error:
            raise StoreError(f"Usage of {month:%B %Y} can't be written: {_first_line(error)}.") from error
        return MonthChange(month, inserted, updated, frame.height - inserted - updated)

    def _upsert(self, cursor: psycopg.Cursor[Any], frame: pl.DataFrame) -> tuple[int, int]:
        stage, table, columns = sql.Identifier(_STAGE), self._name(), _identifiers(COLUMNS)
        cursor.execute(
            sql.SQL("CREATE TEMPORARY TABLE {} ON COMMIT DROP AS SELECT {} FROM {} WITH NO DATA").format(
                stage, columns, table
            )
        )
        _copy(cursor, stage, frame)
        # xmax is 0 exactly for the rows that this statement inserted.
        cursor.execute(
            sql.SQL(
                "WITH written AS (INSERT INTO {table} AS known ({columns}) SELECT {columns} FROM {stage} "
                "ON CONFLICT ({key}) DO UPDATE SET quantity = excluded.quantity "
                "WHERE known.quantity IS DISTINCT FROM excluded.quantity RETURNING xmax = 0 AS inserted) "
                "SELECT count(*) FILTER (WHERE inserted), count(*) FILTER (WHERE NOT inserted) FROM written"
            ).format(table=table, columns=columns, stage=stage, key=_identifiers(KEY))
        )
        inserted, updated = cursor.fetchone() or (0, 0)
        cursor.execute(sql.SQL("DROP TABLE {}").format(stage))
        return inserted, updated

    def _has(self, month: date) -> bool:
        at = self._table.c.occurred_at
        last = last_moment(pl.select(pl.lit(month).dt.month_end()).item())
        within = sa.select(sa.literal(1)).where(at >= first_moment(month), at <= last)
        return self._connection.execute(within.limit(1)).first() is not None

    def _name(self) -> sql.Identifier:
        schema = [self._table.schema] if self._table.schema else []
        return sql.Identifier(*schema, self._table.name)

    def _cursor(self) -> psycopg.Cursor[Any]:
        driver = self._connection.connection.driver_connection
        if not isinstance(driver, psycopg.Connection):
            raise ConfigurationError("The usage store needs the psycopg driver: postgresql+psycopg://…")
        return driver.cursor()


def _copy(cursor: psycopg.Cursor[Any], table: sql.Identifier, frame: pl.DataFrame) -> None:
    """Append `frame` to `table`; texts are quoted, so that an empty one is not read as null."""
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT csv)").format(table, _identifiers(COLUMNS))
    with cursor.copy(statement) as copy:
        for batch in frame.select(COLUMNS).iter_slices(_BATCH):
            copy.write(batch.write_csv(include_header=False, quote_style="non_numeric"))


def _identifiers(names: tuple[str, ...]) -> sql.Composed:
    return sql.SQL(", ").join(sql.Identifier(name) for name in names)


def _first_line(error: psycopg.Error) -> str:
    return str(error).strip().splitlines()[0]
