"""One person in the files beside the stores: what killed work left, the database's own file, backups."""

from __future__ import annotations

import mmap
import re
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import sqlalchemy as sa
from sqlalchemy import exc

from data_access.schema import audit_log
from data_access.store import Store

_LEFT = (".restore-*", ".backup-*")


def leftovers(store: Store) -> list[Path]:
    """Files that killed work left, of imports, backups and restores: copies that nobody needs."""
    home, lake = store.configuration.home.absolute(), store.configuration.lake
    folders = [home / "incoming", *(found for mark in _LEFT for found in home.glob(mark))]
    folders += [lake / "incoming"] if lake is not None else []
    return [path for folder in folders for path in sorted(folder.rglob("*")) if path.is_file()]


def drop_leftovers(store: Store) -> int:
    """Delete them all, whoever they are about; returns how many there were."""
    every = leftovers(store)
    for path in every:
        path.unlink(missing_ok=True)
    return len(every)


def compact(store: Store) -> bool:
    """Leave nothing of deleted rows in the database's file; False where a reader was in the way (SQLite).

    PostgreSQL frees such pages itself: they are not readable by any query, and go with the next vacuum.
    """
    if not store.database.is_sqlite:
        return True
    try:
        with store.database.engine.connect() as connection:
            raw = connection.connection.driver_connection
            if raw is None:
                return False
            raw.execute("VACUUM")
            return bool(raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0)
    except (exc.SQLAlchemyError, OSError):
        return False
    except Exception as error:  # sqlite3's own, which SQLAlchemy does not wrap here
        if type(error).__module__ != "sqlite3":
            raise
        return False


def holding(store: Store, telling: tuple[str, ...]) -> list[str]:
    """Files below the home, and of the lake, that hold one of some texts, as bytes or in their columns."""
    if not telling:
        return []
    pattern = re.compile(b"|".join(re.escape(text.encode()) for text in telling), re.IGNORECASE)
    words = "(?i)" + "|".join(pl.escape_regex(text) for text in telling)
    return [name for name, path in _files(store) if _in_bytes(path, pattern) or _in_columns(path, words)]


def backups(store: Store) -> list[str]:
    """Backups that were ever made, as the audit log tells: they hold the person until they are deleted."""
    made = sa.select(audit_log.c.subject).where(audit_log.c.what == "backup").distinct()
    with store.database.read() as connection:
        return sorted(connection.execute(made).scalars())


def _files(store: Store) -> Iterator[tuple[str, Path]]:
    home, lake = store.configuration.home.absolute(), store.configuration.lake
    for root in dict.fromkeys([home, *([lake] if lake is not None else [])]):
        for path in sorted(root.rglob("*")):
            if path.is_file() and path.stat().st_size:
                yield path.relative_to(root).as_posix(), path


def _in_bytes(path: Path, pattern: re.Pattern[bytes]) -> bool:
    try:
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            return pattern.search(data) is not None
    except (OSError, ValueError):
        return False


def _in_columns(path: Path, words: str) -> bool:
    """Whether a packed table holds it; files of other kinds are searched as bytes alone."""
    if path.suffix not in (".parquet", ".arrow"):
        return False
    try:
        rows = pl.scan_parquet(path) if path.suffix == ".parquet" else pl.scan_ipc(path)
        texts = [name for name, dtype in rows.collect_schema().items() if dtype == pl.String]
        found = rows.select(pl.any_horizontal(pl.col(name).str.contains(words).any() for name in texts))
        return bool(texts) and bool(found.collect().item())
    except (OSError, pl.exceptions.PolarsError):
        return False
