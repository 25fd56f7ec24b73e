"""What moved each account from snapshot to snapshot, and which snapshot each is explained from."""

from __future__ import annotations

import polars as pl
import sqlalchemy as sa

from data_access.bulk import insert
from data_access.database import Database
from data_access.schema import account_moves, snapshots
from data_access.scope import visible
from data_access.viewer import Viewer
from models.contracts import Column, Contract
from models.facts import WHOLE
from models.snapshot import MOVES

STEPS = Contract("steps", (Column("snapshot_id", WHOLE, required=True), *MOVES.columns))


def write(connection: sa.Connection, snapshot_id: int, previous: int, moved: pl.DataFrame) -> None:
    """Explain a snapshot from another one, in place of what stood there; `moved` is `MOVES`."""
    connection.execute(sa.delete(account_moves).where(account_moves.c.snapshot_id == snapshot_id))
    tagged = pl.lit(snapshot_id, dtype=pl.Int64).alias("snapshot_id")
    insert(connection, account_moves, MOVES.check(moved).with_columns(tagged))
    linked = sa.update(snapshots).where(snapshots.c.snapshot_id == snapshot_id)
    connection.execute(linked.values(previous_snapshot_id=previous))


def steps(
    database: Database, viewer: Viewer, snapshot_ids: list[int], account_id: str | None = None
) -> pl.DataFrame:
    """What moved accounts into each of these snapshots: snapshot_id and the columns of `MOVES`."""
    statement = sa.select(*(account_moves.c[name] for name in STEPS.names)).where(
        account_moves.c.snapshot_id.in_(snapshot_ids), visible(viewer, account_moves.c.account_id)
    )
    if account_id is None:
        return database.frame(statement, STEPS)
    return database.few(statement.where(account_moves.c.account_id == account_id), STEPS)
