"""Where accounts stand on paths that changed since a snapshot: kept beside it; the snapshot never changes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl
import sqlalchemy as sa

from data_access import snapshots
from data_access.audit import record
from data_access.database import Database
from data_access.errors import NotFound
from data_access.turns import alone
from data_access.viewer import SYSTEM, Viewer

_ABOUT = "placed"


@dataclass(frozen=True)
class Placing:
    """When (UTC) and by whom the accounts of a snapshot were placed anew, and on what: `note` as the
    snapshot's own note on paths."""

    at: datetime
    by: str
    note: dict[str, Any]


def newest(database: Database, snapshot_id: int) -> Placing | None:
    """The last placing beside a snapshot; None where it stands as it was made."""
    try:
        row = snapshots.frame(database, SYSTEM, snapshot_id, _ABOUT).row(0, named=True)
    except NotFound:
        return None
    return Placing(row["at"], row["by"], json.loads(row["note"]))


def taking_turns(connection: sa.Connection) -> None:
    """One placing at a time until the transaction ends: asked before it is looked at what holds now."""
    alone(connection, "placing")


def write(
    connection: sa.Connection,
    viewer: Viewer,
    at: datetime,
    snapshot_id: int,
    note: Mapping[str, Any],
    frames: Mapping[str, pl.DataFrame],
) -> None:
    """Keep where everybody stands now beside the snapshot, in place of an earlier placing."""
    viewer.may_write()
    about = pl.DataFrame({"at": [at], "by": [viewer.name], "note": [json.dumps(note)]})
    snapshots.put_beside(connection, snapshot_id, {**frames, _ABOUT: about})
    rows = frames["path_progress"].height
    record(connection, viewer, at, "accounts placed on paths", f"snapshot {snapshot_id}", rows=rows)
