"""What an import did, table by table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class TableReport:
    """One source of one fact: read = accepted + unchanged + rejected.

    `left_out` says in sentences what was not stored, or without whom: people who were erased, old data;
    `met`: in how many rows people who were erased were met.
    """

    fact: str
    files: tuple[str, ...]
    read: int
    accepted: int
    unchanged: int
    rejected: int
    notes: tuple[str, ...] = ()
    import_id: int = 0
    left_out: tuple[str, ...] = ()
    met: int = 0


@dataclass(frozen=True)
class ImportReport:
    """Every source in the order in which it landed; `deleted` names files that were handed in and went."""

    tables: tuple[TableReport, ...] = field(default=())
    deleted: tuple[str, ...] = ()

    @property
    def telling(self) -> tuple[str, ...]:
        """The files in which somebody was met who was erased."""
        return tuple(dict.fromkeys(file for table in self.tables if table.met for file in table.files))

    def as_dict(self) -> dict[str, Any]:
        """For --json: by fact, the counts of all its sources added up."""
        return {fact: self._counts(fact) for fact in dict.fromkeys(table.fact for table in self.tables)}

    def in_words(self) -> str:
        """One line a source, and one for what was left out."""
        return "\n".join(
            f"{table.fact}: {table.read:,} read, {table.accepted:,} accepted, "
            f"{table.unchanged:,} unchanged, {table.rejected:,} rejected"
            + "".join(f"\n  {sentence}" for sentence in table.left_out)
            for table in self.tables
        )

    def _counts(self, fact: str) -> dict[str, Any]:
        mine: Sequence[TableReport] = [table for table in self.tables if table.fact == fact]
        return {
            "read": sum(table.read for table in mine),
            "accepted": sum(table.accepted for table in mine),
            "unchanged": sum(table.unchanged for table in mine),
            "rejected": sum(table.rejected for table in mine),
            "import_ids": [table.import_id for table in mine],
            "notes": [note for table in mine for note in table.notes],
            "left_out": [sentence for table in mine for sentence in table.left_out],
        }
