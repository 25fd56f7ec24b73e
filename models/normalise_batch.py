"""What passes between reading and storing: raw batches, rejects, and normalised batches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import polars as pl

from models.contracts import Column, Contract

REJECTS = Contract(
    "rejects",
    (
        Column("file", pl.String(), required=True),
        Column("line", pl.Int64(), doc="physical line, sheet row or row of the query, from 1"),
        Column("column", pl.String(), doc="their column's name; null when the whole line is bad"),
        Column("value", pl.String(), doc="what stood there, cut to 200 characters"),
        Column("reason", pl.String(), required=True, doc="in plain words"),
        Column("row", pl.String(), doc="the mapped cells as a JSON object, or the line as it stands"),
    ),
)
"""One row for each row of a source that is not taken."""

VALUE_LIMIT = 200
ROW_LIMIT = 10_000


@dataclass(frozen=True)
class RawBatch:
    """Some rows as a source gave them.

    `rows` has the mapped source columns (text from text files, typed from databases), `lines` the
    place of each row, `rejects` the rows that have no structure to read (`REJECTS`).
    `position` counts the bytes (or rows, where a source has no bytes) used up so far.
    """

    rows: pl.DataFrame
    lines: pl.Series
    file: str
    rejects: pl.DataFrame = field(default_factory=REJECTS.empty)
    position: int = 0


@dataclass(frozen=True)
class Normalised:
    """One step of an import: rows read = good + rejects + repeats, over all steps.

    `good` has the fact's columns in order, then `file` and `line`.
    `repeats` counts rows that stand again with the same values.
    """

    good: pl.DataFrame
    rejects: pl.DataFrame
    read: int
    repeats: int = 0
    position: int = 0


def rejected(file: str, lines: Sequence[tuple[int, str, str]]) -> pl.DataFrame:
    """Whole lines that cannot be taken, each given as line, reason and text, as a `REJECTS` frame.

    >>> rejected("a.csv", [(3, "the line has 1 field where the header has 2", "x")]).rows()
    [('a.csv', 3, None, None, 'the line has 1 field where the header has 2', 'x')]
    """
    records = [(file, line, None, None, why, text[:ROW_LIMIT] or None) for line, why, text in lines]
    return pl.DataFrame(records, schema=REJECTS.schema, orient="row")
