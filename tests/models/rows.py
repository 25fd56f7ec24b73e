"""Frames that keep a contract, from rows that name only what matters to a test."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from models.contracts import Contract

USER_WINDOWS: dict[str, Any] = {
    "account_id": pl.String,
    "user_id": pl.String,
    "window": pl.Int64,
    "events": pl.Int64,
    "active_days": pl.Int64,
    "last_at": pl.Datetime("us"),
}
"""What each user did in each window, as the usage source counts it."""


def frame(contract: Contract, *rows: Mapping[str, Any]) -> pl.DataFrame:
    """A checked frame of `contract`; columns that a row does not name are null.

    An unknown column is an error, so that a test can't set what nobody reads.
    """
    unknown = {name for row in rows for name in row} - set(contract.names)
    if unknown:
        raise ValueError(f"{contract.name} has no {', '.join(sorted(unknown))}")
    complete = [{name: row.get(name) for name in contract.names} for row in rows]
    return contract.check(pl.DataFrame(complete, schema=contract.schema))
