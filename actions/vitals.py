"""The server's own pulse: does the store answer, and how old is what it shows."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from data_access import counts, imports, snapshots, stamps
from data_access.config import configuration
from data_access.database import Database
from data_access.errors import RoundsError
from data_access.migrate import is_current
from data_access.store import open_store
from models.facts import USAGE_EVENTS

OUTDATED = "The database's schema is not this version's."


@dataclass(frozen=True)
class Vitals:
    """`failure` is empty while the store answers; ages in days, null before there is anything."""

    failure: str
    seconds: float | None = None
    snapshot_age: float | None = None
    usage_age: float | None = None
    exceptions: int | None = None
    entries: int | None = None


def vitals(now: datetime) -> Vitals:
    """Ask the store a few small questions over a connection of its own."""
    begun = time.perf_counter()
    try:
        database = Database(configuration().database, connect_seconds=3)
        try:
            if not is_current(database):
                return Vitals(OUTDATED)
            return _asked(database, now, begun)
        finally:
            database.dispose()
    except (RoundsError, OSError) as error:
        return Vitals(str(error))


def up(now: datetime) -> Vitals:
    """As `vitals`, once the schema is this version's: a new or older store is migrated first.

    A server that says only then that it is ready would otherwise wait for a visitor who waits for it.
    """
    found = vitals(now)
    if found.failure != OUTDATED:
        return found
    try:
        open_store().close()
    except (RoundsError, OSError) as error:
        return Vitals(str(error))
    return vitals(now)


def _asked(database: Database, now: datetime, begun: float) -> Vitals:
    stamp = stamps.read(database)
    seconds = time.perf_counter() - begun
    newest = snapshots.newest(database)
    usage = imports.freshness(database).get(USAGE_EVENTS.name)
    return Vitals(
        "",
        seconds,
        _days(now.date(), newest.as_of if newest else None),
        (now - usage) / timedelta(days=1) if usage else None,
        counts.open_exceptions(database),
        stamp.changes,
    )


def _days(today: date, day: date | None) -> float | None:
    return None if day is None else float((today - day).days)
