"""What was imported and refused, how new it is, and for how much of the book there is any."""

from __future__ import annotations

from datetime import date

import polars as pl

from components.queries import Reader, fact, fact_rows, scores
from components.queries.cache import kept
from data_access import imports
from models import freshness

_FEW = 16


def import_list(reader: Reader) -> pl.DataFrame:
    """Past imports, newest first; columns of `data_access.imports.IMPORTS`."""
    return _listing(*_key(reader), reader)


def is_demo(reader: Reader) -> bool:
    """Whether all that was ever imported is the demo company."""
    return _is_demo(*_key(reader), reader)


def fresh(reader: Reader, today: date) -> pl.DataFrame:
    """How old each kind of data is today: `models.freshness.FRESHNESS`."""
    return _fresh(*_key(reader), today, reader)


def covered(reader: Reader) -> pl.DataFrame:
    """The viewer's live accounts with what there is of each, as `models.freshness.covered` flags it."""
    return freshness.covered(scores(reader), fact(reader, "contacts"), reader.as_of)


def coverage(reader: Reader) -> pl.DataFrame:
    """Of how many of them there is each: `models.freshness.COVERAGE`."""
    return _coverage(*_key(reader), reader.stamps.snapshot, reader.viewer.scope, reader)


def rejects(reader: Reader, import_id: int) -> pl.DataFrame:
    """The rows that one import refused; for admins, and never kept."""
    return imports.rejects(reader.store.database, reader.viewer, import_id)


def _key(reader: Reader) -> tuple[str, int]:
    return str(reader.store.database.url), reader.stamps.imports


@kept(_FEW)
def _listing(store_key: str, imports_stamp: int, _reader: Reader) -> pl.DataFrame:
    return imports.listing(_reader.store.database)


@kept(_FEW)
def _is_demo(store_key: str, imports_stamp: int, _reader: Reader) -> bool:
    sources = import_list(_reader)["source"].unique().to_list()
    return bool(sources) and all("demo" in source for source in sources)


@kept(_FEW)
def _fresh(store_key: str, imports_stamp: int, today: date, _reader: Reader) -> pl.DataFrame:
    newest = imports.freshness(_reader.store.database)
    return freshness.freshness(fact_rows(_reader), newest, import_list(_reader), today)


@kept(_FEW)
def _coverage(
    store_key: str, imports_stamp: int, snapshot_id: int, scope: str, _reader: Reader
) -> pl.DataFrame:
    return freshness.coverage(covered(_reader))
