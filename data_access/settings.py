"""The settings people choose: every save is a new version, none is ever changed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import polars as pl
import sqlalchemy as sa

from data_access.audit import record
from data_access.conflicts import changed
from data_access.database import Database
from data_access.errors import NotFound
from data_access.schema import settings
from data_access.turns import alone
from data_access.viewer import Viewer
from models.contracts import Column, Contract

VERSIONS = Contract(
    "settings",
    (
        Column("version", pl.Int64(), required=True),
        Column("saved_at", pl.Datetime("us"), required=True),
        Column("person", pl.String(), required=True),
        Column("body", pl.String(), required=True, doc="JSON object"),
    ),
    key=("version",),
)

_NEWEST = sa.select(settings).order_by(settings.c.version.desc()).limit(1)


def current(database: Database) -> tuple[int, dict[str, Any]]:
    """The newest version and its body; (0, {}) when nobody has chosen anything yet."""
    with database.read() as connection:
        row = connection.execute(_NEWEST).first()
    return (0, {}) if row is None else (row.version, json.loads(row.body))


def listing(database: Database) -> pl.DataFrame:
    """Every version, newest first; columns of `VERSIONS`."""
    columns = (settings.c[name] for name in VERSIONS.names)
    return database.frame(sa.select(*columns).order_by(settings.c.version.desc()), VERSIONS)


def body_in(connection: sa.Connection) -> dict[str, Any]:
    """The newest body as the caller's transaction sees it."""
    row = connection.execute(_NEWEST).first()
    return {} if row is None else dict(json.loads(row.body))


def body_of(connection: sa.Connection, version: int) -> dict[str, Any]:
    """The body of one version; version 0 is what holds before anybody chose."""
    if version == 0:
        return {}
    row = connection.execute(sa.select(settings).where(settings.c.version == version)).first()
    if row is None:
        raise NotFound(f"There are no settings of version {version}.")
    return dict(json.loads(row.body))


def still(connection: sa.Connection, version: int, mine: Mapping[str, Any] | None = None) -> None:
    """Raise `Conflict` when a newer version than the one a person looked at was saved meanwhile.

    `mine` are the entries they would have saved. Nobody else saves until the transaction ends.
    """
    alone(connection, "settings")
    row = connection.execute(_NEWEST).first()
    if row is not None and row.version != version:
        theirs = dict.fromkeys(mine or {}) | json.loads(row.body)
        raise changed(
            "What the settings say", row.person, row.saved_at, theirs, mine or {}, standing=row.version
        )


def save(connection: sa.Connection, viewer: Viewer, at: datetime, body: dict[str, Any]) -> int:
    """Write `body` as a new version in the caller's transaction."""
    viewer.may_write()
    before = body_in(connection)
    version = connection.execute(
        sa.insert(settings)
        .values(saved_at=at, person=viewer.person, body=json.dumps(body, sort_keys=True, ensure_ascii=False))
        .returning(settings.c.version)
    ).scalar_one()
    record(connection, viewer, at, "settings saved", f"version {version}", before=before, after=body)
    return int(version)
