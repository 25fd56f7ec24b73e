"""The audit log as its page reads it: never cached, since it is what has just happened."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

import polars as pl

from components.queries import Reader
from data_access import audit


@dataclass(frozen=True)
class Search:
    """What entries are looked for; see `data_access.audit.listing`."""

    since: datetime | None = None
    until: datetime | None = None
    person: str = ""
    what: str = ""
    words: str = ""


def may_read(reader: Reader) -> None:
    """Raise `NotAllowed` unless the viewer reads what everybody did."""
    audit.may_read(reader.viewer)


def moved_by_others(reader: Reader, deeds: tuple[str, ...]) -> bool:
    """Whether a colleague did one of these deeds since the page was drawn with this reader."""
    return audit.moved_by_others(reader.store.database, reader.viewer, reader.stamps.changes, deeds)


def names(reader: Reader) -> tuple[list[str], list[str]]:
    """Everybody who did something, and everything that was done."""
    return audit.names(reader.store.database, reader.viewer)


def count(reader: Reader, search: Search) -> int:
    """How many entries there are."""
    return audit.count(reader.store.database, reader.viewer, **asdict(search))


def entries(reader: Reader, search: Search, limit: int | None = None, offset: int = 0) -> pl.DataFrame:
    """Entries, newest first; columns of `data_access.audit.ENTRIES`."""
    told = asdict(search)
    return audit.listing(reader.store.database, reader.viewer, **told, limit=limit, offset=offset)
