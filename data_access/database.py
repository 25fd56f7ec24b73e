"""The store: one SQLAlchemy engine, two kinds of transaction, and bulk reads by ADBC."""

from __future__ import annotations

import re
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl
import psycopg
import sqlalchemy as sa
from adbc_driver_manager import dbapi
from sqlalchemy import event, exc, pool

from data_access.errors import Busy, ConfigurationError, Conflict, StoreError
from models.contracts import Contract

BUSY_TIMEOUT_MS = 15_000

Transaction = sa.Connection
"""What a block of `Database.read` or `Database.write` works in."""

_ONE_BATCH = str(50_000_000)
_SAME_MOMENT = "Somebody else wrote the same at the same moment; nothing was changed. Look again."
_DRIVERS = re.compile(r"^[A-Z_]+: \[\w+\] (?:Failed to [\w ]+: )?(?:ERROR: +)?")


class Database:
    """A SQLite file or a PostgreSQL database.

    `read()` and `write()` are one transaction each, rolled back unless the block ends well.
    On SQLite every write is `BEGIN IMMEDIATE`: a deferred one that later wants to write
    fails at once when another process wrote in between. One that nobody holds any more
    closes its connections.
    """

    def __init__(self, url: str, connect_seconds: int = 15) -> None:
        self.url = _parsed(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        if self.is_sqlite and self.url.database:
            Path(self.url.database).parent.mkdir(parents=True, exist_ok=True)
        self.engine = (
            _sqlite_engine(self.url) if self.is_sqlite else _postgres_engine(self.url, connect_seconds)
        )
        self._bulk = pool.QueuePool(partial(_bulk_connection, self.url), pool_size=4, max_overflow=8)
        weakref.finalize(self, _close, self.engine, self._bulk)

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """One consistent view; nothing may be written in it."""
        with _translated(), self.engine.connect() as connection:
            if not self.is_sqlite:
                connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            with connection.begin():
                yield connection

    @contextmanager
    def write(self) -> Iterator[sa.Connection]:
        """One transaction, committed at the end of the block, all or nothing."""
        with _translated(), self.engine.connect() as connection:
            connection.execution_options(rounds_write=True)
            with connection.begin():
                yield connection

    def frame(self, statement: sa.Select[Any], contract: Contract) -> pl.DataFrame:
        """Rows of `statement` as a frame of `contract`, read in bulk by ADBC.

        ADBC hands SQLite's dates over as text, so every column is cast to the contract's type.
        """
        sql, parameters = self._compiled(statement)
        with _translated():
            try:
                raw = self._arrow(sql, parameters)
            except dbapi.OperationalError:
                # The database was away since these connections were made: once more, with new ones.
                self._bulk.dispose()
                raw = self._arrow(sql, parameters)
        return contract.check(cast_to(raw, contract))

    def _arrow(self, sql: str, parameters: list[Any]) -> pl.DataFrame:
        connection: Any = self._bulk.connect()
        try:
            with connection.cursor() as cursor:
                if self.is_sqlite:
                    # Types are inferred from the first batch: let it be the only one.
                    cursor.adbc_statement.set_options(**{"adbc.sqlite.query.batch_rows": _ONE_BATCH})
                cursor.execute(sql, parameters)
                return pl.DataFrame(pl.from_arrow(cursor.fetch_arrow_table()))
        finally:
            connection.close()

    def few(self, statement: sa.Select[Any], contract: Contract) -> pl.DataFrame:
        """What `frame` reads, quicker where the rows are few: one account's, say.

        SQLAlchemy keeps the statement compiled, and its types need no cast.
        """
        with self.read() as connection:
            rows = [tuple(row) for row in connection.execute(statement)]
        return contract.check(pl.DataFrame(rows, schema=contract.schema, orient="row"))

    def dispose(self) -> None:
        """Close every connection (before the file is replaced, or at the end)."""
        _close(self.engine, self._bulk)

    def _compiled(self, statement: sa.Select[Any]) -> tuple[str, list[Any]]:
        style = "qmark" if self.is_sqlite else "numeric_dollar"
        make_dialect: Any = type(self.engine.dialect)
        dialect = make_dialect(paramstyle=style)
        compiled: Any = statement.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})
        names = compiled.positiontup or []
        values = [compiled.params[name] for name in names]
        return str(compiled), [_as_text(value) for value in values] if self.is_sqlite else values


def _close(engine: sa.Engine, bulk: pool.Pool) -> None:
    engine.dispose()
    bulk.dispose()


def _bulk_connection(url: sa.URL) -> Any:
    if url.get_backend_name() == "sqlite":
        from adbc_driver_sqlite import dbapi as sqlite

        connection = sqlite.connect(url.database or ":memory:")
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
        return connection
    from adbc_driver_postgresql import dbapi as postgres

    plain = url.set(drivername="postgresql")
    return postgres.connect(plain.render_as_string(hide_password=False))


def cast_to(frame: pl.DataFrame, contract: Contract) -> pl.DataFrame:
    """Cast each promised column that `frame` has to its promised type."""
    have = frame.schema
    casts = [
        _cast(pl.col(column.name), have[column.name], column.dtype)
        for column in contract.columns
        if column.name in have and have[column.name] != column.dtype
    ]
    return frame.with_columns(casts)


def _cast(values: pl.Expr, have: pl.DataType, want: pl.DataType) -> pl.Expr:
    if have == pl.String and want == pl.Date:
        return values.str.to_date("%Y-%m-%d")
    if have == pl.String and isinstance(want, pl.Datetime):
        return values.str.to_datetime("%Y-%m-%d %H:%M:%S%.f", time_unit="us")
    return values.cast(want)


def _as_text(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat(" ", "microseconds")
    return value.isoformat() if isinstance(value, date) else value


def _parsed(url: str) -> sa.URL:
    try:
        parsed = sa.make_url(url)
    except exc.ArgumentError as error:
        raise ConfigurationError(
            "ROUNDS_DATABASE_URL can't be read; write sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME."
        ) from error
    backend = parsed.get_backend_name()
    if backend == "sqlite":
        return parsed
    if backend == "postgresql":
        return parsed.set(drivername="postgresql+psycopg")
    raise ConfigurationError(
        f"ROUNDS_DATABASE_URL names {backend}; Rounds keeps its store in sqlite or postgresql."
    )


def _sqlite_engine(url: sa.URL) -> sa.Engine:
    engine = sa.create_engine(url, connect_args={"timeout": BUSY_TIMEOUT_MS / 1000})

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves
        for pragma in ("journal_mode = WAL", "synchronous = NORMAL", f"busy_timeout = {BUSY_TIMEOUT_MS}"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        write = connection.get_execution_options().get("rounds_write", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")

    return engine


def _postgres_engine(url: sa.URL, connect_seconds: int) -> sa.Engine:
    waiting = {"connect_timeout": connect_seconds}
    return sa.create_engine(url, pool_pre_ping=True, pool_size=5, max_overflow=10, connect_args=waiting)


@contextmanager
def _translated() -> Iterator[None]:
    """Turn what a driver raises into a sentence."""
    try:
        yield
    except exc.OperationalError as error:
        if "locked" in str(error.orig):
            raise Busy("Another process is writing to the store; try again in a moment.") from error
        raise StoreError(f"The store can't be reached: {_first_line(error.orig)}.") from error
    except exc.IntegrityError as error:
        if "unique" in str(error.orig).casefold():
            raise Conflict(_SAME_MOMENT) from error
        raise StoreError(f"The store refused: {_first_line(error.orig)}.") from error
    except exc.DBAPIError as error:
        raise StoreError(f"The store refused: {_first_line(error.orig)}.") from error
    except dbapi.OperationalError as error:
        raise StoreError(f"The store can't be reached: {_first_line(error)}.") from error
    except (psycopg.Error, dbapi.Error) as error:
        raise StoreError(f"The store refused: {_first_line(error)}.") from error


def _first_line(error: BaseException | None) -> str:
    """What went wrong, without what the driver puts before it."""
    told = (str(error).strip().splitlines() or ["no reason given"])[0].rstrip(".")
    return _DRIVERS.sub("", told) or told
