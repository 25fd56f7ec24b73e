"""The only cache: every read a page makes, keyed by what could change its answer.

Frames are immutable and shared between sessions (`cache_resource`). A key never holds a
frame: it holds the store, the snapshot, the viewer's scope, and stamps that move when
somebody imports (`imports`) or changes anything (`changes`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl
import streamlit as st

from data_access import exceptions, facts, imports, people, settings, snapshots, stamps, tasks, views
from data_access.config import configuration
from data_access.errors import Conflict as Conflict
from data_access.errors import NotFound as NotFound
from data_access.errors import RoundsError as RoundsError
from data_access.snapshots import Snapshot
from data_access.stamps import Stamps
from data_access.store import Store, open_store
from data_access.viewer import Viewer as Viewer
from models import book_view

_FEW, _MANY = 32, 256

EVERYONE = Viewer("demo@localhost", "Everyone's book", "admin")
"""Who looks while no sign-in is configured and nobody was picked: sees all, may change all."""


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


def store() -> Store:
    """The store that the environment names, opened and migrated once."""
    settings_now = configuration()
    return _store(settings_now.model_dump_json())


def reader(viewer: Viewer) -> Reader:
    """Everything a page needs to read; asks the store what is newest (two small queries)."""
    opened = store()
    now = stamps.read(opened.database)
    return Reader(opened, viewer, now, _newest(_key(opened), now.snapshot, opened))


def scores(reader: Reader) -> pl.DataFrame:
    """The viewer's live book in the newest snapshot; columns of `models.snapshot.SCORES`."""
    snapshot_id = reader.snapshot.snapshot_id if reader.snapshot else 0
    return _scores(_key(reader.store), snapshot_id, reader.stamps.imports, reader.viewer.scope, reader)


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
    return snapshots.history(reader.store.database, reader.viewer, account_id)


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
    return _open_exceptions(
        _key(reader.store), reader.stamps.changes, reader.stamps.imports, reader.viewer.scope, reader
    )


def exceptions_of(reader: Reader, account_id: str) -> pl.DataFrame:
    """Every exception an account ever had."""
    return exceptions.listing(reader.store.database, reader.viewer, account_id=account_id, only_open=False)


def calls(reader: Reader) -> pl.DataFrame:
    """Every call on the viewer's accounts, newest first; columns of `data_access.tasks.TASKS`."""
    return _calls(
        _key(reader.store), reader.stamps.changes, reader.stamps.imports, reader.viewer.scope, reader
    )


def csms(reader: Reader) -> pl.DataFrame:
    """Everybody who looks after accounts or leads those who do."""
    return _csms(_key(reader.store), reader.stamps.imports, reader)


def viewer_of(email: str | None) -> Viewer:
    """The viewer with this address, or the one who sees everything when nobody has it."""
    if not email:
        return EVERYONE
    try:
        return people.viewer_of(store().database, email)
    except NotFound:
        return EVERYONE


def import_list(reader: Reader) -> pl.DataFrame:
    """Past imports, newest first."""
    return imports.listing(reader.store.database)


def rejects(reader: Reader, import_id: int) -> pl.DataFrame:
    """The rows that one import refused."""
    return imports.rejects(reader.store.database, import_id)


def saved_views(reader: Reader, page: str) -> pl.DataFrame:
    """This person's views of a page."""
    return views.listing(reader.store.database, reader.viewer, page)


def chosen_settings(reader: Reader) -> dict[str, object]:
    """The newest version of the settings."""
    return settings.current(reader.store.database)[1]


def _key(opened: Store) -> str:
    return str(opened.database.url)


@st.cache_resource(max_entries=4, show_spinner=False)
def _store(settings_key: str) -> Store:
    return open_store()


@st.cache_resource(max_entries=_FEW, show_spinner=False)
def _newest(store_key: str, snapshot_id: int, _store: Store) -> Snapshot | None:
    return snapshots.get(_store.database, snapshot_id) if snapshot_id else None


@st.cache_resource(max_entries=_FEW, show_spinner=False)
def _scores(
    store_key: str, snapshot_id: int, imports_stamp: int, scope: str, _reader: Reader
) -> pl.DataFrame:
    return snapshots.scores(_reader.store.database, _reader.viewer, snapshot_id)


@st.cache_resource(max_entries=_FEW, show_spinner=False)
def _part(
    store_key: str, snapshot_id: int, name: str, imports_stamp: int, scope: str, _reader: Reader
) -> pl.DataFrame:
    return snapshots.frame(_reader.store.database, _reader.viewer, snapshot_id, name)


@st.cache_resource(max_entries=_MANY, show_spinner=False)
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


@st.cache_resource(max_entries=_FEW, show_spinner=False)
def _open_exceptions(
    store_key: str, changes: int, imports_stamp: int, scope: str, _reader: Reader
) -> pl.DataFrame:
    return exceptions.listing(_reader.store.database, _reader.viewer)


@st.cache_resource(max_entries=_FEW, show_spinner=False)
def _calls(store_key: str, changes: int, imports_stamp: int, scope: str, _reader: Reader) -> pl.DataFrame:
    return tasks.listing(_reader.store.database, _reader.viewer)


@st.cache_resource(max_entries=_FEW, show_spinner=False)
def _csms(store_key: str, imports_stamp: int, _reader: Reader) -> pl.DataFrame:
    return people.csms(_reader.store.database)


@st.cache_resource(max_entries=_FEW, show_spinner=False)
def _book(
    store_key: str, snapshot_id: int, changes: int, imports_stamp: int, scope: str, _reader: Reader
) -> pl.DataFrame:
    return book_view.book_view(
        scores(_reader), part(_reader, "weeks"), open_exceptions(_reader), csms(_reader)
    )
