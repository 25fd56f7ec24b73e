"""What a write to the usage store takes and what it reports."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

import polars as pl

COLUMNS = ("account_id", "user_id", "event", "occurred_at", "quantity", "nth")
"""A stored usage row, in this order."""

KEY = ("account_id", "occurred_at", "user_id", "event", "nth")
"""What tells two stored usage rows apart, in the order in which they are sorted."""


@dataclass(frozen=True)
class UsageFile:
    """One immutable file of the lake, as the table `usage_files` lists it.

    `path` is relative to the lake's folder, with forward slashes; `month` is its first day.
    """

    path: str
    month: date
    rows: int
    bytes: int
    checksum: str


@dataclass(frozen=True)
class MonthChange:
    """What writing one month did, in rows; for a lake also which files to list and to unlist."""

    month: date
    inserted: int
    updated: int
    unchanged: int
    new_file: UsageFile | None = None
    removed: tuple[str, ...] = ()


@dataclass(frozen=True)
class UsageChange:
    """What publishing a whole load did: the months' sums, and the months themselves.

    `unchanged` also counts rows that a later file of the same load repeats or corrects.
    """

    inserted: int = 0
    updated: int = 0
    unchanged: int = 0
    months: tuple[MonthChange, ...] = field(default=())

    @property
    def new_files(self) -> tuple[UsageFile, ...]:
        """Files to add to `usage_files` in the transaction that publishes this load."""
        return tuple(change.new_file for change in self.months if change.new_file is not None)

    @property
    def removed(self) -> tuple[str, ...]:
        """Paths to delete from `usage_files` in the same transaction."""
        return tuple(path for change in self.months for path in change.removed)


class UsageWriter(Protocol):
    """Writes one month of usage rows; nothing is visible until the caller's transaction commits."""

    def merge(self, month: date, frame: pl.DataFrame) -> MonthChange:
        """Insert new rows of `month` and correct the quantity of known ones.

        `frame` has `COLUMNS`, no nulls, only rows of that month, and is unique by `KEY`.
        """
