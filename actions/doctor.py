"""Look at configuration, stores and freshness, and say what to do next."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Literal

from data_access import imports, migrate, snapshots, stamps
from data_access.config import configuration
from data_access.errors import RoundsError
from data_access.store import Store, open_store

_STALE = timedelta(days=3)
_BRING_BACK = (
    "Bring the last backup back into an empty home: `ROUNDS_HOME=NEW python cli.py restore FILE`; then "
    "serve from there."
)


@dataclass(frozen=True)
class Check:
    """One thing looked at: well, waiting for a next step, or failed; and a sentence that says which."""

    name: str
    state: Literal["ok", "next", "failed"]
    sentence: str


def examine(now: datetime) -> list[Check]:
    """Every check in order; one that fails to run is a failed check, and the rest are left out."""
    try:
        settings = configuration()
        store = open_store(settings)
    except (RoundsError, OSError) as error:
        damaged = f" {_BRING_BACK}" if "malformed" in str(error) or "not a database" in str(error) else ""
        return [Check("store", state="failed", sentence=f"{error}{damaged}")]
    try:
        where = store.database.url.render_as_string(hide_password=True)
        found = [_safely(partial(_tables, store, where))]
        looks: tuple[Callable[[], Check], ...] = (
            lambda: _usage(store),
            lambda: _data(store, now),
            lambda: _snapshot(store, now),
        )
        return found + [_safely(look) for look in looks]
    finally:
        store.close()


def _tables(store: Store, where: str) -> Check:
    gone = migrate.missing_tables(store.database)
    if gone:
        told = f"{where} lacks {', '.join(gone)}. {_BRING_BACK}"
        return Check("store", state="failed", sentence=told)
    return Check("store", state="ok", sentence=f"{where}, schema up to date.")


def _safely(look: Callable[[], Check]) -> Check:
    try:
        return look()
    except RoundsError as error:
        return Check("usage", state="failed", sentence=str(error))


def _usage(store: Store) -> Check:
    months = store.usage().months()
    where = store.configuration.lake or "the usage database"
    rows = int(months["rows"].sum())
    return Check("usage", state="ok", sentence=f"{rows:,} events in {months.height} months, in {where}.")


def _data(store: Store, now: datetime) -> Check:
    fresh = imports.freshness(store.database)
    if not fresh:
        return Check("data", state="next", sentence="Nothing was imported yet: run `python cli.py demo`.")
    newest = max(fresh.values())
    age = f"newest row of {newest:%d %b %Y}"
    if now - newest > _STALE:
        return Check("data", state="next", sentence=f"{age}: import newer files if you have them.")
    return Check("data", state="ok", sentence=f"{age}.")


def _snapshot(store: Store, now: datetime) -> Check:
    newest = snapshots.newest(store.database)
    if newest is None:
        return Check("snapshot", state="next", sentence="There is no snapshot: run `python cli.py refresh`.")
    stamp = stamps.read(store.database)
    made = f"as of {newest.as_of:%d %b %Y}, {newest.accounts:,} accounts"
    if newest.notes.get("imports", 0) != stamp.imports:
        return Check(
            "snapshot", state="next", sentence=f"{made}; data came in since: run `python cli.py refresh`."
        )
    return Check("snapshot", state="ok", sentence=f"{made}, made {newest.created_at:%d %b %H:%M} UTC.")
