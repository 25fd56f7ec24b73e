"""A copy of everything Rounds keeps, as one file: every table as Parquet, and the lake's live files.

The file is a plain tar. `manifest.json` says the schema and, for each member, its rows and SHA-256. Tables
are read in one transaction, so that the copy is one moment's state however busy the store is; lake files
never change, and those listed at that moment are copied. The same file restores to SQLite and PostgreSQL.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import polars as pl
import sqlalchemy as sa

from data_access.errors import DataError, StoreError
from data_access.manifest import live_files
from data_access.migrate import revision_in
from data_access.schema import METADATA, SQL_TYPES
from data_access.store import Store

MANIFEST = "manifest.json"
BATCH = 50_000
KEPT_APART = ("alembic_version", "restores")
"""Tables that belong to the store, not to what it holds."""

Step = Callable[[str, int, int | None], None]


@dataclass(frozen=True)
class Member:
    """One file inside a backup: a part of a table, or a file of the lake."""

    name: str
    rows: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """What a backup holds: the schema it was made with, and its members in order."""

    schema: str
    lake: bool
    members: tuple[Member, ...]

    @property
    def tables(self) -> dict[str, int]:
        """Rows by table."""
        counts: dict[str, int] = {}
        for member in self.members:
            if table := table_of(member.name):
                counts[table] = counts.get(table, 0) + member.rows
        return counts


def table_of(name: str) -> str:
    """The table that a member is a part of; empty for a file of the lake.

    >>> table_of("tables/accounts/00001.parquet"), table_of("lake/usage/month=2026-01/a.parquet")
    ('accounts', '')
    """
    return name.split("/")[1] if name.startswith("tables/") else ""


def write_backup(store: Store, target: Path, progress: Step) -> Manifest:
    """Copy the store as it is at this moment to `target`, which gets its name when it is complete.

    One at a time for a target: what lies in the folder beside it is of a backup that was killed.
    """
    scratch = target.with_name(f".{target.name}.part")
    shutil.rmtree(scratch, ignore_errors=True)
    try:
        scratch.mkdir()
        partial = scratch / "whole.tar"
        with tarfile.open(partial, "w") as tar:
            manifest = _write(store, tar, scratch, progress)
        _sync(partial)
        partial.replace(target)
    except OSError as error:
        raise StoreError(f"The backup can't be written to {target}: {error}.") from error
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return manifest


def _write(store: Store, tar: tarfile.TarFile, scratch: Path, progress: Step) -> Manifest:
    members: list[Member] = []
    tables = [table for table in METADATA.sorted_tables if table.name not in KEPT_APART]
    with store.database.read() as connection:
        schema = revision_in(connection) or ""
        for at, table in enumerate(tables):
            progress("tables", at, len(tables))
            members += [_add(tar, *part) for part in _parts(connection, table, scratch)]
        files = live_files(connection)
    lake = store.configuration.lake
    for at, file in enumerate(files):
        progress("usage files", at, len(files))
        path = _lake(lake) / file.path
        members.append(_add(tar, f"lake/{file.path}", file.rows, path))
        if members[-1].sha256 != file.checksum:
            raise StoreError(f"{path} is not what was imported: it is damaged. Import its source again.")
    if store.warehouse is not None and store.warehouse is not store.database:
        table = METADATA.tables["usage_events"]
        with store.warehouse.read() as connection:
            members += [_add(tar, *part) for part in _parts(connection, table, scratch, "w")]
    manifest = Manifest(schema, lake is not None, tuple(members))
    _add(tar, MANIFEST, 0, _json(scratch / MANIFEST, manifest))
    return manifest


def _parts(
    connection: sa.Connection, table: sa.Table, scratch: Path, mark: str = ""
) -> Iterator[tuple[str, int, Path]]:
    for number, frame in enumerate(table_frames(connection, table), start=1):
        path = scratch / f"{table.name}-{mark}{number}.parquet"
        frame.write_parquet(path, compression="zstd", compression_level=1)
        yield f"tables/{table.name}/{mark}{number:05}.parquet", frame.height, path
        path.unlink()


def table_frames(connection: sa.Connection, table: sa.Table) -> Iterator[pl.DataFrame]:
    """Every row of a table, some thousands at a time, in the table's own types."""
    schema = frame_schema(table)
    found = connection.execute(sa.select(table), execution_options={"stream_results": True})
    for rows in found.partitions(BATCH):
        yield pl.DataFrame([tuple(row) for row in rows], schema=schema, orient="row")


def frame_schema(table: sa.Table) -> dict[str, pl.DataType]:
    """The column types that a table's rows have in a frame."""
    return {column.name: _dtype(column) for column in table.columns}


def _dtype(column: sa.Column[object]) -> pl.DataType:
    if isinstance(column.type, sa.LargeBinary):
        return pl.Binary()
    if isinstance(column.type, sa.Integer):
        return pl.Int64()
    return next(dtype for dtype, kind in SQL_TYPES.items() if isinstance(column.type, type(kind)))


def _lake(lake: Path | None) -> Path:
    if lake is None:
        raise StoreError("The database lists usage files, but ROUNDS_USAGE_URL does not name a folder.")
    return lake


def _json(path: Path, manifest: Manifest) -> Path:
    path.write_text(json.dumps(asdict(manifest)), encoding="utf-8")
    return path


def _add(tar: tarfile.TarFile, name: str, rows: int, path: Path) -> Member:
    tar.add(path, arcname=name, recursive=False)
    return Member(name, rows, sha256_of(path))


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def unpack(source: Path, into: Path) -> Manifest:
    """Unpack a backup and hold every member against the manifest; a damaged one is refused."""
    try:
        with tarfile.open(source) as tar:
            tar.extractall(into, filter="data")
        told = json.loads((into / MANIFEST).read_text(encoding="utf-8"))
        members = tuple(Member(**member) for member in told["members"])
        manifest = Manifest(str(told["schema"]), bool(told["lake"]), members)
    except (OSError, tarfile.TarError, ValueError, KeyError, TypeError) as error:
        raise DataError(f"{source} is not a backup of Rounds, or not a whole one: {error}.") from error
    for member in manifest.members:
        if not (into / member.name).is_file() or sha256_of(into / member.name) != member.sha256:
            raise DataError(f"{source} is damaged at {member.name}; use another backup.")
    return manifest
