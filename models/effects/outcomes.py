"""What became of an episode: whether the account left, how often it was called, how much it was used."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl

from models.effects.frames import EPISODE_DAYS, EPISODES, OUTCOMES

USE_DAYS = 28


def matured(
    episodes: pl.DataFrame,
    accounts: pl.DataFrame,
    account_days: pl.DataFrame,
    tasks: pl.DataFrame,
    as_of: date,
) -> pl.DataFrame:
    """The episodes with every outcome that can be known at `as_of`; columns of `EPISODES`.

    In: `EPISODES`, accounts (account_id, churned_on), usage by day (account_id, day, events) and calls as
    stored (account_id, state, done_at). Use is read in days -27 to 0, 1 to 28 and 63 to 90, and only when
    the days are over; what an account that left did not use counts as 0, because the lot was drawn before.
    Ended waiting episodes stay as they are.
    """
    base = episodes.drop(set(OUTCOMES) - {"ended_on"})
    rows = (
        base.join(accounts.select("account_id", "churned_on"), on="account_id", how="left")
        .join(_use(base, account_days, as_of), on=list(EPISODES.key), how="left")
        .join(_calls(base, tasks, as_of), on=list(EPISODES.key), how="left")
    )
    age = (pl.lit(as_of) - pl.col("started_on")).dt.total_days()
    gone = (pl.col("churned_on") - pl.col("started_on")).dt.total_days()
    over = age >= EPISODE_DAYS
    ever = pl.col("ever").fill_null(value=False)
    left = gone.is_not_null() & (gone <= EPISODE_DAYS) & (gone <= age)
    return EPISODES.check(
        rows.with_columns(
            known_on=pl.lit(as_of),
            churned=pl.when(over).then(left),
            calls=pl.col("calls").fill_null(0),
            use_before=pl.when(ever).then(pl.col("before").fill_null(0)),
            use_28=pl.when(ever & (age >= USE_DAYS)).then(pl.col("first").fill_null(0)),
            use_90=pl.when(ever & over).then(pl.col("last").fill_null(0)),
        )
    )


def _use(episodes: pl.DataFrame, account_days: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Events in the three windows, and whether the account had any use at all by the first day."""
    day = (pl.col("day") - pl.col("started_on")).dt.total_days()
    known = account_days.filter(pl.col("day") <= as_of)

    def between(first: int, last: int) -> pl.Expr:
        return pl.col("events").filter(day.is_between(first, last)).sum().cast(pl.Int64)

    return (
        known.join(episodes.select(EPISODES.key), on="account_id")
        .group_by(EPISODES.key)
        .agg(
            before=between(1 - USE_DAYS, 0),
            first=between(1, USE_DAYS),
            last=between(EPISODE_DAYS - USE_DAYS + 1, EPISODE_DAYS),
            ever=(day <= 0).any(),
        )
    )


def _calls(episodes: pl.DataFrame, tasks: pl.DataFrame, as_of: date) -> pl.DataFrame:
    done = tasks.filter(pl.col("state") == "done").select("account_id", on=pl.col("done_at").dt.date())
    since = pl.col("on") - pl.col("started_on")
    return (
        done.join(episodes.select(EPISODES.key), on="account_id")
        .filter((since >= timedelta(0)) & (since <= timedelta(days=EPISODE_DAYS)), pl.col("on") <= as_of)
        .group_by(EPISODES.key)
        .agg(calls=pl.len().cast(pl.Int64))
    )
