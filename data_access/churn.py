"""Trainings of the churn model: each kept once, whole; the newest one taken is in use."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import date, datetime

import polars as pl
import sqlalchemy as sa

from data_access.audit import record
from data_access.database import Database
from data_access.errors import NotFound
from data_access.schema import FACT_TABLES, churn_models
from data_access.scope import visible
from data_access.viewer import Viewer
from models.churn.model import Model, from_json
from models.churn.verdict import Verdict, Word

WORDS: dict[str, Word] = {
    "signal": "signal",
    "no reliable signal": "no reliable signal",
    "leak suspected": "leak suspected",
    "not enough data to tell": "not enough data to tell",
    "refused": "refused",
}


@dataclass(frozen=True)
class Kept:
    """A training on record.

    `known_on`: the last day it knew · `made_at` UTC · `model` None where it was refused, or where this
    version of Rounds can't read it · `taken`: whether it took over, `succession` says why.
    """

    model_id: int
    known_on: date
    made_at: datetime
    key: str
    verdict: Verdict
    taken: bool
    succession: str
    model: Model | None


@dataclass(frozen=True, eq=False)
class Fresh:
    """A training to keep: `judged` are `evaluation.JUDGED`, `drift` `drift.DRIFT`."""

    known_on: date
    key: str
    code_version: str
    verdict: Verdict
    taken: bool
    succession: str
    model: Model | None
    judged: pl.DataFrame
    drift: pl.DataFrame


_BRIEF = ("model_id", "known_on", "made_at", "key", "verdict", "sentence", "taken", "succession", "model")


def by_key(database: Database, key: str) -> Kept | None:
    """The newest training made from exactly this, or None."""
    return _read(database, churn_models.c.key == key)


def newest(database: Database, known_by: date) -> Kept | None:
    """The training that knew most on a day, and of those the last made; None before the first."""
    return _read(database, churn_models.c.known_on <= known_by)


def in_use(database: Database, known_by: date) -> Kept | None:
    """The training whose model is used on a day.

    None while none was taken, where it can't be read, and once a later training was refused: what there
    is now is then not enough for any model.
    """
    last = newest(database, known_by)
    if last is None or last.verdict.word == "refused":
        return None
    kept = _read(database, churn_models.c.known_on <= known_by, churn_models.c.taken.is_(True))
    return None if kept is None or kept.model is None else kept


def get(database: Database, model_id: int) -> Kept:
    """The training of this id, or `NotFound`."""
    kept = _read(database, churn_models.c.model_id == model_id)
    if kept is None:
        raise NotFound(f"There is no training {model_id} of the churn model: refresh to make one.")
    return kept


def shown(database: Database, day: date) -> Kept:
    """The training that a day's backtest stands on: of the model in use, else the newest.

    Raises `NotFound` before the first refresh.
    """
    found = in_use(database, day) or newest(database, day)
    if found is None:
        raise NotFound("The churn model was never trained: run `python cli.py refresh` first.")
    return found


def not_taken(database: Database, kept: Kept, day: date) -> list[str]:
    """That a later training than `kept` did not take over, and why; empty where `kept` is the newest."""
    last = newest(database, day)
    if last is None or last.model_id == kept.model_id:
        return []
    known = f"{last.known_on:%-d %b %Y}"
    return [f"A newer training, on what was known on {known}, was not taken: {last.succession}"]


def judged(database: Database, viewer: Viewer, model_id: int) -> pl.DataFrame:
    """How the past was predicted, the viewer's accounts only; columns of `evaluation.JUDGED`."""
    rows = _frame(database, churn_models.c.judged, model_id)
    if viewer.books is None:
        return rows
    accounts = FACT_TABLES["accounts"].c.account_id
    with database.read() as connection:
        mine = connection.execute(sa.select(accounts).where(visible(viewer, accounts))).scalars().all()
    return rows.filter(pl.col("account_id").is_in(pl.Series(mine, dtype=pl.String).implode()))


def drift(database: Database, model_id: int) -> pl.DataFrame:
    """How features moved from month to month; columns of `drift.DRIFT`."""
    return _frame(database, churn_models.c.drift, model_id)


def add(connection: sa.Connection, viewer: Viewer, at: datetime, fresh: Fresh) -> int:
    """Keep a training in the caller's transaction; returns its id."""
    trained = None if fresh.model is None else fresh.model.trained
    values = {
        "known_on": fresh.known_on,
        "made_at": at,
        "key": fresh.key,
        "code_version": fresh.code_version,
        "verdict": fresh.verdict.word,
        "sentence": fresh.verdict.sentence,
        "taken": fresh.taken,
        "succession": fresh.succession,
        "first_on": trained and trained.first,
        "last_on": trained and trained.last,
        "observations": trained.observations if trained else 0,
        "accounts": trained.accounts if trained else 0,
        "churns": trained.churns if trained else 0,
        "evaluation": fresh.model and fresh.model.evaluation.to_json(),
        "model": fresh.model and fresh.model.to_json(),
        "judged": _bytes(fresh.judged),
        "drift": _bytes(fresh.drift),
    }
    added = sa.insert(churn_models).values(**values).returning(churn_models.c.model_id)
    model_id = int(connection.execute(added).scalar_one())
    after = {"known on": str(fresh.known_on), "verdict": fresh.verdict.word, "taken": fresh.taken}
    record(connection, viewer, at, "churn model trained", f"model {model_id}", after=after)
    return model_id


def _read(database: Database, *conditions: sa.ColumnElement[bool]) -> Kept | None:
    statement = sa.select(*(churn_models.c[name] for name in _BRIEF)).where(*conditions)
    order = churn_models.c.known_on.desc(), churn_models.c.model_id.desc()
    with database.read() as connection:
        row = connection.execute(statement.order_by(*order).limit(1)).first()
    if row is None:
        return None
    verdict = Verdict(WORDS[row.verdict], row.sentence)
    return Kept(
        row.model_id,
        row.known_on,
        row.made_at,
        row.key,
        verdict,
        row.taken,
        row.succession,
        _model(row.model),
    )


def _model(text: str | None) -> Model | None:
    if text is None:
        return None
    try:
        return from_json(text)
    except ValueError:
        return None


def _frame(database: Database, column: sa.Column[bytes], model_id: int) -> pl.DataFrame:
    with database.read() as connection:
        body = connection.execute(sa.select(column).where(churn_models.c.model_id == model_id)).scalar()
    if body is None:
        raise NotFound(f"There is no training {model_id} of the churn model: refresh to make one.")
    return pl.read_parquet(io.BytesIO(body))


def _bytes(frame: pl.DataFrame) -> bytes:
    buffer = io.BytesIO()
    frame.write_parquet(buffer, compression="zstd")
    return buffer.getvalue()
