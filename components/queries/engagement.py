"""What the Engagement page reads: the book, an earlier day's book, and their difference."""

from __future__ import annotations

from datetime import date

import polars as pl

from components import queries
from components.queries import Reader
from components.queries.cache import kept
from data_access import snapshots
from models.book_view import book_view
from models.snapshot import WEEKS

_FEW = 32


def earlier_days(reader: Reader) -> dict[date, int]:
    """The days before the one shown that have a snapshot, newest first, each with its last snapshot."""
    stamps = reader.stamps
    return _days(str(reader.store.database.url), stamps.snapshot, stamps.changes, reader)


def book_in(reader: Reader, snapshot_id: int) -> pl.DataFrame:
    """The viewer's book in an earlier snapshot; columns of `models.book_view.VIEW`, no weeks or kinds."""
    store = str(reader.store.database.url)
    return _book_in(store, snapshot_id, reader.stamps.imports, reader.viewer.scope, reader)


@kept(_FEW)
def _days(store_key: str, newest: int, changes: int, _reader: Reader) -> dict[date, int]:
    listed = snapshots.listing(_reader.store.database).unique("as_of", keep="first", maintain_order=True)
    before = listed.filter(pl.col("as_of") < _reader.as_of)
    return dict(before.select("as_of", "snapshot_id").iter_rows())


@kept(_FEW, "Reading the earlier day …")
def _book_in(
    store_key: str, snapshot_id: int, imports_stamp: int, scope: str, _reader: Reader
) -> pl.DataFrame:
    scores = queries.scores_in(_reader, snapshot_id)
    none = queries.open_exceptions(_reader).clear()
    return book_view(scores, WEEKS.empty(), none, queries.csms(_reader))
