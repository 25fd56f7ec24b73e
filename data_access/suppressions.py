"""People who were erased, as salted digests: an import must not bring them back unseen."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import polars as pl
import sqlalchemy as sa

from data_access.database import Database
from data_access.schema import erasures, suppressions

_DIGITS = 32


@dataclass(frozen=True)
class Suppressed:
    """The digests by the salt they were made with; empty where nobody was erased."""

    by_salt: dict[str, frozenset[str]]

    def __bool__(self) -> bool:
        return bool(self.by_salt)

    def among(self, texts: pl.Series) -> pl.Series:
        """Which of some keys or addresses tell somebody who was erased; null tells nobody."""
        different = texts.drop_nulls().unique()
        known = [text for text in different.to_list() if self.has(text)]
        return texts.is_in(known).fill_null(value=False)

    def has(self, text: str) -> bool:
        """Whether one key or address tells somebody who was erased."""
        return any(digest(salt, text) in digests for salt, digests in self.by_salt.items())


def digest(salt: str, text: str) -> str:
    """The salted digest of a key or an address, however it is capitalised."""
    told = hmac.new(salt.encode(), text.strip().lower().encode(), hashlib.sha256)
    return told.hexdigest()[:_DIGITS]


def listed(database: Database) -> Suppressed:
    """Everybody who was erased."""
    with database.read() as connection:
        return listed_in(connection)


def listed_in(connection: sa.Connection) -> Suppressed:
    """Everybody who was erased, as the caller's transaction sees it."""
    found: dict[str, set[str]] = {}
    for text, salt in connection.execute(sa.select(suppressions.c.digest, suppressions.c.salt)):
        found.setdefault(salt, set()).add(text)
    return Suppressed({salt: frozenset(digests) for salt, digests in found.items()})


def named(connection: sa.Connection, key: str) -> str:
    """What the audit log calls a contact: a digest that tells nobody who does not know the key."""
    return f"contact {digest(_salt(connection), key)[:12]}"


def add(connection: sa.Connection, reference: str, texts: Iterable[str]) -> int:
    """Suppress these keys and addresses from now on, in the caller's transaction; how many are new."""
    salt, known = _salt(connection), listed_in(connection)
    fresh = {digest(salt, text) for text in texts if text.strip() and not known.has(text)}
    for one in sorted(fresh):
        connection.execute(sa.insert(suppressions).values(digest=one, salt=salt, reference=reference))
    return len(fresh)


def _salt(connection: sa.Connection) -> str:
    """The store's salt: it comes with the first row, which is nobody's digest."""
    rows = connection.execute(sa.select(suppressions.c.salt).order_by(suppressions.c.salt).limit(1))
    salt = rows.scalar()
    if salt is None:
        salt = secrets.token_hex(16)
        nobody = {"digest": digest(salt, secrets.token_hex(16)), "salt": salt, "reference": "salt"}
        connection.execute(sa.insert(suppressions).values(**nobody))
    return str(salt)


def remember(connection: sa.Connection, reference: str, at: datetime, person: str, places: str) -> None:
    """Keep that an erasure was done, by whom, and what it reached."""
    values = {"reference": reference, "erased_at": at, "erased_by": person, "places": places}
    connection.execute(sa.insert(erasures).values(**values))


def new_reference() -> str:
    """A name for an erasure that says nothing of the person."""
    return f"E-{secrets.token_hex(4)}"
