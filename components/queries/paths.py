"""What the Happy paths page and the Account card read of paths: found, adopted, and who stands where."""

from __future__ import annotations

from typing import Any

import polars as pl

from components import queries
from components.queries import NotFound, Reader
from components.queries.cache import kept
from components.queries.placing import placed
from components.queries.placing import placing as placing
from data_access import path_discoveries, path_ticks, paths, snapshots
from data_access.path_discoveries import Kept as Kept
from models.event_success import EVENT_SUCCESS
from models.first_value import FIRST_VALUE, FIRST_VALUE_CURVES
from models.paths.adopted import HappyPath, from_body
from models.paths.frames import STEPS
from models.paths.funnel import funnel as funnel_of
from models.paths.progress_frames import PRESCRIBED, PROGRESS, STEP_TIMES
from models.paths.tables import path_table as table_of
from models.paths.tables import progress_table as progress_table_of

_FEW = 32
_PARTS = {
    "path_steps": PRESCRIBED,
    "path_progress": PROGRESS,
    "path_times": STEP_TIMES,
    "first_value": FIRST_VALUE,
    "first_value_curves": FIRST_VALUE_CURVES,
    "event_success": EVENT_SUCCESS,
}


def discovery(reader: Reader) -> Kept | None:
    """What the search for paths found that the newest snapshot stands on; None before the first."""
    note = _note(reader)
    return _discovery(_key(reader)[0], int(note["discovery"]), reader) if note.get("discovery") else None


def listing(reader: Reader) -> pl.DataFrame:
    """Every path that people keep, with its newest version; columns of `data_access.paths.PATHS`."""
    return _listing(*_key(reader), reader)


def in_force(reader: Reader) -> pl.DataFrame:
    """The adopted paths with the version that counts; columns of `data_access.paths.PATHS`."""
    return _in_force(*_key(reader), reader)


def versions(reader: Reader, path_id: int) -> pl.DataFrame:
    """Every version of a path, newest first; columns of `data_access.paths.VERSIONS`."""
    return _versions(*_key(reader), path_id, reader)


def path_of(row: dict[str, str]) -> HappyPath:
    """The path in a row of `listing`, `in_force` or `versions`."""
    return from_body(row["body"])


def waits_to_be_placed(reader: Reader) -> bool:
    """Whether paths or ticks changed since accounts were last placed."""
    last = placing(reader)
    return paths.differ(last.note if last else _note(reader), _holding(*_key(reader), reader))


def ticks(reader: Reader, account_id: str | None = None) -> pl.DataFrame:
    """The ticks that stand on the viewer's accounts, or on one; columns of `progress_frames.TICKS`."""
    every = _ticks(*_key(reader), reader.stamps.imports, reader.viewer.scope, reader)
    return every if account_id is None else every.filter(pl.col("account_id") == account_id)


def steps(reader: Reader) -> pl.DataFrame:
    """The steps of the paths that the snapshot stands on; columns of `PRESCRIBED`."""
    return _part(reader, "path_steps")


def progress(reader: Reader) -> pl.DataFrame:
    """Where each of the viewer's accounts stands; columns of `PROGRESS`, no rows without a path."""
    return _part(reader, "path_progress")


def step_times(reader: Reader) -> pl.DataFrame:
    """Each of the viewer's accounts × the steps of its path; columns of `STEP_TIMES`."""
    return _part(reader, "path_times")


def funnel(reader: Reader) -> pl.DataFrame:
    """How many of the viewer's accounts did each step of each path; columns of `funnel.FUNNEL`."""
    stamps = reader.stamps
    return _funnel(*_key(reader), stamps.snapshot, stamps.imports, reader.viewer.scope, reader)


def events(reader: Reader) -> list[str]:
    """Every usage event that a step can ask for: those of the catalogue and those of successful accounts."""
    named = queries.fact(reader, "features").select("event")
    return (
        pl.concat([named, event_success(reader).select("event")])["event"]
        .drop_nulls()
        .unique()
        .sort()
        .to_list()
    )


def path_table(reader: Reader) -> pl.DataFrame:
    """The paths that the snapshot stands on, a row a step; columns of `tables.PATH_TABLE`, as exported."""
    found = discovery(reader)
    return table_of(steps(reader), funnel(reader), found.found.steps if found else STEPS.empty())


def progress_table(reader: Reader) -> pl.DataFrame:
    """Where each of the viewer's accounts stands; columns of `tables.PROGRESS_TABLE`, as exported."""
    return progress_table_of(progress(reader), queries.scores(reader))


def of_account(reader: Reader, account_id: str) -> tuple[dict[str, Any], pl.DataFrame] | None:
    """One account's row of `PROGRESS` and its steps (`STEP_TIMES`), or None where no path is meant for it."""
    mine = progress(reader).filter(pl.col("account_id") == account_id)
    if mine.is_empty():
        return None
    return mine.row(0, named=True), step_times(reader).filter(pl.col("account_id") == account_id)


def first_value(reader: Reader) -> pl.DataFrame:
    """Who among the viewer's accounts got first value, when, and who is late; columns of `FIRST_VALUE`."""
    return _part(reader, "first_value")


def first_value_curves(reader: Reader) -> pl.DataFrame:
    """Time to first value by cohort, of the whole company; columns of `FIRST_VALUE_CURVES`."""
    return _part(reader, "first_value_curves")


def event_success(reader: Reader) -> pl.DataFrame:
    """What each event would count as success, if it were chosen; columns of `EVENT_SUCCESS`."""
    return _part(reader, "event_success")


def first_value_target(reader: Reader) -> tuple[int | None, str]:
    """The days to first value that are aimed at, and where they are from: chosen, successful or ""."""
    note = (reader.snapshot.notes.get("first_value") if reader.snapshot else None) or [None, ""]
    return note[0], note[1]


def _part(reader: Reader, name: str) -> pl.DataFrame:
    """A part of the snapshot; one made before there were paths, or by an earlier version, has none."""
    contract = _PARTS[name]
    snapshot_id = reader.snapshot.snapshot_id if reader.snapshot else 0
    keys = (_key(reader)[0], snapshot_id, placed(reader), name, reader.stamps.imports, reader.viewer.scope)
    try:
        rows = _rows(*keys, reader)
    except NotFound:
        return contract.empty()
    return rows if rows.schema == contract.schema else contract.empty()


def _note(reader: Reader) -> dict[str, Any]:
    return dict(reader.snapshot.notes.get("paths") or {}) if reader.snapshot else {}


def _key(reader: Reader) -> tuple[str, int]:
    return str(reader.store.database.url), reader.stamps.changes


@kept(_FEW)
def _discovery(store_key: str, discovery_id: int, _reader: Reader) -> Kept | None:
    try:
        return path_discoveries.get(_reader.store.database, discovery_id)
    except NotFound:
        return None


@kept(_FEW)
def _rows(
    store_key: str,
    snapshot_id: int,
    placed_mark: str,
    name: str,
    imports_stamp: int,
    scope: str,
    _reader: Reader,
) -> pl.DataFrame:
    return snapshots.frame(_reader.store.database, _reader.viewer, snapshot_id, name)


@kept(_FEW)
def _holding(store_key: str, changes: int, _reader: Reader) -> dict[str, Any]:
    database = _reader.store.database
    return {
        "adopted": paths.adopted_versions(paths.in_force(database)),
        "ticks": path_ticks.mark(database),
    }


@kept(_FEW)
def _listing(store_key: str, changes: int, _reader: Reader) -> pl.DataFrame:
    return paths.newest(_reader.store.database)


@kept(_FEW)
def _in_force(store_key: str, changes: int, _reader: Reader) -> pl.DataFrame:
    return paths.in_force(_reader.store.database)


@kept(_FEW)
def _versions(store_key: str, changes: int, path_id: int, _reader: Reader) -> pl.DataFrame:
    return paths.versions(_reader.store.database, path_id)


@kept(_FEW)
def _ticks(store_key: str, changes: int, imports_stamp: int, scope: str, _reader: Reader) -> pl.DataFrame:
    return path_ticks.standing(_reader.store.database, _reader.viewer)


@kept(_FEW)
def _funnel(
    store_key: str, changes: int, snapshot_id: int, imports_stamp: int, scope: str, _reader: Reader
) -> pl.DataFrame:
    return funnel_of(steps(_reader), progress(_reader), step_times(_reader))
