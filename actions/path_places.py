"""Accounts placed anew as soon as paths or ticks change, beside the newest snapshot."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from actions.path_progress import NOTE, holding, walked_again
from data_access import path_places, snapshots
from data_access.errors import Busy, NotFound, RoundsError
from data_access.paths import differ
from data_access.store import Store
from data_access.viewer import Viewer

_TURNS = 5


def place_accounts(store: Store, viewer: Viewer, now: datetime) -> int:
    """Place the live book of the newest snapshot on the paths in force and the ticks that stand.

    Returns how many accounts. Of usage only what the snapshot knew counts. Scores and exceptions
    stay as the refresh left them. What others adopt or tick meanwhile is placed too, by whoever comes last.
    Raises `NotFound` where a refresh has to come first.
    """
    for _ in range(_TURNS):
        snapshot = snapshots.newest(store.database)
        if snapshot is None or "nths" not in snapshot.notes.get(NOTE, {}):
            raise NotFound("Accounts can be placed once a refresh of this version has been made.")
        before = path_places.newest(store.database, snapshot.snapshot_id)
        walked = walked_again(store, snapshot, before.note if before else snapshot.notes[NOTE], now.date())
        with store.database.write() as connection:
            path_places.taking_turns(connection)
            if differ(walked.note, holding(store)):
                continue
            path_places.write(connection, viewer, now, snapshot.snapshot_id, walked.note, walked.frames)
        return walked.progress.rows.height
    raise Busy("Paths are being changed all the time; try again in a moment.")


def placed_if_possible(store: Store, viewer: Viewer, now: datetime) -> None:
    """As `place_accounts`, after a change that is done already: where it can't be, accounts wait."""
    with suppress(RoundsError):
        place_accounts(store, viewer, now)
