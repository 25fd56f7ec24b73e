"""Renewals won and lost, as people recorded them; a change keeps the row, an undo withdraws it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import polars as pl
import sqlalchemy as sa

from data_access.audit import record
from data_access.conflicts import changed
from data_access.database import Database
from data_access.errors import Conflict, NotYours
from data_access.schema.value import renewal_results as results
from data_access.scope import visible
from data_access.tasks import hold
from data_access.viewer import Viewer
from models.renewal_results import RENEWAL_RESULTS


def listing(database: Database, viewer: Viewer) -> pl.DataFrame:
    """What stands for the viewer's accounts, newest due day first; columns of `RENEWAL_RESULTS`."""
    statement = sa.select(*(results.c[name] for name in RENEWAL_RESULTS.names)).where(
        visible(viewer, results.c.account_id), results.c.withdrawn_at.is_(None)
    )
    return database.frame(statement.order_by(results.c.due_on.desc(), results.c.account_id), RENEWAL_RESULTS)


def add(
    connection: sa.Connection,
    viewer: Viewer,
    at: datetime,
    account_id: str,
    due_on: date,
    values: dict[str, str],
) -> int:
    """Record how a renewal of an account that the viewer may see went; returns its id.

    Raises `Conflict` when somebody recorded it meanwhile.
    """
    viewer.may_write()
    hold(connection, viewer, account_id)
    standing = connection.execute(
        sa.select(results).where(
            results.c.account_id == account_id, results.c.due_on == due_on, results.c.withdrawn_at.is_(None)
        )
    ).first()
    if standing is not None:
        raise _changed(standing, values)
    result_id = int(
        connection.execute(
            sa.insert(results)
            .values(
                account_id=account_id,
                due_on=due_on,
                recorded_at=at,
                recorded_by=viewer.person,
                version=1,
                **values,
            )
            .returning(results.c.result_id)
        ).scalar_one()
    )
    told = {"account_id": account_id, "due_on": due_on, **values}
    record(connection, viewer, at, "renewal recorded", f"renewal result {result_id}", after=told)
    return result_id


def change(
    connection: sa.Connection,
    viewer: Viewer,
    at: datetime,
    result_id: int,
    version: int,
    what: str,
    values: dict[str, Any],
) -> int:
    """Set `values` on a result still at `version`; returns the new version.

    Raises `NotFound` for one that the viewer may not see, `Conflict` when somebody changed it meanwhile.
    """
    viewer.may_write()
    row = connection.execute(
        sa.select(results)
        .where(results.c.result_id == result_id, visible(viewer, results.c.account_id))
        .with_for_update()
    ).first()
    if row is None:
        raise NotYours(f"There is no renewal result {result_id} among your accounts.")
    if row.version != version or row.withdrawn_at is not None:
        raise _changed(row, values)
    kept = {**values, "recorded_at": at, "recorded_by": viewer.person, "version": version + 1}
    connection.execute(sa.update(results).where(results.c.result_id == result_id).values(**kept))
    before = {name: getattr(row, name) for name in ("result", "reason", "note")}
    record(connection, viewer, at, what, f"renewal result {result_id}", before=before, after=values)
    return version + 1


def _changed(row: sa.Row[Any], mine: Mapping[str, Any]) -> Conflict:
    at = row.withdrawn_at or row.recorded_at
    return changed("This renewal", row.recorded_by, at, row._mapping, mine)
