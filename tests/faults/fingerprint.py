"""What a store holds, table by table, as counts and checksums that two equal stores share."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from datetime import date

import polars as pl
import sqlalchemy as sa

from data_access.backup import table_frames
from data_access.schema import METADATA
from data_access.store import Store

Print = dict[str, tuple[int, str]]
"""Rows and checksum of each table; `usage` is every event, whichever store holds it."""

CLOCKED = {
    "imports": ("finished_at",),
    "snapshots": ("stages",),
    "usage_files": ("path",),
}
"""Columns that tell when or where, not what: of two undisturbed runs they differ too."""


def fingerprint(store: Store) -> Print:
    """Numbers that the database hands out count by their order alone: a rolled-back row leaves a gap."""
    found = {}
    with store.database.read() as connection:
        for table in METADATA.sorted_tables:
            frames = list(table_frames(connection, table))
            found[table.name] = _of(table, pl.concat(frames)) if frames else (0, "")
    spans = store.usage().event_spans(None, date(2100, 1, 1))
    found["usage"] = (int(spans["events"].sum()), _digest(spans))
    return found


def _of(table: sa.Table, rows: pl.DataFrame) -> tuple[int, str]:
    numbered = [
        column.name
        for column in table.columns
        if isinstance(column.type, sa.BigInteger) and column.name.endswith("_id")
    ]
    told = rows.drop(*CLOCKED.get(table.name, ())).with_columns(
        *(pl.col(name).rank("dense") for name in numbered),
        *(pl.col(name).map_elements(_plain, return_dtype=pl.String) for name in _texts(table)),
    )
    return rows.height, _digest(told)


def _texts(table: sa.Table) -> Iterable[str]:
    return ("subject",) if table.name == "audit_log" else ()


def _plain(text: str) -> str:
    return re.sub(r"\d+", "N", text)


def _digest(frame: pl.DataFrame) -> str:
    rows = sorted(json.dumps(row, default=str) for row in frame.iter_rows())
    return hashlib.sha256("\n".join(rows).encode()).hexdigest()


def differing(one: Print, other: Print) -> set[str]:
    """The tables in which two stores are not the same."""
    return {name for name in one if one[name] != other[name]}
