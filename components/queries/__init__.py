"""The only cache: every read a page makes, keyed by what could change its answer.

Frames are immutable and shared between sessions (`cache_resource`). A key never holds a
frame: it holds the store, the snapshot, the viewer's scope, and stamps that move when
somebody imports (`imports`) or changes anything (`changes`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, tzinfo
from typing import Any

import polars as pl
import streamlit as st

from components.queries import effects as queries_effects
from components.queries import plan as queries_plan
from components.queries import playbooks as queries_playbooks
from components.queries.cache import kept
from components.queries.placing import placed
from data_access import (
    counts,
    exceptions,
    facts,
    people,
    snapshots,
    stamps,
    tasks,
    views,
)
from data_access import pulses as pulse_rows
from data_access import settings as settings_rows
from data_access.config import configuration
from data_access.errors import BeyondLimits as BeyondLimits
from data_access.errors import Conflict as Conflict
from data_access.errors import NotAllowed as NotAllowed
from data_access.errors import NotFound as NotFound
from data_access.errors import NotYours as NotYours
from data_access.errors import RoundsError as RoundsError
from data_access.errors import StoreError as StoreError
from data_access.snapshots import Snapshot
from data_access.stamps import Stamps
from data_access.store import Store, open_store
from data_access.viewer import Role as Role
from data_access.viewer import Viewer as Viewer
from models import book_view
from models.calls import CallList
from models.day_plan import rules_from
from models.effects.day import trial_plan
from models.morning import as_of_morning
from models.snapshot import WEEKS

_FEW, _MANY = 32, 256

_restores_seen: dict[str, int] = {}
"""By store, how many backups had been put back when its caches were filled."""

EVERYONE = Viewer("demo@localhost", "demo@localhost", "admin")
"""Who looks while no sign-in is configured and nobody was picked: sees all, may change all."""

AUDITOR = Viewer("auditor@localhost", "An auditor", "auditor")
"""Who can be picked then to see what an auditor sees: all, and may change nothing."""


@dataclass(frozen=True)
class Reader:
    """Who reads what: the store, the viewer, and the moment's stamps. One for each rerun."""

    store: Store
    viewer: Viewer
    stamps: Stamps
    snapshot: Snapshot | None

    @property
    def as_of(self) -> date:
        """The day the newest snapshot stands for; only where there is one."""
        if self.snapshot is None:
            raise ValueError("there is no snapshot yet")
        return self.snapshot.as_of

    @property
    def key(self) -> str:
        """Another text whenever anything that this viewer sees may be another."""
        now = self.stamps
        return f"{self.store.database.url} {now.snapshot} {now.changes} {now.imports} {self.viewer.scope}"


def store() -> Store:
    """The store that the environment names, opened and migrated once."""
    settings_now = configuration()
    return _store(settings_now.model_dump_json())


def zone() -> tzinfo | None:
    """The time zone that the environment names."""
    return configuration().zone


def reader(viewer: Viewer) -> Reader:
    """Everything a page needs to read; asks the store what is newest (two small queries)."""
    opened = store()
    now = stamps.read(opened.database)
    if _restores_seen.setdefault(_key(opened), now.restores) != now.restores:
        st.cache_resource.clear()  # every id may stand for something else now
        _restores_seen[_key(opened)] = now.restores
    return Reader(opened, viewer, now, _newest(_key(opened), now.snapshot, opened))


def scores(reader: Reader) -> pl.DataFrame:
    """The viewer's live book in the newest snapshot; columns of `models.snapshot.SCORES`."""
    return scores_in(reader, reader.snapshot.snapshot_id if reader.snapshot else 0)


def part(reader: Reader, name: str) -> pl.DataFrame:
    """A bulky part of the newest snapshot (`weeks`, `subscriptions` …), the viewer's accounts only."""
    snapshot_id = reader.snapshot.snapshot_id if reader.snapshot else 0
    return _part(_key(reader.store), snapshot_id, name, reader.stamps.imports, reader.viewer.scope, reader)


def book(reader: Reader) -> pl.DataFrame:
    """The viewer's live book as the table of accounts shows it; columns of `models.book_view.VIEW`."""
    snapshot_id = reader.snapshot.snapshot_id if reader.snapshot else 0
    return _book(
        _key(reader.store),
        snapshot_id,
        reader.stamps.changes,
        reader.stamps.imports,
        reader.viewer.scope,
        reader,
    )


def history(reader: Reader, account_id: str) -> pl.DataFrame:
    """One account's scores in every snapshot, oldest first."""
    stamps_now, scope = reader.stamps, reader.viewer.scope
    return _history(_key(reader.store), stamps_now.changes, stamps_now.imports, scope, account_id, reader)


def snapshot_list(reader: Reader) -> pl.DataFrame:
    """Every snapshot, newest day first."""
    return snapshots.listing(reader.store.database)


def fact(reader: Reader, name: str, account_id: str | None = None) -> pl.DataFrame:
    """Rows of a fact up to the snapshot's day; all of the viewer's, or one account's."""
    return _fact(
        _key(reader.store),
        name,
        account_id,
        reader.snapshot.as_of if reader.snapshot else None,
        reader.stamps.imports,
        reader.viewer.scope,
        reader,
    )


def open_exceptions(reader: Reader) -> pl.DataFrame:
    """Open exceptions of the viewer's accounts; columns of `data_access.exceptions.EXCEPTIONS`."""
    return _open_exceptions(*_changing(reader), reader)


def exceptions_of(reader: Reader, account_id: str) -> pl.DataFrame:
    """Every exception an account ever had."""
    return exceptions.listing(reader.store.database, reader.viewer, account_id=account_id, only_open=False)


def calls(reader: Reader) -> pl.DataFrame:
    """Every call on the viewer's accounts, newest first; columns of `data_access.tasks.TASKS`."""
    return _calls(*_changing(reader), reader)


def pulses(reader: Reader) -> pl.DataFrame:
    """Every pulse on the viewer's accounts, newest first, withdrawn ones too; `models.pulse.PULSES`."""
    return _pulses(*_changing(reader), reader)


def refreshed(reader: Reader) -> Reader:
    """The same reader with the stamps of this moment: for a part of a page that redraws by itself."""
    return replace(reader, stamps=stamps.read(reader.store.database))


def calls_since(reader: Reader, since: datetime) -> dict[str, dict[str, Any]]:
    """The last call logged on each account from a moment (UTC) on, by account_id; rows of `TASKS`."""
    return _calls_since(*_changing(reader), since, reader)


def weeks(reader: Reader) -> pl.DataFrame:
    """Usage by week; columns of `models.snapshot.WEEKS`, no rows where the snapshot has none."""
    try:
        return part(reader, "weeks")
    except NotFound:
        return WEEKS.empty()


def call_list(reader: Reader, now: datetime, since: datetime, capacity: int) -> CallList:
    """The day's calls and who is left out; `now` in the viewer's zone, their day began at `since` (UTC).

    Calls logged since then stay on the list, so that it does not move under the hand that works through it.
    """
    hour = f"{now:%Y-%m-%d %H %z}"
    return _call_list(*_changing(reader), reader.stamps.snapshot, hour, capacity, reader, now, since)


def accounts_to_call(reader: Reader) -> set[str]:
    """The accounts that somebody put on the call list and nobody has called yet."""
    waiting = calls(reader).filter(pl.col("state") == "open")
    return set(waiting["account_id"])


def every_exception(reader: Reader) -> pl.DataFrame:
    """Exceptions of the viewer's accounts, closed ones too; columns of `EXCEPTIONS`."""
    return _every_exception(*_changing(reader), reader)


def earlier(reader: Reader) -> Snapshot | None:
    """The newest snapshot of a day before the one that is shown."""
    if reader.snapshot is None:
        return None
    before = reader.snapshot.as_of - timedelta(days=1)
    return _earlier(_key(reader.store), reader.stamps.changes, before, reader)


def scores_in(reader: Reader, snapshot_id: int) -> pl.DataFrame:
    """The viewer's book in another snapshot; columns of `models.snapshot.SCORES`."""
    imported, scope = reader.stamps.imports, reader.viewer.scope
    return _scores(_key(reader.store), snapshot_id, imported, scope, placed(reader), reader)


def csms(reader: Reader) -> pl.DataFrame:
    """Everybody who looks after accounts or leads those who do."""
    return _csms(_key(reader.store), reader.stamps.imports, reader)


def viewer_of(email: str | None, today: date) -> Viewer:
    """The viewer with this address, or the one who sees everything when nobody has it.

    Only for a machine of one's own: whoever signed in is looked up by `signed_in`.
    """
    if email == AUDITOR.person:
        return AUDITOR
    return (signed_in(email, today) if email else None) or EVERYONE


def signed_in(email: str, today: date) -> Viewer | None:
    """The viewer with this address; None for a stranger."""
    opened = store()
    try:
        return people.viewer_of(opened.database, email, today, opened.configuration.first_admins)
    except NotFound:
        return None


def fact_rows(reader: Reader) -> dict[str, int]:
    """The rows of every fact in the store, usage events too."""
    return _fact_rows(_key(reader.store), reader.stamps.imports, reader)


def saved_views(reader: Reader, page: str) -> pl.DataFrame:
    """This person's views of a page."""
    return views.listing(reader.store.database, reader.viewer, page)


def chosen_settings(reader: Reader) -> dict[str, object]:
    """The newest version of the settings."""
    return settings_rows.current(reader.store.database)[1]


def _changing(reader: Reader) -> tuple[str, int, int, str]:
    """The key of what people change, for this viewer: store, changes, imports, scope."""
    return _key(reader.store), reader.stamps.changes, reader.stamps.imports, reader.viewer.scope


def _key(opened: Store) -> str:
    return str(opened.database.url)


@st.cache_resource(max_entries=4, show_spinner=False, on_release=Store.close)
def _store(settings_key: str) -> Store:
    return open_store()


@kept(_FEW)
def _newest(store_key: str, snapshot_id: int, _store: Store) -> Snapshot | None:
    return snapshots.get(_store.database, snapshot_id) if snapshot_id else None


@kept(_FEW)
def _scores(
    store_key: str, snapshot_id: int, imports_stamp: int, scope: str, placed_mark: str, _reader: Reader
) -> pl.DataFrame:
    return snapshots.scores(_reader.store.database, _reader.viewer, snapshot_id)


@kept(_FEW)
def _part(
    store_key: str, snapshot_id: int, name: str, imports_stamp: int, scope: str, _reader: Reader
) -> pl.DataFrame:
    return snapshots.frame(_reader.store.database, _reader.viewer, snapshot_id, name)


@kept(_MANY)
def _fact(
    store_key: str,
    name: str,
    account_id: str | None,
    as_of: date | None,
    imports_stamp: int,
    scope: str,
    _reader: Reader,
) -> pl.DataFrame:
    return facts.fact(_reader.store.database, _reader.viewer, name, as_of=as_of, account_id=account_id)


@kept(_FEW)
def _open_exceptions(
    store_key: str, changes: int, imports_stamp: int, scope: str, _reader: Reader
) -> pl.DataFrame:
    return exceptions.listing(_reader.store.database, _reader.viewer)


@kept(_FEW)
def _calls(store_key: str, changes: int, imports_stamp: int, scope: str, _reader: Reader) -> pl.DataFrame:
    return tasks.listing(_reader.store.database, _reader.viewer)


@kept(_FEW)
def _pulses(store_key: str, changes: int, imports_stamp: int, scope: str, _reader: Reader) -> pl.DataFrame:
    return pulse_rows.listing(_reader.store.database, _reader.viewer)


@kept(_FEW)
def _csms(store_key: str, imports_stamp: int, _reader: Reader) -> pl.DataFrame:
    return people.csms(_reader.store.database)


@kept(_FEW)
def _book(
    store_key: str, snapshot_id: int, changes: int, imports_stamp: int, scope: str, _reader: Reader
) -> pl.DataFrame:
    return book_view.book_view(scores(_reader), weeks(_reader), open_exceptions(_reader), csms(_reader))


@kept(_FEW)
def _calls_since(
    store_key: str, changes: int, imports_stamp: int, scope: str, since: datetime, _reader: Reader
) -> dict[str, dict[str, Any]]:
    done = tasks.listing(_reader.store.database, _reader.viewer, state="done", done_since=since)
    return {row["account_id"]: row for row in done.sort("done_at").iter_rows(named=True)}


@kept(_FEW)
def _every_exception(
    store_key: str, changes: int, imports_stamp: int, scope: str, _reader: Reader
) -> pl.DataFrame:
    return exceptions.listing(_reader.store.database, _reader.viewer, only_open=False)


@kept(_FEW)
def _earlier(store_key: str, changes: int, before: date, _reader: Reader) -> Snapshot | None:
    return snapshots.newest(_reader.store.database, as_of=before)


@kept(_FEW)
def _call_list(
    store_key: str,
    changes: int,
    imports_stamp: int,
    scope: str,
    snapshot_id: int,
    hour: str,
    capacity: int,
    _reader: Reader,
    _now: datetime,
    _since: datetime,
) -> CallList:
    return trial_plan(
        open_exceptions(_reader),
        scores(_reader),
        fact(_reader, "contacts"),
        as_of_morning(calls(_reader), _since),
        _now,
        queries_effects.known(_reader, _now.date()),
        rules=rules_from(
            chosen_settings(_reader), capacity=capacity, playbooks=queries_playbooks.spoken(_reader)
        ),
        budget=queries_plan.budget(_reader, scores(_reader), chosen_settings(_reader)),
    )


@kept(_FEW)
def _fact_rows(store_key: str, imports_stamp: int, _reader: Reader) -> dict[str, int]:
    return counts.fact_rows(_reader.store)


@kept(_MANY)
def _history(
    store_key: str, changes: int, imports_stamp: int, scope: str, account_id: str, _reader: Reader
) -> pl.DataFrame:
    return snapshots.history(_reader.store.database, _reader.viewer, account_id)
