"""The goals a manager set: one stands for each measure; a change keeps the row, a retired one stays."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import polars as pl
import sqlalchemy as sa

from data_access.audit import record
from data_access.conflicts import changed
from data_access.database import Database
from data_access.errors import Conflict, NotFound
from data_access.schema.value import goals
from data_access.viewer import Viewer
from models.goals import GOALS


def listing(database: Database) -> pl.DataFrame:
    """The goals that stand, by measure; columns of `GOALS`."""
    statement = sa.select(*(goals.c[name] for name in GOALS.names)).where(goals.c.retired_at.is_(None))
    return database.few(statement.order_by(goals.c.measure), GOALS)


def add(connection: sa.Connection, viewer: Viewer, at: datetime, values: dict[str, Any]) -> int:
    """Set a goal for a measure that has none; returns its id. Raises `Conflict` when it has one meanwhile."""
    viewer.may_write()
    standing = connection.execute(
        sa.select(goals).where(goals.c.measure == values["measure"], goals.c.retired_at.is_(None))
    ).first()
    if standing is not None:
        raise _changed(standing, values)
    goal_id = int(
        connection.execute(
            sa.insert(goals)
            .values(**values, set_at=at, set_by=viewer.person, version=1)
            .returning(goals.c.goal_id)
        ).scalar_one()
    )
    record(connection, viewer, at, "goal set", f"goal {goal_id}", after=values)
    return goal_id


def change(
    connection: sa.Connection,
    viewer: Viewer,
    at: datetime,
    goal_id: int,
    version: int,
    what: str,
    values: dict[str, Any],
) -> int:
    """Set `values` on a goal still at `version`; returns the new version, or raises `Conflict`."""
    viewer.may_write()
    row = connection.execute(sa.select(goals).where(goals.c.goal_id == goal_id).with_for_update()).first()
    if row is None:
        raise NotFound(f"There is no goal {goal_id}.")
    if row.version != version:
        raise _changed(row, values)
    kept = {**values, "set_at": at, "set_by": viewer.person, "version": version + 1}
    connection.execute(sa.update(goals).where(goals.c.goal_id == goal_id).values(**kept))
    before = {name: getattr(row, name) for name in values}
    record(connection, viewer, at, what, f"goal {goal_id}", before=before, after=values)
    return version + 1


def _changed(row: sa.Row[Any], mine: Mapping[str, Any]) -> Conflict:
    return changed("This goal", row.set_by, row.set_at, row._mapping, mine)
