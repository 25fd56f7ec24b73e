"""Put a backup back: all of it or nothing, while others read, and counted against the backup before it holds.

A backup of an earlier schema is loaded into a scratch database of that schema and migrated there first.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import sqlalchemy as sa

from data_access import bulk
from data_access.append_only import unlocked
from data_access.backup import (
    KEPT_APART,
    Manifest,
    Step,
    frame_schema,
    sha256_of,
    table_frames,
    table_of,
    unpack,
)
from data_access.database import Database
from data_access.errors import DataError, StoreError
from data_access.migrate import head, migrate
from data_access.schema import METADATA
from data_access.store import Store

KEPT_TOO = ("erasures", "suppressions")
"""Tables whose rows a restore adds to and never takes away: who was erased stays on the list."""

Frames = Callable[[sa.Table], Iterator[pl.DataFrame]]
"""Gives a table's rows, some thousands at a time."""


@dataclass
class Digest:
    """How many rows went by, and a sum over them that does not depend on their order."""

    rows: int = 0
    total: int = 0

    def add(self, frame: pl.DataFrame) -> None:
        self.rows += frame.height
        self.total = (self.total + sum(frame.hash_rows(seed=7).to_list())) % 2**64


def read_backup(store: Store, source: Path, into: Path) -> Manifest:
    """Unpack a backup that this store can take; says why when it can't."""
    manifest = unpack(source, into)
    if manifest.lake != (store.configuration.lake is not None):
        have, want = ("a folder", "a database") if manifest.lake else ("a database", "a folder")
        raise DataError(
            f"{source} keeps usage events in {have}, this home in {want}: set ROUNDS_USAGE_URL accordingly."
        )
    return manifest


def restore_rows(
    store: Store, connection: sa.Connection, folder: Path, manifest: Manifest, step: Step
) -> None:
    """Replace every table by the unpacked backup's, in the caller's transaction, and hold them against it."""
    with _rows_of(folder, manifest) as frames_of, unlocked(connection):
        tables = [table for table in METADATA.sorted_tables if table.name not in KEPT_APART]
        for at, table in enumerate(tables):
            step("tables", at, len(tables))
            if _elsewhere(store, table):
                continue
            put = _add_missing if table.name in KEPT_TOO else _replace
            put(connection, table, frames_of(table))


def restore_warehouse(store: Store, folder: Path, manifest: Manifest, step: Step) -> None:
    """Replace the usage events of a database of their own, in one transaction."""
    if store.warehouse is None or store.warehouse is store.database:
        return
    step("usage events", 0, None)
    table = METADATA.tables["usage_events"]
    with store.warehouse.write() as connection, _rows_of(folder, manifest) as frames_of:
        _replace(connection, table, frames_of(table))


def restore_lake(store: Store, folder: Path, step: Step) -> int:
    """Put the backup's usage files beside the lake's own; nobody reads them until the tables list them."""
    lake, files = store.configuration.lake, sorted((folder / "lake").rglob("*.parquet"))
    for at, path in enumerate(files):
        step("usage files", at, len(files))
        if lake is not None:
            _place(path, lake / path.relative_to(folder / "lake"))
    return len(files)


def _place(source: Path, target: Path) -> None:
    if target.exists() and sha256_of(target) == sha256_of(source):
        os.utime(target)  # young again, so that nobody sweeps it before it is listed
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_suffix(".tmp")
    shutil.copyfile(source, temporary)
    with temporary.open("rb") as file:
        os.fsync(file.fileno())
    temporary.replace(target)


def _elsewhere(store: Store, table: sa.Table) -> bool:
    """Whether these are usage events that a database of their own keeps."""
    return table.name == "usage_events" and store.warehouse not in (None, store.database)


@contextmanager
def _rows_of(folder: Path, manifest: Manifest) -> Iterator[Frames]:
    """A function that reads a table's rows out of the unpacked backup, in today's schema."""
    with ExitStack() as stack:
        if manifest.schema == head():
            yield lambda table: _parts(folder, table)
            return
        scratch = _migrated(folder, manifest)
        stack.callback(scratch.dispose)
        with scratch.read() as connection:
            yield lambda table: table_frames(connection, table)


def _parts(folder: Path, table: sa.Table) -> Iterator[pl.DataFrame]:
    schema = frame_schema(table)
    for path in sorted((folder / "tables" / table.name).glob("*.parquet")):
        yield pl.read_parquet(path).select(pl.col(name).cast(dtype) for name, dtype in schema.items())


def _migrated(folder: Path, manifest: Manifest) -> Database:
    """The backup's tables in a database of its own schema, brought to today's."""
    database = Database(f"sqlite:///{folder / 'scratch.sqlite'}")
    migrate(database, to=manifest.schema)
    with database.write() as connection, unlocked(connection):
        for name in dict.fromkeys(table_of(member.name) for member in manifest.members):
            if not name:
                continue
            table = sa.Table(name, sa.MetaData(), autoload_with=connection)
            connection.execute(sa.delete(table))
            for path in sorted((folder / "tables" / name).glob("*.parquet")):
                bulk.insert(connection, table, pl.read_parquet(path))
    migrate(database)
    return database


def _replace(connection: sa.Connection, table: sa.Table, frames: Iterator[pl.DataFrame]) -> None:
    """The backup's rows in place of the table's; refused when they do not read back equal."""
    connection.execute(sa.delete(table))
    given = Digest()
    for frame in frames:
        bulk.insert(connection, table, frame)
        given.add(frame)
    _count_on(connection, table)
    kept = Digest()
    for frame in table_frames(connection, table):
        kept.add(frame)
    if kept != given:
        raise StoreError(
            f"{table.name} did not read back as the backup has it ({kept.rows:,} rows for {given.rows:,}); "
            "nothing was restored."
        )


def _add_missing(connection: sa.Connection, table: sa.Table, frames: Iterator[pl.DataFrame]) -> None:
    """The backup's rows beside the table's own, each key once."""
    key = table.primary_key.columns[0]
    known = pl.Series(list(connection.execute(sa.select(key)).scalars()), dtype=pl.String)
    for frame in frames:
        bulk.insert(connection, table, frame.filter(~pl.col(key.name).is_in(known.implode())))


def _count_on(connection: sa.Connection, table: sa.Table) -> None:
    """Let PostgreSQL number new rows after the restored ones; SQLite does so by itself."""
    counted = table.autoincrement_column
    if connection.dialect.name != "postgresql" or counted is None or len(table.primary_key.columns) > 1:
        return
    sequence = sa.func.pg_get_serial_sequence(table.name, counted.name)
    newest = sa.select(sa.func.coalesce(sa.func.max(counted), 0) + 1).scalar_subquery()
    connection.execute(sa.select(sa.func.setval(sequence, newest, sa.false())))
