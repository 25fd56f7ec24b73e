"""The tables of the Happy paths page, read from a snapshot."""

from __future__ import annotations

import polars as pl

from actions.path_progress import NOTE
from data_access import path_discoveries, snapshots
from data_access.errors import NotFound
from data_access.snapshots import Snapshot
from data_access.store import Store
from data_access.viewer import Viewer
from models.contracts import Contract
from models.paths.frames import STEPS
from models.paths.funnel import funnel
from models.paths.progress_frames import PRESCRIBED, PROGRESS, STEP_TIMES
from models.paths.tables import path_table, progress_table


def paths_of(store: Store, viewer: Viewer, snapshot: Snapshot) -> pl.DataFrame:
    """The paths that held, step by step; columns of `models.paths.tables.PATH_TABLE`."""
    steps = _part(store, viewer, snapshot, "path_steps", PRESCRIBED)
    times = _part(store, viewer, snapshot, "path_times", STEP_TIMES)
    return path_table(
        steps, funnel(steps, _progress(store, viewer, snapshot), times), _found(store, snapshot)
    )


def progress_of(store: Store, viewer: Viewer, snapshot: Snapshot) -> pl.DataFrame:
    """Where each of the viewer's accounts stood; columns of `models.paths.tables.PROGRESS_TABLE`."""
    scores = snapshots.scores(store.database, viewer, snapshot.snapshot_id)
    return progress_table(_progress(store, viewer, snapshot), scores)


def _progress(store: Store, viewer: Viewer, snapshot: Snapshot) -> pl.DataFrame:
    return _part(store, viewer, snapshot, "path_progress", PROGRESS)


def _found(store: Store, snapshot: Snapshot) -> pl.DataFrame:
    discovery_id = snapshot.notes.get(NOTE, {}).get("discovery")
    if discovery_id is None:
        return STEPS.empty()
    try:
        return path_discoveries.get(store.database, discovery_id).found.steps
    except NotFound:
        return STEPS.empty()


def _part(store: Store, viewer: Viewer, snapshot: Snapshot, name: str, contract: Contract) -> pl.DataFrame:
    try:
        rows = snapshots.frame(store.database, viewer, snapshot.snapshot_id, name)
    except NotFound:
        return contract.empty()
    return rows if rows.schema == contract.schema else contract.empty()
