"""Writing to the lake: every change of a month is one new immutable file, published by its list."""

from __future__ import annotations

import hashlib
import os
import time
import uuid
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from pathlib import Path

import polars as pl

from data_access.errors import StoreError
from data_access.usage.changes import COLUMNS, KEY, MonthChange, UsageFile

EVENTS = "usage"
_ROW_GROUP = 100_000


class LakeWriter:
    """Merges months into the lake at `root`, whose live files are listed in `live`.

    Old files are never touched: the caller lists `new_file` and unlists `removed` in one database
    transaction, and `sweep` deletes what no list names any more.
    """

    def __init__(self, root: Path, live: Iterable[UsageFile]) -> None:
        self._root = root
        self._live = list(live)

    def merge(self, month: date, frame: pl.DataFrame) -> MonthChange:
        """See `UsageWriter.merge`; writes nothing when nothing is new."""
        live = [file for file in self._live if file.month == month]
        if not live:
            return self._replace(MonthChange(month, frame.height, 0, 0), live, frame)
        both = _adjacent(read_files(self._root, live), frame)
        change = MonthChange(month, *both.select(_inserted(), _updated(), _unchanged()).row(0))
        if not change.inserted + change.updated:
            return change
        return self._replace(change, live, both.filter(~pl.col("_known").shift(-1, fill_value=False)))

    def _replace(self, change: MonthChange, live: list[UsageFile], frame: pl.DataFrame) -> MonthChange:
        new = write_file(self._root, change.month, frame.select(COLUMNS))
        self._live = [*(file for file in self._live if file not in live), new]
        removed = tuple(file.path for file in live)
        return MonthChange(change.month, change.inserted, change.updated, change.unchanged, new, removed)


def write_file(root: Path, month: date, frame: pl.DataFrame) -> UsageFile:
    """Write one file below `root`; it is complete and on disk when it gets its name."""
    path = f"{EVENTS}/month={month:%Y-%m}/{uuid.uuid4().hex}.parquet"
    target = root / path
    temporary = target.with_suffix(".tmp")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        frame.write_parquet(temporary, compression="zstd", compression_level=1, row_group_size=_ROW_GROUP)
        with temporary.open("rb") as file:
            checksum = hashlib.file_digest(file, "sha256").hexdigest()
            os.fsync(file.fileno())
        size = temporary.stat().st_size
        temporary.rename(target)
        _sync_folder(target.parent)
    except OSError as error:
        raise StoreError(f"The usage lake at {root} can't be written: {error}.") from error
    return UsageFile(path, month, frame.height, size, checksum)


def read_files(root: Path, files: Iterable[UsageFile]) -> pl.DataFrame:
    """All rows of some live files."""
    paths = [root / file.path for file in files]
    try:
        return pl.concat([pl.read_parquet(path) for path in paths])
    except (OSError, pl.exceptions.PolarsError) as error:
        raise unreadable(root, error) from error


def unreadable(root: Path, error: Exception) -> StoreError:
    """The error of a lake whose live files are missing or damaged."""
    return StoreError(
        f"The usage lake at {root} can't be read ({error}). "
        "A file that the database lists is missing or damaged: restore a backup or import the source again."
    )


def sweep(root: Path, live: Iterable[UsageFile], older_than: timedelta) -> list[str]:
    """Delete files of the lake that no list names, as killed imports leave them; return what went.

    Younger ones stay, as a transaction under way may be about to list them, and a reader of the
    list before the last may still have them open.
    """
    listed = {file.path for file in live}
    before = time.time() - older_than.total_seconds()
    unlisted = [path for path in _lake_files(root) if path.relative_to(root).as_posix() not in listed]
    gone = [path for path in unlisted if _modified(path) < before]
    for path in gone:
        path.unlink(missing_ok=True)
    return [path.relative_to(root).as_posix() for path in gone]


def _adjacent(old: pl.DataFrame, new: pl.DataFrame) -> pl.DataFrame:
    """Old and new rows in key order, old before new; `_known` marks a new row that repeats a key."""
    rows = pl.concat(
        [
            old.select(COLUMNS).with_columns(_new=pl.lit(False)),
            new.select(COLUMNS).with_columns(_new=pl.lit(True)),
        ]
    ).sort(*KEY, "_new")
    repeats = pl.all_horizontal(pl.col(name) == pl.col(name).shift() for name in KEY).fill_null(False)
    return rows.with_columns(_known=repeats)


def _inserted() -> pl.Expr:
    return (pl.col("_new") & ~pl.col("_known")).sum().alias("inserted")


def _updated() -> pl.Expr:
    return (pl.col("_known") & ~_same_quantity()).sum().alias("updated")


def _unchanged() -> pl.Expr:
    return (pl.col("_known") & _same_quantity()).sum().alias("unchanged")


def _same_quantity() -> pl.Expr:
    return pl.col("quantity").eq_missing(pl.col("quantity").shift())


def _lake_files(root: Path) -> Iterator[Path]:
    return (root / EVENTS).glob("month=*/*")


def _modified(path: Path) -> float:
    """When a file last changed; the future when it is gone."""
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return float("inf")


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
