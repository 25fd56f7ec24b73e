"""One import's usage rows, collected on disk by month until all of them can be published."""

from __future__ import annotations

import shutil
import uuid
from collections import defaultdict
from collections.abc import Callable
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Self

import polars as pl

from data_access.usage.changes import COLUMNS, KEY, MonthChange, UsageChange, UsageWriter
from models.facts import USAGE_EVENTS

Progress = Callable[[int, int], None]
"""Called with rows done and rows in all."""

_EVENT = KEY[:-1]


class UsageLoad:
    """Takes batches of usage rows in any order and gives them back month by month.

    Memory stays bounded by one batch while adding and by one month while publishing. Use it in a
    `with` block; its temporary files are gone at the end of the block. Nothing is stored before
    `publish`.
    """

    def __init__(self, folder: Path) -> None:
        """Collect below `folder` (made when missing), in a subfolder of this load's own."""
        self._folder = folder / uuid.uuid4().hex
        self._parts: dict[date, list[tuple[int, Path]]] = defaultdict(list)
        self._rows: dict[date, int] = defaultdict(int)

    def __enter__(self) -> Self:
        self._folder.mkdir(parents=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)

    @property
    def rows(self) -> int:
        """Rows added so far."""
        return sum(self._rows.values())

    def add(self, batch: pl.DataFrame, file: int = 0) -> None:
        """Add rows that keep the contract USAGE_EVENTS; a null user becomes the empty text.

        `file` is the position of the source file: equal rows within one file are real repeats,
        equal rows of two files are the same event told twice.
        """
        month = pl.col("occurred_at").dt.date().dt.month_start().alias("_month")
        rows = USAGE_EVENTS.check(batch).with_columns(pl.col("user_id").fill_null(""), month)
        for (day,), part in rows.partition_by("_month", as_dict=True, include_key=False).items():
            path = self._folder / f"{day:%Y-%m}-{len(self._parts[day])}.arrow"
            part.write_ipc(path)
            self._parts[day].append((file, path))
            self._rows[day] += part.height

    def month(self, month: date) -> pl.DataFrame:
        """The rows of one month as they are to be stored: numbered, unique by key, sorted."""
        parts = [
            pl.read_ipc(path).with_columns(_file=pl.lit(file, pl.Int32)) for file, path in self._parts[month]
        ]
        return number_repeats(pl.concat(parts))

    def publish(self, writer: UsageWriter, progress: Progress | None = None) -> UsageChange:
        """Hand every month to `writer`, oldest first."""
        total, done = self.rows, 0
        changes: list[MonthChange] = []
        superseded = 0
        for month in sorted(self._parts):
            frame = self.month(month)
            changes.append(writer.merge(month, frame))
            superseded += self._rows[month] - frame.height
            done += self._rows[month]
            if progress is not None:
                progress(done, total)
        return UsageChange(
            inserted=sum(change.inserted for change in changes),
            updated=sum(change.updated for change in changes),
            unchanged=sum(change.unchanged for change in changes) + superseded,
            months=tuple(changes),
        )


def number_repeats(frame: pl.DataFrame) -> pl.DataFrame:
    """Number rows that share account, time, user and event within one `_file`, by quantity.

    The result has `COLUMNS`, sorted by `KEY`; of rows with the same number in several files the
    last file's stays.
    """
    rows = frame.sort(*_EVENT, "_file", "quantity").with_columns(_run_position((*_EVENT, "_file")))
    if rows["_file"].n_unique() > 1:
        rows = rows.unique([*KEY], keep="last", maintain_order=True).sort(*KEY)
    return rows.select(COLUMNS)


def _run_position(columns: tuple[str, ...]) -> pl.Expr:
    """0, 1, 2 … within each run of rows that are equal in `columns`, as `nth`."""
    row = pl.int_range(pl.len(), dtype=pl.Int64)
    begins = ~pl.all_horizontal(pl.col(name) == pl.col(name).shift() for name in columns).fill_null(False)
    return (row - pl.when(begins).then(row).forward_fill()).alias("nth")
