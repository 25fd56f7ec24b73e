"""Who has taken which call, and which exceptions the alert budget lets become one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

import polars as pl

from components.queries.cache import kept
from data_access import claims, exceptions
from models.call_budget import Budget, a_week_in, budget_from
from models.exception_view import BUDGET_SETTING

if TYPE_CHECKING:
    from components.queries import Reader

_FEW = 32


def taken(reader: Reader, now: datetime) -> dict[str, dict[str, Any]]:
    """The claims that stand on the viewer's accounts, by account; rows of `data_access.claims.CLAIMS`.

    Each claim is on the audit log, so that what is kept is stale as soon as somebody takes another.
    """
    stamps, scope = reader.stamps, reader.viewer.scope
    known = _taken(str(reader.store.database.url), stamps.changes, stamps.imports, scope, reader, now)
    return {account: row for account, row in known.items() if row["taken_at"] > now - claims.LASTS}


def budget(reader: Reader, scores: pl.DataFrame, settings: Mapping[str, Any]) -> Budget:
    """The call list's alert budget. Only a refresh opens and closes exceptions: nothing else moves it."""
    stamps, scope = reader.stamps, reader.viewer.scope
    key = (str(reader.store.database.url), stamps.snapshot, stamps.imports, scope, a_week_in(settings))
    return _budget(*key, reader, scores)


@kept(_FEW)
def _budget(
    store_key: str,
    snapshot_id: int,
    imports_stamp: int,
    scope: str,
    a_week: int,
    _reader: Reader,
    _scores: pl.DataFrame,
) -> Budget:
    every = exceptions.listing(_reader.store.database, _reader.viewer, only_open=False)
    return budget_from({BUDGET_SETTING: a_week}, every, _scores, _reader.as_of)


@kept(_FEW)
def _taken(
    store_key: str, changes: int, imports_stamp: int, scope: str, _reader: Reader, _now: datetime
) -> dict[str, dict[str, Any]]:
    standing = claims.standing(_reader.store.database, _reader.viewer, _now)
    return {row["account_id"]: row for row in standing.iter_rows(named=True)}
