"""Reading a column as plain numbers."""

from __future__ import annotations

import polars as pl


def mean(column: pl.Series) -> float:
    """The mean of numbers, or the share of flags that are true."""
    return float(column.cast(pl.Float64).to_numpy().mean())
