"""A query of any database that SQLAlchemy speaks to: typed columns, a batch of rows at a time."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import polars as pl
import sqlalchemy as sa

from data_access.files.errors import InputError
from models.mapping import TableMapping
from models.normalise_batch import RawBatch

BATCH_ROWS, SMALL_ROWS = 100_000, 10_000


class QuerySource:
    """One query, run once to learn its columns; a query of one word is the name of a table.

    `$NAME` in the url is replaced from the environment, so that a mapping need not hold a password.
    """

    def __init__(self, table: TableMapping, base: Path) -> None:
        self.url = _url(table, base)
        self.name = f"{self.url.get_backend_name()} query of [{table.table}]"
        self.query = _query(table.query or "")
        self.bytes = 0
        self.rows_estimate = 0
        self.notes = [f"{self.name}: {self.url.render_as_string(hide_password=True)}"]
        self.columns = self._columns()

    def batches(self, columns: Sequence[str], *, small: bool = False) -> Iterator[RawBatch]:
        """Yield the named columns in their own types; lines count the rows of the query."""
        done = 0
        engine = self._engine()
        try:
            with engine.connect() as connection:
                result = connection.execution_options(yield_per=SMALL_ROWS if small else BATCH_ROWS).execute(
                    self.query
                )
                places = [self.columns.index(name) for name in columns]
                for part in result.partitions():
                    cells = [[row[place] for row in part] for place in places]
                    rows = pl.DataFrame([_series(name, c) for name, c in zip(columns, cells, strict=True)])
                    lines = pl.Series("line", range(done + 1, done + len(part) + 1), dtype=pl.Int64)
                    done += len(part)
                    yield RawBatch(rows, lines, self.name, position=done)
        except sa.exc.SQLAlchemyError as error:
            raise InputError(f"{self.name} failed after row {done:,}: {_cause(error)}") from error
        finally:
            engine.dispose()

    def _columns(self) -> list[str]:
        engine = self._engine()
        try:
            with engine.connect() as connection:
                options = connection.execution_options(stream_results=True, max_row_buffer=1)
                with options.execute(self.query) as result:
                    return list(result.keys())
        except sa.exc.SQLAlchemyError as error:
            raise InputError(f"{self.name} failed: {_cause(error)}") from error
        finally:
            engine.dispose()

    def _engine(self) -> sa.Engine:
        try:
            return sa.create_engine(self.url, poolclass=sa.NullPool)
        except (sa.exc.SQLAlchemyError, ImportError) as error:
            raise InputError(f"No driver for {self.url.drivername}:// is installed here: {error}.") from error


def _url(table: TableMapping, base: Path) -> sa.URL:
    text = os.path.expandvars(table.url or "")
    try:
        url = sa.make_url(text)
    except (sa.exc.ArgumentError, ValueError) as error:
        raise InputError(
            f"[{table.table}] url is not a database address; write postgresql://user@host/database."
        ) from error
    if url.drivername == "postgresql":
        url = url.set(drivername="postgresql+psycopg")
    if url.get_backend_name() == "sqlite" and url.database and url.database != ":memory:":
        path = base / url.database
        if not path.is_file():
            raise InputError(f"[{table.table}] There is no database file {url.database} in {base}.")
        url = url.set(database=str(path))
    return url


def _query(query: str) -> sa.Executable:
    words = query.strip().rstrip(";")
    if len(words.split()) > 1:
        return sa.text(words)
    schema, _, name = words.rpartition(".")
    return sa.select(sa.text("*")).select_from(sa.table(name, schema=schema or None))


def _series(name: str, cells: list[object]) -> pl.Series:
    """One column in the type all its cells share, or as text when they share none."""
    kinds = {type(cell) for cell in cells if cell is not None}
    if len(kinds) > 1 and not kinds <= {int, float}:
        return pl.Series(name, [None if cell is None else str(cell) for cell in cells], dtype=pl.String)
    return pl.Series(name, cells, strict=False)


def _cause(error: sa.exc.SQLAlchemyError) -> str:
    first = str(getattr(error, "orig", None) or error).strip().splitlines()
    return first[0] if first else type(error).__name__
