"""What the Renewals page reads."""

from __future__ import annotations

import polars as pl

from components.queries import Reader, fact, scores
from components.queries import retention as queries_retention
from components.queries.cache import kept
from data_access import renewal_results
from models.renewal_list import renewals
from models.retention import renewal_rows

_FEW = 16


def listing(reader: Reader) -> pl.DataFrame:
    """Every renewal from 120 days back on, with what people recorded: `RENEWALS`."""
    stamps = reader.stamps
    moved = f"{stamps.snapshot} {stamps.imports} {stamps.changes}"
    return _listing(f"{reader.store.database.url} {moved} {reader.viewer.scope}", reader)


@kept(_FEW)
def _listing(key: str, _reader: Reader) -> pl.DataFrame:
    return renewals(
        scores(_reader),
        renewal_rows(queries_retention.book(_reader), 4),
        fact(_reader, "accounts"),
        fact(_reader, "survey_responses"),
        renewal_results.listing(_reader.store.database, _reader.viewer),
        _reader.as_of,
    )
