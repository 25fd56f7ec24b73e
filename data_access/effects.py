"""The trial of calls as it is kept: holdouts, assignments, and what became of them."""

from __future__ import annotations

import zlib
from datetime import date, datetime

import polars as pl
import sqlalchemy as sa

from data_access.audit import record
from data_access.bulk import insert, upsert
from data_access.database import Database
from data_access.schema.effects import call_episodes, call_trials
from data_access.scope import visible
from data_access.viewer import Viewer
from models.effects.frames import EPISODES
from models.effects.trial import Trial


def newest_trial(database: Database) -> Trial | None:
    """The holdout chosen last, or None when there never was one."""
    with database.read() as connection:
        return trial_in(connection)


def trial_in(connection: sa.Connection) -> Trial | None:
    """The newest holdout as the caller's transaction sees it."""
    row = connection.execute(sa.select(call_trials).order_by(call_trials.c.trial_id.desc()).limit(1)).first()
    if row is None:
        return None
    return Trial(row.trial_id, row.share, row.salt, row.base, row.n_max, row.n_max_use, row.started_on)


def begin(connection: sa.Connection, viewer: Viewer, at: datetime, trial: Trial) -> Trial:
    """Write a new holdout down before its first lot is drawn; returns it with its number."""
    viewer.may_write()
    values = {
        "started_on": at.date(),
        "started_at": at,
        "share": trial.share,
        "salt": trial.salt,
        "base": trial.base,
        "n_max": trial.n_max,
        "n_max_use": trial.n_max_use,
    }
    trial_id = int(
        connection.execute(
            sa.insert(call_trials).values(**values).returning(call_trials.c.trial_id)
        ).scalar_one()
    )
    told = {"share": trial.share, "n_max": trial.n_max, "n_max_use": trial.n_max_use}
    record(connection, viewer, at, "holdout begun", f"trial {trial_id}", after=told)
    return Trial(trial_id, trial.share, trial.salt, trial.base, trial.n_max, trial.n_max_use, at.date())


def episodes(database: Database, viewer: Viewer) -> pl.DataFrame:
    """Every episode of the viewer's accounts, newest first; columns of `EPISODES`."""
    statement = sa.select(*(call_episodes.c[name] for name in EPISODES.names)).where(
        visible(viewer, call_episodes.c.account_id)
    )
    newest_first = statement.order_by(
        call_episodes.c.started_on.desc(), call_episodes.c.csm_id, call_episodes.c.position
    )
    return database.frame(newest_first, EPISODES)


def hold(connection: sa.Connection) -> None:
    """Keep others from assigning until the transaction ends; SQLite's write transactions do anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(zlib.crc32(b"rounds calls assigned"))))


def assigned_on(connection: sa.Connection, day: date) -> bool:
    """Whether the list of this day has been assigned."""
    found = sa.select(call_episodes.c.account_id).where(call_episodes.c.started_on == day).limit(1)
    return connection.execute(found).first() is not None


def add(connection: sa.Connection, viewer: Viewer, at: datetime, fresh: pl.DataFrame) -> None:
    """Write the day's assignments; a waiting account among them waits no longer."""
    viewer.may_write()
    placed = fresh.filter(pl.col("nth").is_not_null() | pl.col("exempt").is_not_null())
    waited = (
        sa.update(call_episodes)
        .where(
            call_episodes.c.account_id == sa.bindparam("account"),
            call_episodes.c.arm == "waiting",
            call_episodes.c.ended_on.is_(None),
        )
        .values(ended_on=sa.bindparam("day"))
    )
    if placed.height:
        rows = placed.select(account="account_id", day="started_on").to_dicts()
        connection.execute(waited, rows)
    insert(connection, call_episodes, EPISODES.check(fresh))
    held = int((fresh["arm"] == "held out").sum())
    after = {"assigned": placed.height, "held out": held}
    record(connection, viewer, at, "calls assigned", f"{at.date()}", rows=fresh.height, after=after)


def learn(connection: sa.Connection, known: pl.DataFrame) -> None:
    """Write what became of episodes; columns of `EPISODES`."""
    upsert(connection, call_episodes, EPISODES.check(known))
