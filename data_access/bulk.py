"""Writing many rows inside the caller's transaction: COPY on PostgreSQL, one executemany on SQLite.

ADBC would write through a connection of its own, outside the transaction, and a killed
import would leave half of its rows; SQLite's executemany writes about 200,000 rows a second.
"""

from __future__ import annotations

from typing import Any

import polars as pl
import sqlalchemy as sa

_BATCH = 50_000


def insert(connection: sa.Connection, table: sa.Table, frame: pl.DataFrame) -> None:
    """Insert every row of `frame` into `table`; its columns are the table's, by name."""
    if frame.is_empty():
        return
    if connection.dialect.name == "sqlite":
        _insert_many(connection, table, frame, "INSERT")
    elif pl.Binary in frame.dtypes:  # bytes have no place in CSV
        connection.execute(sa.insert(table), frame.to_dicts())
    else:
        copy(connection, table.name, frame)


def upsert(connection: sa.Connection, table: sa.Table, frame: pl.DataFrame) -> None:
    """Insert each row of `frame`, replacing the row of the same primary key."""
    if frame.is_empty():
        return
    if connection.dialect.name == "postgresql":
        _upsert_postgres(connection, table, frame)
    else:
        _insert_many(connection, table, frame, "INSERT OR REPLACE")


def copy(connection: sa.Connection, name: str, frame: pl.DataFrame) -> None:
    """PostgreSQL's COPY from a frame into the table `name`."""
    columns = ", ".join(_quoted(connection, column) for column in frame.columns)
    text = frame.write_csv(
        include_header=False,
        quote_style="non_numeric",
        null_value="",
        datetime_format="%Y-%m-%d %H:%M:%S%.6f",
    )
    cursor = _driver(connection).cursor()
    statement = f"COPY {_quoted(connection, name)} ({columns}) FROM STDIN WITH (FORMAT CSV, NULL '')"
    with cursor, cursor.copy(statement) as channel:
        channel.write(text)


def _upsert_postgres(connection: sa.Connection, table: sa.Table, frame: pl.DataFrame) -> None:
    staging = f"staging_{table.name}"
    connection.exec_driver_sql(
        f'CREATE TEMPORARY TABLE {staging} (LIKE "{table.name}" INCLUDING DEFAULTS) ON COMMIT DROP'
    )
    copy(connection, staging, frame)
    columns = ", ".join(_quoted(connection, name) for name in frame.columns)
    key = ", ".join(_quoted(connection, column.name) for column in table.primary_key)
    others = [name for name in frame.columns if not table.c[name].primary_key]
    sets = ", ".join(f"{_quoted(connection, n)} = excluded.{_quoted(connection, n)}" for n in others)
    action = f"UPDATE SET {sets}" if sets else "NOTHING"  # our own columns # nosec B608
    connection.exec_driver_sql(
        f'INSERT INTO "{table.name}" ({columns}) SELECT {columns} FROM {staging} '  # noqa: S608 (our own names) # nosec B608
        f"ON CONFLICT ({key}) DO {action}"
    )
    connection.exec_driver_sql(f"DROP TABLE {staging}")


def _insert_many(connection: sa.Connection, table: sa.Table, frame: pl.DataFrame, verb: str) -> None:
    columns = ", ".join(_quoted(connection, name) for name in frame.columns)
    marks = ", ".join("?" for _ in frame.columns)
    statement = f'{verb} INTO "{table.name}" ({columns}) VALUES ({marks})'
    for part in _for_sqlite(frame).iter_slices(_BATCH):
        connection.exec_driver_sql(statement, part.rows())


def _for_sqlite(frame: pl.DataFrame) -> pl.DataFrame:
    """Dates and times in the text form that SQLAlchemy reads back."""
    return frame.with_columns(
        pl.col(pl.Date).dt.strftime("%Y-%m-%d"),
        pl.col(pl.Datetime).dt.strftime("%Y-%m-%d %H:%M:%S%.6f"),
    )


def _quoted(connection: sa.Connection, name: str) -> str:
    return connection.dialect.identifier_preparer.quote_identifier(name)


def _driver(connection: sa.Connection) -> Any:
    return connection.connection.driver_connection
