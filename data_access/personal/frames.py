"""One person in the bulky parts of snapshots: what they did, and sentences that name them."""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import polars as pl
import sqlalchemy as sa

from data_access.schema import snapshot_frames
from models.personal import ID_COLUMNS, Traces, cleaned, without

BEHAVIOUR = ("users", "champions")
"""Parts whose rows are what one person did: those go as a whole."""

_TEXTS = (pl.String(), pl.List(pl.String))
_GROUP, _GROUP_OF_LISTS = 1000, 250


@dataclass(frozen=True)
class Part:
    """A part of a snapshot that holds something of the person, and in how many rows."""

    snapshot_id: int
    name: str
    rows: int


def find(connection: sa.Connection, traces: Traces) -> list[Part]:
    """Every part of every snapshot with a row that is the person's or names them."""
    of = snapshot_frames.c
    names = connection.execute(sa.select(of.snapshot_id, of.name).order_by(of.snapshot_id, of.name)).all()
    found = []
    for snapshot_id, name in names:
        body = _body(connection, snapshot_id, name)
        columns = _columns(body)
        if columns:
            rows = int(_touched(pl.read_parquet(io.BytesIO(body), columns=columns), traces).sum())
            found += [Part(snapshot_id, name, rows)] * bool(rows)
    return found


def clean(connection: sa.Connection, traces: Traces, parts: Iterable[Part]) -> None:
    """Rewrite the parts that were found without the person, in the caller's transaction."""
    for part in parts:
        frame = pl.read_parquet(io.BytesIO(_body(connection, part.snapshot_id, part.name)))
        frame = _without(part.name, frame, traces)
        buffer = io.BytesIO()
        lists = any(isinstance(dtype, pl.List) for dtype in frame.dtypes)
        frame.write_parquet(buffer, compression="zstd", row_group_size=_GROUP_OF_LISTS if lists else _GROUP)
        of = snapshot_frames.c
        connection.execute(
            sa.update(snapshot_frames)
            .where(of.snapshot_id == part.snapshot_id, of.name == part.name)
            .values(rows=frame.height, body=buffer.getvalue())
        )


def rows_of(connection: sa.Connection, part: Part, traces: Traces) -> list[dict[str, Any]]:
    """The rows of a part that are the person's or name them."""
    frame = pl.read_parquet(io.BytesIO(_body(connection, part.snapshot_id, part.name)))
    return frame.filter(_touched(frame, traces)).to_dicts()


def _body(connection: sa.Connection, snapshot_id: int, name: str) -> bytes:
    of = snapshot_frames.c
    return bytes(
        connection.execute(
            sa.select(of.body).where(of.snapshot_id == snapshot_id, of.name == name)
        ).scalar_one()
    )


def _columns(body: bytes) -> list[str]:
    schema = pl.read_parquet_schema(io.BytesIO(body))
    return [name for name, dtype in schema.items() if dtype in _TEXTS]


def _touched(frame: pl.DataFrame, traces: Traces) -> pl.Series:
    """Which rows are the person's or name them."""
    masks = [traces.named(name) for name in ID_COLUMNS if name in frame.columns]
    own = pl.col("account_id").is_in(traces.accounts) if "account_id" in frame.columns else pl.lit(value=True)
    for name, dtype in frame.schema.items():
        if dtype not in _TEXTS or name in (*ID_COLUMNS, "account_id", "csm_id"):
            continue
        text = pl.col(name).list.join("\n") if isinstance(dtype, pl.List) else pl.col(name)
        masks.append(text.str.contains(traces.quoting()) & own if traces.quoting() else pl.lit(value=False))
        if traces.sure():
            masks.append(text.str.contains(traces.sure()))
    found = frame.select(pl.any_horizontal(one.fill_null(value=False) for one in masks)) if masks else None
    return pl.Series([False]).new_from_index(0, frame.height) if found is None else found.to_series()


def _without(name: str, frame: pl.DataFrame, traces: Traces) -> pl.DataFrame:
    ids = [column for column in ID_COLUMNS if column in frame.columns]
    if name in BEHAVIOUR:
        theirs = pl.any_horizontal(traces.named(column) for column in ids)
        frame = frame.filter(~theirs)
    touched = _touched(frame, traces)
    if not touched.any():
        return frame
    placed = frame.with_row_index("_at")
    rest, rows = placed.filter(~touched), placed.filter(touched)
    emptied = [
        pl.when(traces.named(column)).then(pl.lit("")).otherwise(column).alias(column) for column in ids
    ]
    rows = rows.with_columns(emptied).with_columns(_rewritten(rows, traces))
    return pl.concat([rest, rows]).sort("_at").drop("_at")


def _rewritten(rows: pl.DataFrame, traces: Traces) -> list[pl.Series]:
    pattern = traces.quoting()
    changed = []
    for name, dtype in rows.schema.items():
        if name in (*ID_COLUMNS, "account_id", "csm_id"):
            continue
        if dtype == pl.String:
            texts = [None if text is None else without(text, traces, pattern) for text in rows[name]]
            changed.append(pl.Series(name, texts, dtype=pl.String))
        elif dtype == pl.List(pl.String):
            lists = [
                None if some is None else cleaned(pl.Series(some, dtype=pl.String), pattern).to_list()
                for some in rows[name].to_list()
            ]
            changed.append(pl.Series(name, lists, dtype=pl.List(pl.String)))
    return changed
