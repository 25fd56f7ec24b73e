"""The first rows of a file, for proposing a mapping."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from data_access.files.source import open_file
from models.propose_profile import SampledFile

SAMPLE_ROWS = 100_000


def sample(path: Path, name: str | None = None, rows: int = SAMPLE_ROWS) -> SampledFile:
    """Read the first rows of one file; `name` is what a mapping should call it (default: its own name).

    Raises `InputError` when the file is missing, empty or cannot be read.
    """
    opened = open_file(path)
    columns = list(dict.fromkeys(opened.columns))
    parts: list[pl.DataFrame] = []
    height, whole = 0, True
    for batch in opened.batches(columns, small=True):
        if height >= rows:
            whole = False
            break
        parts.append(batch.rows)
        height += batch.rows.height
    frame = pl.concat(parts, how="vertical_relaxed") if parts else pl.DataFrame()
    return SampledFile(name or path.name, frame.head(rows), whole and height <= rows)
