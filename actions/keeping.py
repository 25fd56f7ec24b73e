"""Take away raw data that is older than the settings keep it: first said, then done, always on record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from data_access import keeping, settings
from data_access.audit import record
from data_access.database import Transaction
from data_access.errors import Busy
from data_access.locks import exclusive
from data_access.store import Store
from data_access.viewer import Viewer
from models.keeping import NAMES, Periods, periods_from


@dataclass(frozen=True)
class Due:
    """What goes of one kind: how many rows (folders, for uploads), all before a day."""

    kind: str
    before: date
    rows: int

    def in_words(self, done: bool = False) -> str:
        """One sentence.

        >>> Due("usage", date(2024, 11, 1), 1200).in_words()
        'Raw usage events: would remove 1,200 rows before 1 Nov 2024.'
        """
        verb = "removed" if done else "would remove"
        rows = f"{self.rows:,} row{'' if self.rows == 1 else 's'}"
        return f"{NAMES[self.kind]}: {verb} {rows} before {self.before:%-d %b %Y}."


def due(store: Store, now: datetime, periods: Periods | None = None) -> list[Due]:
    """What would go now, a row a kind that has a period; `periods` stands in for those of the settings."""
    chosen = periods_from(settings.current(store.database)[1]) if periods is None else periods
    with store.database.read() as connection:
        return _due(store, connection, now.date(), chosen)


def apply(store: Store, viewer: Viewer, now: datetime) -> list[Due]:
    """Take away what is due, all in one transaction; scores and snapshots stay. Gives what went.

    No import and no refresh runs meanwhile; raises `Busy` when one does.
    """
    viewer.may_administer("Taking data away")
    periods = periods_from(settings.current(store.database)[1])
    if periods == Periods():
        return []
    with exclusive(store, "import"), exclusive(store, "refresh"):
        with store.database.write() as connection:
            going = [one for one in _due(store, connection, now.date(), periods) if one.rows]
            unlisted: list[Path] = []
            for one in going:
                unlisted += _drop(store, connection, one)
                after = {"before": one.before, "kept for months": getattr(periods, one.kind)}
                record(connection, viewer, now, "data expired", one.kind, rows=one.rows, after=after)
        for path in unlisted:
            path.unlink(missing_ok=True)
        if (first := periods.before("uploads", now.date())) is not None:
            keeping.drop_folders(keeping.uploads(store, first))
    return going


def apply_if_free(store: Store, viewer: Viewer, now: datetime) -> list[Due]:
    """As `apply`, for a refresh: where an import is running the next refresh does it."""
    try:
        return apply(store, viewer, now)
    except Busy:
        return []


def _due(store: Store, connection: Transaction, today: date, periods: Periods) -> list[Due]:
    found = []
    for kind in NAMES:
        first = periods.before(kind, today)
        if first is not None:
            found.append(Due(kind, first, _rows(store, connection, kind, first)))
    return found


def _rows(store: Store, connection: Transaction, kind: str, first: date) -> int:
    if kind == "usage":
        return keeping.usage_rows(store, connection, first)
    if kind == "uploads":
        return len(keeping.uploads(store, first))
    count = {"comments": keeping.words_rows, "rejects": keeping.reject_rows, "audit": keeping.entry_rows}
    return count[kind](connection, first)


def _drop(store: Store, connection: Transaction, one: Due) -> list[Path]:
    if one.kind == "usage":
        return keeping.drop_usage(store, connection, one.before)
    drop = {
        "comments": keeping.drop_words,
        "rejects": keeping.drop_rejects,
        "audit": keeping.drop_entries,
    }
    if one.kind in drop:
        drop[one.kind](connection, one.before)
    return []
