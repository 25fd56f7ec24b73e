"""The settings people choose: every save is a new version, none is ever changed."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from data_access.audit import record
from data_access.database import Database
from data_access.schema import settings
from data_access.viewer import Viewer

_NEWEST = sa.select(settings.c.version, settings.c.body).order_by(settings.c.version.desc()).limit(1)


def current(database: Database) -> tuple[int, dict[str, Any]]:
    """The newest version and its body; (0, {}) when nobody has chosen anything yet."""
    with database.read() as connection:
        row = connection.execute(_NEWEST).first()
    return (0, {}) if row is None else (row.version, json.loads(row.body))


def body_in(connection: sa.Connection) -> dict[str, Any]:
    """The newest body as the caller's transaction sees it."""
    row = connection.execute(_NEWEST).first()
    return {} if row is None else dict(json.loads(row.body))


def save(connection: sa.Connection, viewer: Viewer, at: datetime, body: dict[str, Any]) -> int:
    """Write `body` as a new version in the caller's transaction."""
    viewer.may_write()
    version = connection.execute(
        sa.insert(settings)
        .values(saved_at=at, person=viewer.person, body=json.dumps(body, sort_keys=True, ensure_ascii=False))
        .returning(settings.c.version)
    ).scalar_one()
    record(connection, viewer, at, "settings saved", f"version {version}", after=body)
    return int(version)
