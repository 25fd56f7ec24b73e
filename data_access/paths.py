"""Adopted paths with all their versions: written once, never overwritten."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import polars as pl
import sqlalchemy as sa

from data_access.audit import record
from data_access.conflicts import changed
from data_access.database import Database
from data_access.errors import Conflict, NotFound
from data_access.schema import happy_path_versions, happy_paths
from data_access.viewer import Viewer
from models.contracts import Column, Contract
from models.facts import TEXT, TIME, WHOLE

DRAFT, ADOPTED, RETIRED = "draft", "adopted", "retired"

VERSIONS = Contract(
    "happy_path_versions",
    (
        Column("path_id", WHOLE, required=True),
        Column("version", WHOLE, required=True, doc="from 1"),
        Column("name", TEXT, required=True),
        Column("segment", TEXT, required=True, doc="empty: for everybody"),
        Column("body", TEXT, required=True, doc="JSON of `models.paths.adopted.HappyPath`"),
        Column("saved_at", TIME, required=True, doc="UTC"),
        Column("saved_by", TEXT, required=True),
        Column("adopted_at", TIME, doc="UTC; null when this version was never in force"),
        Column("adopted_by", TEXT),
    ),
    key=("path_id", "version"),
)

PATHS = Contract(
    "happy_paths",
    (
        *VERSIONS.columns,
        Column("state", TEXT, required=True, doc="draft, adopted or retired"),
        Column("adopted_version", WHOLE, doc="the version in force; null when none is"),
        Column("changed_at", TIME, required=True, doc="UTC"),
        Column("changed_by", TEXT, required=True),
    ),
    key=("path_id",),
)
"""A path and one of its versions: the newest, or the one in force."""


def newest(database: Database) -> pl.DataFrame:
    """Every path with its newest version, retired ones last; columns of `PATHS`."""
    return _with_versions(database, happy_paths.c.version)


def in_force(database: Database) -> pl.DataFrame:
    """The adopted paths with the version that counts; columns of `PATHS`."""
    return _with_versions(database, happy_paths.c.adopted_version, happy_paths.c.state == ADOPTED)


def adopted_versions(rows: pl.DataFrame) -> list[list[int]]:
    """Which version of which path is in force, in `PATHS` or in the steps of paths; as notes keep it."""
    told = rows.drop_nulls("path_id").select("path_id", "version").unique().sort("path_id")
    return [list(row) for row in told.iter_rows()]


def differ(note: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    """Whether other paths or ticks hold now than those noted; what was not noted counts as the same."""
    return any(name in note and note[name] != now[name] for name in ("adopted", "ticks"))


def versions(database: Database, path_id: int) -> pl.DataFrame:
    """Every version of a path, newest first; columns of `VERSIONS`."""
    statement = sa.select(*(happy_path_versions.c[name] for name in VERSIONS.names))
    own = statement.where(happy_path_versions.c.path_id == path_id)
    return database.frame(own.order_by(happy_path_versions.c.version.desc()), VERSIONS)


def body_of(connection: sa.Connection, path_id: int, version: int) -> str:
    """The body of one version of a path, or `NotFound`."""
    own = (happy_path_versions.c.path_id == path_id, happy_path_versions.c.version == version)
    found = connection.execute(sa.select(happy_path_versions.c.body).where(*own)).scalar()
    if found is None:
        raise NotFound(f"There is no version {version} of path {path_id}.")
    return str(found)


def names_in_force(connection: sa.Connection, segment: str, but: int = 0) -> list[str]:
    """The names of the paths adopted for a segment ("": for everybody), leaving one path out.

    Whoever asks holds all paths until the transaction ends, so that two people can't both adopt the last.
    """
    _alone(connection)
    rows = connection.execute(
        sa.select(happy_path_versions.c.name)
        .join(happy_paths, happy_paths.c.path_id == happy_path_versions.c.path_id)
        .where(
            happy_paths.c.state == ADOPTED,
            happy_path_versions.c.version == happy_paths.c.adopted_version,
            happy_path_versions.c.segment == segment,
            happy_paths.c.path_id != but,
        )
    )
    return list(rows.scalars())


def held(connection: sa.Connection, path_id: int, seen: int) -> sa.Row[Any]:
    """The path's row, kept from others until the transaction ends.

    Raises `Conflict` when its newest version is not the one that was seen.
    """
    _alone(connection)
    row = connection.execute(
        sa.select(happy_paths).where(happy_paths.c.path_id == path_id).with_for_update()
    ).first()
    if row is None:
        raise NotFound(f"There is no path {path_id}.")
    if row.version != seen:
        raise changed("This path", row.changed_by, row.changed_at, {}, {}, standing=row.version)
    return row


def held_to_change(connection: sa.Connection, path_id: int, seen: int) -> sa.Row[Any]:
    """As `held`; a path that somebody retired is refused too, until it is adopted again."""
    row = held(connection, path_id, seen)
    if row.state == RETIRED:
        raise Conflict(
            f"This path was retired by {row.changed_by} at {row.changed_at:%-d %b %Y %H:%M} UTC; "
            "adopt it again before you change it."
        )
    return row


def begin(connection: sa.Connection, viewer: Viewer, at: datetime, name: str, segment: str, body: str) -> int:
    """Write a new path as version 1, a draft; returns its id."""
    viewer.may_write()
    values = {"state": DRAFT, "version": 1, "changed_at": at, "changed_by": viewer.person}
    path_id = int(
        connection.execute(
            sa.insert(happy_paths).values(**values).returning(happy_paths.c.path_id)
        ).scalar_one()
    )
    _insert(connection, viewer, at, path_id, 1, name, segment, body)
    record(connection, viewer, at, "path written", _subject(path_id, 1), after=json.loads(body))
    return path_id


def save(
    connection: sa.Connection,
    viewer: Viewer,
    at: datetime,
    row: sa.Row[Any],
    name: str,
    segment: str,
    body: str,
    what: str,
) -> int:
    """Write the next version of a path that is `held`; returns it. `what` names the deed in the log."""
    viewer.may_write()
    version = int(row.version) + 1
    _insert(connection, viewer, at, row.path_id, version, name, segment, body)
    _set(connection, viewer, at, row.path_id, version=version)
    before = json.loads(body_of(connection, row.path_id, row.version))
    record(
        connection, viewer, at, what, _subject(row.path_id, version), before=before, after=json.loads(body)
    )
    return version


def put_in_force(connection: sa.Connection, viewer: Viewer, at: datetime, path_id: int, version: int) -> None:
    """Make this version of a path the one that counts."""
    viewer.may_write()
    was = sa.select(happy_paths.c.state, happy_paths.c.adopted_version).where(
        happy_paths.c.path_id == path_id
    )
    before = dict(connection.execute(was).mappings().one())
    connection.execute(
        sa.update(happy_path_versions)
        .where(happy_path_versions.c.path_id == path_id, happy_path_versions.c.version == version)
        .values(adopted_at=at, adopted_by=viewer.person)
    )
    _set(connection, viewer, at, path_id, state=ADOPTED, adopted_version=version)
    after = {"state": ADOPTED, "adopted_version": version}
    record(connection, viewer, at, "path adopted", _subject(path_id, version), before=before, after=after)


def retire(connection: sa.Connection, viewer: Viewer, at: datetime, row: sa.Row[Any]) -> None:
    """Take a path that is `held` out of force; its versions stay."""
    viewer.may_write()
    _set(connection, viewer, at, row.path_id, state=RETIRED, adopted_version=None)
    before = {"state": row.state, "adopted_version": row.adopted_version}
    record(
        connection,
        viewer,
        at,
        "path retired",
        _subject(row.path_id, row.version),
        before=before,
        after={"state": RETIRED},
    )


def _alone(connection: sa.Connection) -> None:
    """One change of paths at a time: taken before any row, so that two can't wait for each other."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(zlib.crc32(b"rounds happy paths"))))


def _with_versions(
    database: Database, version: sa.ColumnElement[int], *conditions: sa.ColumnElement[bool]
) -> pl.DataFrame:
    own = [happy_path_versions.c[name] for name in VERSIONS.names]
    head = [happy_paths.c[name] for name in PATHS.names if name not in VERSIONS.names]
    same = (happy_path_versions.c.path_id == happy_paths.c.path_id) & (
        happy_path_versions.c.version == version
    )
    statement = sa.select(*own, *head).select_from(happy_paths.join(happy_path_versions, same))
    order = (happy_paths.c.state == RETIRED, happy_path_versions.c.segment, happy_paths.c.path_id)
    return database.frame(statement.where(*conditions).order_by(*order), PATHS)


def _insert(
    connection: sa.Connection,
    viewer: Viewer,
    at: datetime,
    path_id: int,
    version: int,
    name: str,
    segment: str,
    body: str,
) -> None:
    values = {"path_id": path_id, "version": version, "name": name, "segment": segment, "body": body}
    connection.execute(sa.insert(happy_path_versions).values(**values, saved_at=at, saved_by=viewer.person))


def _set(connection: sa.Connection, viewer: Viewer, at: datetime, path_id: int, **values: Any) -> None:
    connection.execute(
        sa.update(happy_paths)
        .where(happy_paths.c.path_id == path_id)
        .values(**values, changed_at=at, changed_by=viewer.person)
    )


def _subject(path_id: int, version: int) -> str:
    return f"path {path_id} version {version}"
