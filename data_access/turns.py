"""One at a time: what reads a newest version and writes the next must not be overtaken in between."""

from __future__ import annotations

import zlib

import sqlalchemy as sa


def alone(connection: sa.Connection, what: str) -> None:
    """Keep others from `what` until the transaction ends; SQLite's write transactions do anyway."""
    if connection.dialect.name == "postgresql":
        key = zlib.crc32(f"rounds {what}".encode())
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(key)))
