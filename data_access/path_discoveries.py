"""What discovery found, a row each time it ran; a refresh takes the last one while its key still fits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from data_access.database import Database
from data_access.errors import NotFound
from data_access.schema import path_discoveries
from models.contracts import ContractError
from models.paths.frames import Discovery, as_json, from_json


@dataclass(frozen=True)
class Kept:
    """A discovery on record: the last day it knew, when it was made (UTC), and what it was made from."""

    discovery_id: int
    as_of: date
    made_at: datetime
    key: str
    found: Discovery


def by_key(database: Database, key: str) -> Kept | None:
    """The newest discovery made from exactly this, or None; one of another version of Rounds is none."""
    return _read(database, path_discoveries.c.key == key)


def get(database: Database, discovery_id: int) -> Kept:
    """The discovery of this id. Raises `NotFound`, also when this version of Rounds can't read it."""
    kept = _read(database, path_discoveries.c.discovery_id == discovery_id)
    if kept is None:
        raise NotFound(f"There is no discovery {discovery_id} that can be read: refresh to make a new one.")
    return kept


def add(connection: sa.Connection, at: datetime, as_of: date, key: str, found: Discovery) -> int:
    """Keep a discovery in the caller's transaction; returns its id."""
    values = {
        "as_of": as_of,
        "made_at": at,
        "key": key,
        "verdict": found.verdict,
        "paths": found.paths.height,
    }
    statement = sa.insert(path_discoveries).values(**values, body=as_json(found))
    return int(connection.execute(statement.returning(path_discoveries.c.discovery_id)).scalar_one())


def _read(database: Database, condition: sa.ColumnElement[bool]) -> Kept | None:
    newest = sa.select(path_discoveries).where(condition).order_by(path_discoveries.c.discovery_id.desc())
    with database.read() as connection:
        row = connection.execute(newest.limit(1)).first()
    if row is None:
        return None
    try:
        found = from_json(row.body)
    except ContractError:
        return None
    return Kept(row.discovery_id, row.as_of, row.made_at, row.key, found)
