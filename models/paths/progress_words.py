"""The state an account is in on its path, and how that is said."""

from __future__ import annotations

from datetime import timedelta

import polars as pl

from models.findings import count_words, day_words
from models.paths.progress_frames import BEHIND, DONE, NOT_STARTED, OFF_PATH, ON_TRACK, STUCK

FEWEST_LEFT_OUT = 2
"""One step left out may be chance: from two on, and no fewer than it did, it is off the path."""


def with_state(counted: pl.DataFrame) -> pl.DataFrame:
    """With `state` and `stuck_since`, from what was done, left out and how long the next step takes."""
    left_out = (pl.col("left_out") >= FEWEST_LEFT_OUT) & (pl.col("left_out") >= pl.col("done"))
    late = pl.when(pl.col("target_days").is_not_null()).then(pl.col("age") > pl.col("target_days"))
    state = (
        pl.when(pl.col("done") == 0)
        .then(pl.lit(NOT_STARTED))
        .when(left_out)
        .then(pl.lit(OFF_PATH))
        .when(pl.col("next").is_null())
        .then(pl.lit(DONE))
        .when((pl.col("days_on") > pl.col("slow_days")).fill_null(value=False))
        .then(pl.lit(STUCK))
        .when(late.otherwise(pl.col("age") > pl.col("late_days")).fill_null(value=False))
        .then(pl.lit(BEHIND))
        .otherwise(pl.lit(ON_TRACK))
    )
    first_day = pl.col("arrived_on") + pl.duration(days=pl.col("slow_days").floor()) + timedelta(days=1)
    return counted.with_columns(state=state).with_columns(
        stuck_since=pl.when(pl.col("state") == STUCK).then(first_day)
    )


def sentence() -> pl.Expr:
    """Where the account stands, in one sentence with its dates."""
    arrived = day_words(pl.col("arrived_on"))
    waiting = pl.format("on the way to “{}” since {}{}", "next", arrived, _compared())
    without = pl.format(" without {}", quoted(pl.col("skipped")))
    left = pl.when(pl.col("skipped").list.len() > 0).then(without).otherwise(pl.lit(""))
    few = pl.format(", where few of the successful needed more than {}", _days("slow_days"))
    never = pl.format(
        "No step done {} after {}{}.",
        count_words(pl.col("since"), "day"),
        _start(),
        pl.coalesce(few, pl.lit("")),
    )
    goes = pl.format("Did “{}”{}; {}.", "step", left, waiting)
    told = (
        pl.when(pl.col("done") == 0)
        .then(never)
        .when(pl.col("state") == DONE)
        .then(pl.format("Reached the end, “{}”{}.", "step", left))
        .when(pl.col("next").is_null())
        .then(pl.format("Did “{}”{}.", "step", left))
        .otherwise(goes)
    )
    return told.alias("sentence")


def quoted(names: pl.Expr) -> pl.Expr:
    """A list of names as in “A”, “B”."""
    return pl.format("“{}”", names.list.join("”, “"))


def _start() -> pl.Expr:
    signed = pl.format("signing on {}", day_words(pl.col("started")))
    return (
        pl.when(pl.col("watched"))
        .then(signed)
        .otherwise(pl.format("usage was first recorded, {}", day_words(pl.col("started"))))
    )


def _compared() -> pl.Expr:
    usual, slow = _days("usual_days"), _days("slow_days")
    both = pl.format(", where the successful took {} and few more than {}", usual, slow)
    return pl.coalesce(both, pl.lit(""))


def _days(name: str) -> pl.Expr:
    return count_words(pl.col(name).round(0), "day")
