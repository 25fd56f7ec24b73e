"""Steps that people tick for an account because no data can see them; a tick can be undone."""

from __future__ import annotations

from datetime import date, datetime

import polars as pl
import sqlalchemy as sa

from data_access.audit import record
from data_access.database import Database
from data_access.errors import Conflict, NotYours
from data_access.schema import path_ticks
from data_access.scope import visible
from data_access.tasks import hold
from data_access.viewer import Viewer
from models.paths.progress_frames import TICKS


def standing(database: Database, viewer: Viewer, account_id: str | None = None) -> pl.DataFrame:
    """Every tick that nobody undid, on the viewer's accounts or on one; columns of `TICKS`."""
    statement = sa.select(*(path_ticks.c[name] for name in TICKS.names)).where(
        path_ticks.c.undone_at.is_(None), visible(viewer, path_ticks.c.account_id)
    )
    if account_id is not None:
        statement = statement.where(path_ticks.c.account_id == account_id)
    return database.frame(statement.order_by(path_ticks.c.tick_id), TICKS)


def mark(database: Database) -> list[int]:
    """Two numbers that move with every tick and every tick that is taken back."""
    newest = sa.select(sa.func.coalesce(sa.func.max(path_ticks.c.tick_id), 0)).scalar_subquery()
    count = sa.select(sa.func.count()).select_from(path_ticks).where(path_ticks.c.undone_at.is_(None))
    with database.read() as connection:
        return list(connection.execute(sa.select(newest, count.scalar_subquery())).one())


def add(
    connection: sa.Connection,
    viewer: Viewer,
    at: datetime,
    *,
    path_id: int,
    step: str,
    account_id: str,
    done_on: date,
) -> int:
    """Tick a step for an account the viewer may see; returns the tick's id.

    Raises `Conflict` when it is ticked already.
    """
    viewer.may_write()
    hold(connection, viewer, account_id)
    same = (
        path_ticks.c.path_id == path_id,
        path_ticks.c.step == step,
        path_ticks.c.account_id == account_id,
        path_ticks.c.undone_at.is_(None),
    )
    row = connection.execute(sa.select(path_ticks).where(*same)).first()
    if row is not None:
        raise Conflict(f"{row.ticked_by} ticked this step at {row.ticked_at:%-d %b %Y %H:%M} UTC already.")
    values = {"path_id": path_id, "step": step, "account_id": account_id, "done_on": done_on}
    tick_id = int(
        connection.execute(
            sa.insert(path_ticks)
            .values(**values, ticked_at=at, ticked_by=viewer.person)
            .returning(path_ticks.c.tick_id)
        ).scalar_one()
    )
    record(connection, viewer, at, "path step ticked", f"tick {tick_id}", after=values)
    return tick_id


def undo(connection: sa.Connection, viewer: Viewer, at: datetime, tick_id: int) -> None:
    """Take a tick back; it stays on record with who took it back and when."""
    viewer.may_write()
    row = connection.execute(
        sa.select(path_ticks)
        .where(path_ticks.c.tick_id == tick_id, visible(viewer, path_ticks.c.account_id))
        .with_for_update()
    ).first()
    if row is None:
        raise NotYours(f"There is no tick {tick_id} on your accounts.")
    if row.undone_at is not None:
        raise Conflict(f"{row.undone_by} took this tick back at {row.undone_at:%-d %b %Y %H:%M} UTC already.")
    connection.execute(
        sa.update(path_ticks)
        .where(path_ticks.c.tick_id == tick_id)
        .values(undone_at=at, undone_by=viewer.person)
    )
    before = {"step": row.step, "account_id": row.account_id, "done_on": row.done_on}
    record(connection, viewer, at, "path step unticked", f"tick {tick_id}", before=before)
