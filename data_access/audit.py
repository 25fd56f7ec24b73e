"""The audit log: who did what to which rows; it is only ever added to."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import datetime
from functools import lru_cache
from typing import Any

import polars as pl
import sqlalchemy as sa

from data_access.database import Database
from data_access.errors import NotAllowed
from data_access.schema import audit_log
from data_access.viewer import Role, Viewer
from models.contracts import Column, Contract

READERS: tuple[Role, ...] = ("admin", "auditor", "system")

ENTRIES = Contract(
    "audit_log",
    (
        Column("entry_id", pl.Int64(), required=True),
        Column("at", pl.Datetime("us"), required=True, doc="UTC"),
        Column("person", pl.String(), required=True),
        Column("what", pl.String(), required=True),
        Column("subject", pl.String(), required=True),
        Column("rows", pl.Int64(), required=True, doc="how many rows it touched or took out"),
        Column("before", pl.String(), doc="JSON object"),
        Column("after", pl.String(), doc="JSON object"),
    ),
    key=("entry_id",),
)


def may_read(viewer: Viewer) -> None:
    """Raise `NotAllowed` unless this role reads what everybody did."""
    if viewer.role not in READERS:
        raise NotAllowed(f"The audit log is for auditors; {viewer.name} is signed in as {viewer.role}.")


def listing(
    database: Database,
    viewer: Viewer,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    person: str = "",
    what: str = "",
    words: str = "",
    limit: int | None = None,
    offset: int = 0,
) -> pl.DataFrame:
    """Entries, newest first; columns of `ENTRIES`.

    `since` counts, `until` does not any more; `person` and `what` are exact; `words` may stand anywhere in
    subject, before or after.
    """
    may_read(viewer)
    entries = sa.select(*(audit_log.c[name] for name in ENTRIES.names))
    found = entries.where(*_asked(since, until, person, what, words)).order_by(audit_log.c.entry_id.desc())
    return database.few(found.limit(limit).offset(offset), ENTRIES)


def count(
    database: Database,
    viewer: Viewer,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    person: str = "",
    what: str = "",
    words: str = "",
) -> int:
    """How many entries `listing` would find."""
    may_read(viewer)
    asked = _asked(since, until, person, what, words)
    with database.read() as connection:
        return int(
            connection.execute(sa.select(sa.func.count(audit_log.c.entry_id)).where(*asked)).scalar_one()
        )


def names(database: Database, viewer: Viewer) -> tuple[list[str], list[str]]:
    """Everybody who did something, and everything that was done, in order."""
    may_read(viewer)
    with database.read() as connection:
        who = connection.execute(sa.select(audit_log.c.person).distinct().order_by(audit_log.c.person))
        what = connection.execute(sa.select(audit_log.c.what).distinct().order_by(audit_log.c.what))
        return list(who.scalars()), list(what.scalars())


def last(connection: sa.Connection, subject: str) -> tuple[str | None, datetime | None]:
    """Who last did something to this subject, and when (UTC); nobody where the log has no such entry."""
    entry = sa.select(audit_log.c.person, audit_log.c.at).where(audit_log.c.subject == subject)
    row = connection.execute(entry.order_by(audit_log.c.entry_id.desc()).limit(1)).first()
    return (None, None) if row is None else (row.person, row.at)


def knows(connection: sa.Connection, person: str, what: str, told: str, since: datetime) -> bool:
    """Whether an entry of this person and deed since then (UTC) tells a text in what stood there after."""
    entry = sa.select(audit_log.c.entry_id).where(
        audit_log.c.at >= since,
        audit_log.c.person == person,
        audit_log.c.what == what,
        audit_log.c.after.contains(told, autoescape=True),
    )
    return connection.execute(entry.limit(1)).first() is not None


def moved_by_others(database: Database, viewer: Viewer, after: int, deeds: Collection[str]) -> bool:
    """Whether somebody else did something since entry `after` whose name begins with one of these words.

    Anybody may ask: it tells that, not what and not of whom.
    """
    told = {"after": after, "viewer": viewer.person}
    with database.read() as connection:
        return connection.execute(_by_others(tuple(deeds)), told).first() is not None


@lru_cache(maxsize=4)
def _by_others(deeds: tuple[str, ...]) -> sa.Select[tuple[int]]:
    """Every open page asks this every few seconds: the statement is made once."""
    begins = sa.or_(*(audit_log.c.what.startswith(deed) for deed in deeds))
    others = audit_log.c.person != sa.bindparam("viewer")
    entries = sa.select(audit_log.c.entry_id).where(audit_log.c.entry_id > sa.bindparam("after"))
    return entries.where(others, begins).limit(1)


def _asked(
    since: datetime | None, until: datetime | None, person: str, what: str, words: str
) -> list[sa.ColumnElement[bool]]:
    asked: list[sa.ColumnElement[bool]] = []
    if since is not None:
        asked.append(audit_log.c.at >= since)
    if until is not None:
        asked.append(audit_log.c.at < until)
    if person:
        asked.append(audit_log.c.person == person)
    if what:
        asked.append(audit_log.c.what == what)
    if words:
        places = (audit_log.c.subject, audit_log.c.before, audit_log.c.after)
        asked.append(sa.or_(*(place.icontains(words, autoescape=True) for place in places)))
    return asked


def record(
    connection: sa.Connection,
    viewer: Viewer,
    at: datetime,
    what: str,
    subject: str,
    *,
    rows: int = 1,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    """Write one entry in the caller's transaction, so that no change goes unrecorded."""
    connection.execute(
        sa.insert(audit_log).values(
            at=at,
            person=viewer.person,
            what=what,
            subject=subject,
            rows=rows,
            before=_json(before),
            after=_json(after),
        )
    )


def _json(values: dict[str, Any] | None) -> str | None:
    return None if values is None else json.dumps(values, default=str, ensure_ascii=False)
