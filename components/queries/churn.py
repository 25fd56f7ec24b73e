"""What pages read of the churn model: the training that counts, how it did on the past, and why."""

from __future__ import annotations

from datetime import date

import polars as pl

from components.queries import NotFound, Reader, part
from components.queries.cache import kept
from data_access import churn
from data_access.churn import Kept as Kept
from data_access.viewer import SYSTEM
from models.churn.cautions import cautions
from models.churn.words import REASONS

_FEW = 16


def training(reader: Reader) -> Kept | None:
    """The training that the newest snapshot's day stands on; None before the first."""
    return _training(*_key(reader), reader.as_of, reader)


def judged(reader: Reader, model_id: int) -> pl.DataFrame:
    """How the past was predicted, the viewer's accounts only; columns of `evaluation.JUDGED`."""
    return _judged(*_key(reader), reader.stamps.imports, reader.viewer.scope, model_id, reader)


def drift(reader: Reader, model_id: int) -> pl.DataFrame:
    """How features moved; columns of `drift.DRIFT`."""
    return _drift(*_key(reader), model_id, reader)


def said_against(reader: Reader, kept: Kept) -> list[str]:
    """What speaks against trusting it, each in a sentence: over all accounts, whoever looks."""
    return _said_against(*_key(reader), kept.model_id, reader, kept)


def reasons(reader: Reader, account_id: str | None = None) -> pl.DataFrame:
    """Why the model thinks so, in the newest snapshot; columns of `words.REASONS`."""
    try:
        rows = part(reader, "churn_reasons")
    except NotFound:
        return REASONS.empty()
    return rows if account_id is None else rows.filter(pl.col("account_id") == account_id)


def log_odds(reader: Reader, account_id: str) -> dict[str, float]:
    """What each family adds to one account's log-odds; empty where the snapshot has no such part."""
    try:
        rows = part(reader, "churn_contributions")
    except NotFound:
        return {}
    mine = rows.filter(pl.col("account_id") == account_id)
    return dict(mine.select("family", "log_odds").iter_rows())


def ranks_by_chance(reader: Reader) -> bool:
    """Whether the chance of leaving ranks the calls; otherwise the risk points do."""
    if reader.snapshot is None:
        return False
    return bool(reader.snapshot.notes.get("churn", {}).get("verdict") == "signal")


def _key(reader: Reader) -> tuple[str, int, int]:
    return str(reader.store.database.url), reader.stamps.snapshot, reader.stamps.restores


@kept(_FEW)
def _training(store_key: str, snapshot: int, restores: int, day: date, _reader: Reader) -> Kept | None:
    try:
        return churn.shown(_reader.store.database, day)
    except NotFound:
        return None


@kept(_FEW)
def _judged(
    store_key: str, snapshot: int, restores: int, imports: int, scope: str, model_id: int, _reader: Reader
) -> pl.DataFrame:
    return churn.judged(_reader.store.database, _reader.viewer, model_id)


@kept(_FEW)
def _drift(store_key: str, snapshot: int, restores: int, model_id: int, _reader: Reader) -> pl.DataFrame:
    return churn.drift(_reader.store.database, model_id)


@kept(_FEW)
def _said_against(
    store_key: str, snapshot: int, restores: int, model_id: int, _reader: Reader, _kept: Kept
) -> list[str]:
    database = _reader.store.database
    rows = churn.judged(database, SYSTEM, model_id)
    moved = churn.drift(database, model_id)
    return [
        *cautions(_kept.model, rows, moved),
        *churn.not_taken(database, _kept, _reader.as_of),
    ]
