"""Snapshots: written once by a refresh, read by every page, never changed."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import polars as pl
import sqlalchemy as sa

from data_access.bulk import insert
from data_access.database import Database
from data_access.errors import NotFound
from data_access.masking import masked
from data_access.schema import FACT_TABLES, account_scores, snapshot_frames, snapshots
from data_access.scope import visible
from data_access.viewer import Viewer
from models.contracts import Column, Contract
from models.facts import DAY, TEXT, TIME, WHOLE
from models.snapshot import SCORES

SNAPSHOTS = Contract(
    "snapshots",
    (
        Column("snapshot_id", WHOLE, required=True),
        Column("as_of", DAY, required=True),
        Column("created_at", TIME, required=True),
        Column("accounts", WHOLE, required=True),
        Column("settings_version", WHOLE, required=True),
        Column("code_version", TEXT, required=True),
        Column("previous_snapshot_id", WHOLE, doc="the snapshot it is explained from"),
    ),
    key=("snapshot_id",),
)

_GROUP, _GROUP_OF_LISTS = 1000, 250
"""Rows that are read together: one account's rows of a sorted part come without the rest."""

_SIGNS = "risk_parts"
"""The one long text of a score: kept as a bulky part, where it takes a fifteenth of the room."""

_BESIDE = "beside:"
"""Before the name of a part that was made after the snapshot, and stands in for the snapshot's own."""

_ON_PATH = {"path": "path", "path_step": "step", "path_state": "state"}
"""Columns of a score that say where the account stands, and what they are called on its path."""

_HISTORY = Contract(
    "score_history", (Column("snapshot_id", WHOLE, True), Column("as_of", DAY, True), *SCORES.columns)
)


@dataclass(frozen=True)
class Snapshot:
    """One day's scores: what they stand on and how long each stage took (seconds)."""

    snapshot_id: int
    as_of: date
    created_at: datetime
    accounts: int
    settings_version: int
    code_version: str
    freshness: dict[str, str]
    stages: dict[str, float]
    notes: dict[str, Any]


def newest(database: Database, as_of: date | None = None) -> Snapshot | None:
    """The snapshot of the latest day (at or before `as_of`), and of that day the last made."""
    statement = (
        sa.select(snapshots).order_by(snapshots.c.as_of.desc(), snapshots.c.snapshot_id.desc()).limit(1)
    )
    if as_of is not None:
        statement = statement.where(snapshots.c.as_of <= as_of)
    with database.read() as connection:
        row = connection.execute(statement).first()
    return None if row is None else _snapshot(row)


def get(database: Database, snapshot_id: int) -> Snapshot:
    """The snapshot of this id, or `NotFound`."""
    with database.read() as connection:
        row = connection.execute(sa.select(snapshots).where(snapshots.c.snapshot_id == snapshot_id)).first()
    if row is None:
        raise NotFound(f"There is no snapshot {snapshot_id}.")
    return _snapshot(row)


def listing(database: Database) -> pl.DataFrame:
    """Every snapshot, newest day first; columns of `SNAPSHOTS`."""
    statement = sa.select(*(snapshots.c[name] for name in SNAPSHOTS.names))
    return database.frame(
        statement.order_by(snapshots.c.as_of.desc(), snapshots.c.snapshot_id.desc()), SNAPSHOTS
    )


def scores(database: Database, viewer: Viewer, snapshot_id: int) -> pl.DataFrame:
    """One row an account in the viewer's books; columns of `models.snapshot.SCORES`."""
    statement = sa.select(*(account_scores.c[name] for name in SCORES.names)).where(
        account_scores.c.snapshot_id == snapshot_id, visible(viewer, account_scores.c.account_id)
    )
    rows = database.frame(statement, SCORES)
    with database.read() as connection:
        body = _body(connection, snapshot_id, _SIGNS)
        placed = _own(connection, snapshot_id, f"{_BESIDE}path_progress")
    if placed is not None:
        rows = _on_paths(rows, pl.read_parquet(io.BytesIO(placed)))
    if body is None:  # written by a version that kept the signs in the row
        return rows
    signs = pl.read_parquet(io.BytesIO(body))
    joined = rows.drop(_SIGNS).join(signs, on="account_id", how="left", maintain_order="left")
    return joined.select(SCORES.names)


def some_scores(
    database: Database, viewer: Viewer, snapshot_id: int, columns: tuple[str, ...]
) -> pl.DataFrame:
    """A few columns of one snapshot's scores, account_id first; not risk_parts, which is kept apart."""
    wanted = ("account_id", *(name for name in dict.fromkeys(columns) if name != "account_id"))
    contract = Contract("some_scores", tuple(SCORES.column(name) for name in wanted))
    of = account_scores.c
    statement = sa.select(*(of[name] for name in wanted)).where(
        of.snapshot_id == snapshot_id, visible(viewer, of.account_id)
    )
    return database.frame(statement, contract)


def history(database: Database, viewer: Viewer, account_id: str) -> pl.DataFrame:
    """One account's scores in every snapshot, oldest first, with `snapshot_id` and `as_of`; no risk_parts."""
    statement = (
        sa.select(
            snapshots.c.snapshot_id, snapshots.c.as_of, *(account_scores.c[name] for name in SCORES.names)
        )
        .join_from(account_scores, snapshots, account_scores.c.snapshot_id == snapshots.c.snapshot_id)
        .where(account_scores.c.account_id == account_id, visible(viewer, account_scores.c.account_id))
        .order_by(snapshots.c.as_of, snapshots.c.snapshot_id)
    )
    return database.few(statement, _HISTORY)


def rows(
    database: Database, viewer: Viewer, account_id: str, snapshot_ids: list[int]
) -> list[dict[str, Any]]:
    """One account's scores in a few snapshots, those that hold it: `SCORES` (no risk_parts), snapshot_id."""
    statement = sa.select(account_scores).where(
        account_scores.c.snapshot_id.in_(snapshot_ids),
        account_scores.c.account_id == account_id,
        visible(viewer, account_scores.c.account_id),
    )
    with database.read() as connection:
        return [dict(row) for row in connection.execute(statement).mappings()]


def frame(
    database: Database, viewer: Viewer, snapshot_id: int, name: str, account_id: str | None = None
) -> pl.DataFrame:
    """A bulky part of a snapshot (`weeks`, `subscriptions` …), cut to the viewer's accounts, or to one.

    Raises `NotFound` when the snapshot has no such part.
    """
    accounts = FACT_TABLES["accounts"]
    mine = sa.select(accounts.c.account_id).where(visible(viewer, accounts.c.account_id))
    with database.read() as connection:
        body = _body(connection, snapshot_id, name)
        if body is None:
            raise NotFound(f"Snapshot {snapshot_id} holds no {name}.")
        rows = pl.scan_parquet(io.BytesIO(body))
        if account_id is not None:
            rows = rows.filter(pl.col("account_id") == account_id)
        whole = rows.collect()
        if viewer.books is None or "account_id" not in whole.columns:
            return masked(viewer, whole)
        allowed = connection.execute(mine).scalars().all()
    return whole.filter(pl.col("account_id").is_in(pl.Series(allowed, dtype=pl.String).implode()))


def write(
    connection: sa.Connection,
    *,
    header: dict[str, Any],
    scored: pl.DataFrame,
    frames: dict[str, pl.DataFrame],
) -> int:
    """Write one snapshot whole in the caller's transaction; returns its id.

    `header` has the columns of the `snapshots` table, with dicts for the JSON ones.
    """
    values = {key: json.dumps(value) if isinstance(value, dict) else value for key, value in header.items()}
    snapshot_id = int(
        connection.execute(
            sa.insert(snapshots).values(**values, accounts=scored.height).returning(snapshots.c.snapshot_id)
        ).scalar_one()
    )
    tagged = pl.lit(snapshot_id, dtype=pl.Int64).alias("snapshot_id")
    rows = SCORES.check(scored)
    signs = rows.select("account_id", _SIGNS).sort("account_id")
    insert(connection, account_scores, rows.with_columns(tagged, pl.lit(None, pl.String).alias(_SIGNS)))
    for name, part in {**frames, _SIGNS: signs}.items():
        _insert_part(connection, snapshot_id, name, part)
    return snapshot_id


def put_beside(connection: sa.Connection, snapshot_id: int, frames: dict[str, pl.DataFrame]) -> None:
    """Keep parts that stand in for those of the same name from now on; the snapshot's own stay."""
    of = snapshot_frames.c
    for name, part in frames.items():
        beside = f"{_BESIDE}{name}"
        connection.execute(sa.delete(snapshot_frames).where(of.snapshot_id == snapshot_id, of.name == beside))
        _insert_part(connection, snapshot_id, beside, part)


def _insert_part(connection: sa.Connection, snapshot_id: int, name: str, part: pl.DataFrame) -> None:
    buffer = io.BytesIO()
    lists = any(isinstance(dtype, pl.List) for dtype in part.dtypes)
    part.write_parquet(buffer, compression="zstd", row_group_size=_GROUP_OF_LISTS if lists else _GROUP)
    values = {"snapshot_id": snapshot_id, "name": name, "rows": part.height, "body": buffer.getvalue()}
    connection.execute(sa.insert(snapshot_frames).values(**values))


def _body(connection: sa.Connection, snapshot_id: int, name: str) -> bytes | None:
    beside = _own(connection, snapshot_id, f"{_BESIDE}{name}")
    return _own(connection, snapshot_id, name) if beside is None else beside


def _own(connection: sa.Connection, snapshot_id: int, name: str) -> bytes | None:
    of = snapshot_frames.c
    found = sa.select(of.body).where(of.snapshot_id == snapshot_id, of.name == name)
    return connection.execute(found).scalar()


def _on_paths(rows: pl.DataFrame, placed: pl.DataFrame) -> pl.DataFrame:
    """Scores with where the accounts were placed since."""
    news = placed.select("account_id", **{name: pl.col(column) for name, column in _ON_PATH.items()})
    joined = rows.drop(*_ON_PATH).join(news, on="account_id", how="left", maintain_order="left")
    return joined.select(SCORES.names)


def _snapshot(row: sa.Row[Any]) -> Snapshot:
    return Snapshot(
        snapshot_id=row.snapshot_id,
        as_of=row.as_of,
        created_at=row.created_at,
        accounts=row.accounts,
        settings_version=row.settings_version,
        code_version=row.code_version,
        freshness=json.loads(row.freshness),
        stages=json.loads(row.stages),
        notes=json.loads(row.notes),
    )
