"""Pulses: given by people, withdrawn by people, never changed and never deleted."""

from __future__ import annotations

from datetime import datetime

import polars as pl
import sqlalchemy as sa

from data_access.audit import last, record
from data_access.conflicts import changed
from data_access.database import Database
from data_access.errors import NotYours
from data_access.schema import pulses
from data_access.scope import visible
from data_access.tasks import hold
from data_access.viewer import Viewer
from models.pulse import PULSES


def listing(
    database: Database, viewer: Viewer, *, account_id: str | None = None, standing: bool = False
) -> pl.DataFrame:
    """Pulses of the viewer's accounts, newest first; columns of `PULSES`. `standing`: not withdrawn ones."""
    statement = sa.select(*(pulses.c[name] for name in PULSES.names)).where(
        visible(viewer, pulses.c.account_id)
    )
    if account_id is not None:
        statement = statement.where(pulses.c.account_id == account_id)
    if standing:
        statement = statement.where(pulses.c.withdrawn_at.is_(None))
    return database.frame(statement.order_by(pulses.c.given_at.desc(), pulses.c.pulse_id.desc()), PULSES)


def add(
    connection: sa.Connection, viewer: Viewer, at: datetime, account_id: str, level: int, reason: str
) -> int:
    """Write a pulse on an account that the viewer may see; returns its id."""
    viewer.may_write()
    hold(connection, viewer, account_id)
    values = {"account_id": account_id, "level": level, "reason": reason}
    pulse_id = int(
        connection.execute(
            sa.insert(pulses)
            .values(given_at=at, given_by=viewer.person, version=1, **values)
            .returning(pulses.c.pulse_id)
        ).scalar_one()
    )
    record(connection, viewer, at, "pulse given", f"pulse {pulse_id}", after=values)
    return pulse_id


def withdraw(connection: sa.Connection, viewer: Viewer, at: datetime, pulse_id: int, version: int) -> None:
    """Mark a pulse withdrawn; it stays in the history.

    Raises `NotFound` for a pulse that the viewer may not see and `Conflict` when it was changed meanwhile.
    """
    viewer.may_write()
    row = connection.execute(
        sa.select(pulses)
        .where(pulses.c.pulse_id == pulse_id, visible(viewer, pulses.c.account_id))
        .with_for_update()
    ).first()
    if row is None:
        raise NotYours(f"There is no pulse {pulse_id} among your accounts.")
    if row.version != version or row.withdrawn_at is not None:
        raise changed("This pulse", *last(connection, f"pulse {pulse_id}"), {}, {}, verb="withdrawn")
    connection.execute(
        sa.update(pulses).where(pulses.c.pulse_id == pulse_id).values(withdrawn_at=at, version=version + 1)
    )
    before = {"level": row.level, "reason": row.reason, "given_by": row.given_by}
    record(connection, viewer, at, "pulse withdrawn", f"pulse {pulse_id}", before=before)
