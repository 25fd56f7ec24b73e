"""Who is about to call which account, so that nobody is rung by two people."""

from __future__ import annotations

from datetime import datetime, timedelta

import polars as pl
import sqlalchemy as sa

from data_access.database import Database
from data_access.errors import Conflict
from data_access.schema import call_claims
from data_access.scope import visible
from data_access.tasks import hold
from data_access.viewer import Viewer
from models.contracts import Column, Contract
from models.facts import TEXT, TIME, WHOLE

LASTS = timedelta(hours=1)
"""A claim that nobody used for this long stands in nobody's way."""

CLAIMS = Contract(
    "claims",
    (
        Column("account_id", TEXT, required=True),
        Column("person", TEXT, required=True, doc="whose claim it is: an address"),
        Column("name", TEXT, required=True),
        Column("taken_at", TIME, required=True, doc="UTC"),
        Column("version", WHOLE, required=True),
    ),
    key=("account_id",),
)


def standing(database: Database, viewer: Viewer, now: datetime) -> pl.DataFrame:
    """The claims on the viewer's accounts that still stand; columns of `CLAIMS`."""
    columns = (call_claims.c[name] for name in CLAIMS.names)
    fresh = call_claims.c.taken_at > now - LASTS
    statement = sa.select(*columns).where(fresh, visible(viewer, call_claims.c.account_id))
    return database.few(statement, CLAIMS)


def free_for(connection: sa.Connection, viewer: Viewer, now: datetime, account_id: str) -> int:
    """The version of the account's claim (0: never taken), when it does not stand in the viewer's way.

    The caller holds the account. Raises `Conflict` when somebody else has it.
    """
    row = connection.execute(sa.select(call_claims).where(call_claims.c.account_id == account_id)).first()
    if row is None:
        return 0
    if row.person != viewer.person and row.taken_at > now - LASTS:
        raise Conflict(f"Taken by {row.name} at {row.taken_at:%H:%M} UTC; nothing was changed.")
    return int(row.version)


def take(connection: sa.Connection, viewer: Viewer, now: datetime, account_id: str) -> int:
    """Claim an account for the viewer; returns the claim's version.

    Raises `Conflict` ("Taken by NAME at TIME") when somebody else has it.
    """
    viewer.may_write()
    hold(connection, viewer, account_id)
    version = free_for(connection, viewer, now, account_id) + 1
    values = {"person": viewer.person, "name": viewer.name, "taken_at": now, "version": version}
    mine = call_claims.c.account_id == account_id
    if version == 1:
        connection.execute(sa.insert(call_claims).values(account_id=account_id, **values))
    else:
        connection.execute(sa.update(call_claims).where(mine).values(**values))
    return version


def let_go(connection: sa.Connection, viewer: Viewer, account_id: str) -> bool:
    """Give up the viewer's own claim on an account; whether there was one."""
    viewer.may_write()
    hold(connection, viewer, account_id)
    mine = (call_claims.c.account_id == account_id) & (call_claims.c.person == viewer.person)
    return bool(connection.execute(sa.delete(call_claims).where(mine)).rowcount)
