"""Back everything up into one file while the app serves, and put such a file back."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from actions import personal
from actions.progress import Progress, silent
from data_access import restores
from data_access.audit import record
from data_access.backup import Manifest, write_backup
from data_access.counts import fact_rows
from data_access.errors import Conflict, NotAllowed
from data_access.locks import exclusive
from data_access.restore import read_backup, restore_lake, restore_rows, restore_warehouse
from data_access.store import Store
from data_access.viewer import SYSTEM, Role, Viewer

WHO: tuple[Role, ...] = ("admin", "system")


@dataclass(frozen=True)
class Copied:
    """A backup that was written or restored: its file, size in bytes, and rows by table."""

    file: Path
    bytes: int
    tables: dict[str, int]
    files: int

    @property
    def rows(self) -> int:
        return sum(self.tables.values())

    def in_words(self, verb: str) -> str:
        size = self.bytes / 1_000_000
        return f"{self.rows:,} rows and {self.files:,} usage files {verb} {self.file} ({size:,.1f} MB)."


def backup(store: Store, viewer: Viewer, now: datetime, target: Path, progress: Progress = silent) -> Copied:
    """Write everything the store holds at this moment to one file; others go on reading and writing.

    A file of that name is replaced when the new one is complete, never before. One backup runs at a time.
    """
    _may(viewer)
    with exclusive(store, "backup"):
        manifest = write_backup(store, target, progress)
    with store.database.write() as connection:
        record(connection, viewer, now, "backup", str(target), rows=sum(manifest.tables.values()))
    return _copied(target, manifest)


def restore(
    store: Store,
    viewer: Viewer,
    now: datetime,
    source: Path,
    *,
    replace: bool = False,
    progress: Progress = silent,
) -> Copied:
    """Put a backup back, whole or not at all: every row and file is held against it before it holds.

    Whoever was erased since the backup was made is erased again. Others may go on reading. A store that
    holds data is replaced only when `replace` says so. No import or refresh runs meanwhile.
    """
    _may(viewer)
    if not replace and any(fact_rows(store).values()):
        raise Conflict(
            "This store holds data already. Restore into an empty one, or say --replace to put the backup "
            "in its place; make a backup of what is here first."
        )
    with exclusive(store, "import"), exclusive(store, "refresh"), _scratch(store) as folder:
        manifest = read_backup(store, source, Path(folder))
        restore_lake(store, Path(folder), progress)
        restore_warehouse(store, Path(folder), manifest, progress)
        rows = sum(manifest.tables.values())
        with store.database.write() as connection:
            restore_rows(store, connection, Path(folder), manifest, progress)
            restores.remember(connection, viewer, now, str(source), rows)
            record(connection, viewer, now, "restore", str(source), rows=rows)
    personal.erase_again(store, SYSTEM, now, deep=True)
    return _copied(source, manifest)


def _may(viewer: Viewer) -> None:
    if viewer.role not in WHO:
        raise NotAllowed(f"A backup holds everybody's data; {viewer.name} is signed in as {viewer.role}.")


def _scratch(store: Store) -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(dir=store.configuration.home, prefix=".restore-")


def _copied(file: Path, manifest: Manifest) -> Copied:
    files = sum(1 for member in manifest.members if member.name.startswith("lake/"))
    return Copied(file, file.stat().st_size, manifest.tables, files)
