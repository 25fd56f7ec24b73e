"""How long handoffs take and stages last, with those still open counted as open; what counts as late."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

import polars as pl

from models.contracts import Column, Contract
from models.facts import REAL, TEXT, WHOLE
from models.handoffs import ACCEPTED, LEFT, PASSED, WAITING
from models.survival import kaplan_meier, quantiles

SETTING = "handoff_days"
"""The entry of the settings that holds a service level for each step, in days."""

USUAL_DAYS, USUAL_DROPPED = 7.0, 30.0
LEVEL_SHARE, DROPPED_SHARE = 0.85, 0.99
MIN_LEARNED = 20
RIPE_DAYS, PAST_DAYS = 60, 730
ORDER = ("sales", "onboarding", "implementation", "success", "support")

LEVELS = Contract(
    "handoff_levels",
    (
        Column("step", TEXT, required=True),
        Column("level", REAL, required=True, doc="days within which it should be taken over"),
        Column("dropped_after", REAL, required=True, doc="days after which it counts as dropped"),
        Column("source", TEXT, required=True, doc="chosen, learned, usual"),
        Column("learned_n", WHOLE, required=True, doc="past handoffs that could teach"),
    ),
    key=("step",),
)

TIMES = Contract(
    "handoff_times",
    (
        Column("step", TEXT, required=True),
        Column("from_team", TEXT, required=True),
        Column("to_team", TEXT, required=True),
        Column("handed", WHOLE, required=True),
        Column("accepted", WHOLE, required=True),
        Column("waiting", WHOLE, required=True),
        Column("passed", WHOLE, required=True),
        Column("left", WHOLE, required=True),
        Column("median", REAL, doc="days until half are taken over; null when not reached"),
        Column("median_low", REAL, doc="95 % interval"),
        Column("median_high", REAL, doc="null when not reached"),
        Column("p85", REAL, doc="days until 85 % are taken over; null when not reached"),
        Column("in_time", REAL, doc="share taken over within the level, of those that had the time"),
        Column("judged", WHOLE, required=True, doc="how many had the time"),
    ),
    key=("step",),
)

LANES = Contract(
    "handoff_lanes",
    (
        Column("team", TEXT, required=True),
        Column("held", WHOLE, required=True, doc="accounts it ever held"),
        Column("there", WHOLE, required=True),
        Column("handed_on", WHOLE, required=True),
        Column("left", WHOLE, required=True, doc="customers who left while this team held them"),
        Column("start", REAL, required=True, doc="median days from signing to taking over"),
        Column("start_low", REAL, required=True, doc="15 % of accounts came by then"),
        Column("start_high", REAL, required=True, doc="85 % of accounts came by then"),
        Column("stay", REAL, doc="median days held; null when half are still there"),
        Column("stay_p85", REAL),
    ),
    key=("team",),
)


def levels(found: pl.DataFrame, as_of: date, chosen: Mapping[str, float] | None = None) -> pl.DataFrame:
    """The service level of each step; `LEVELS`.

    In: `handoffs.STEPS`. What people chose holds. Otherwise learned: the days within which 85 % of the
    handoffs that were taken over were, of those handed over 60 days to two years before `as_of`, so that
    a slow one had the time to show; with fewer than 20 of them, 7 days. Dropped: longer than 99 % of the
    same took, and at least twice the level. A step that is chosen only is listed too.
    """
    ripe = pl.col("handed_on").is_between(as_of - timedelta(PAST_DAYS), as_of - timedelta(RIPE_DAYS))
    done = found.filter(ripe & (pl.col("state") == ACCEPTED))
    learned = done.group_by("step").agg(
        n=pl.len().cast(pl.Int64),
        usual=pl.col("days").quantile(LEVEL_SHARE, "higher"),
        longest=pl.col("days").quantile(DROPPED_SHARE, "higher"),
    )
    own = pl.DataFrame(
        {"step": list(chosen or {}), "chosen": [float(days) for days in (chosen or {}).values()]},
        schema={"step": pl.String, "chosen": pl.Float64},
    )
    every = pl.concat([found.select("step"), own.select("step")]).unique()
    known = every.join(learned, on="step", how="left").join(own, on="step", how="left")
    enough = pl.col("n") >= MIN_LEARNED
    taught = pl.when(enough).then(pl.max_horizontal("usual", pl.lit(1.0)))
    level = pl.coalesce("chosen", taught, pl.lit(USUAL_DAYS))
    longest = pl.when(enough).then(pl.col("longest")).otherwise(USUAL_DROPPED)
    return LEVELS.check(
        known.select(
            "step",
            level=level,
            dropped_after=pl.max_horizontal(longest, 2 * level),
            source=pl.when(pl.col("chosen").is_not_null())
            .then(pl.lit("chosen"))
            .when(enough)
            .then(pl.lit("learned"))
            .otherwise(pl.lit("usual")),
            learned_n=pl.col("n").fill_null(0),
        ).sort("step")
    )


def times(found: pl.DataFrame, level: pl.DataFrame) -> pl.DataFrame:
    """How long each step takes and what becomes of it; `TIMES`, in the order in which accounts pass.

    In: `handoffs.STEPS`, `LEVELS`. Median and p85 are Kaplan–Meier: what still waits, was passed on or
    left is watched for as long as it waited, not counted as done and not left out. `in_time` is over the
    handoffs taken over or waiting longer than the level; those that still have time are not judged.
    """
    if found.is_empty():
        return TIMES.empty()
    spells = found.select(
        "step", "account_id", entered=pl.lit(0.0), duration="days", ended=pl.col("state") == ACCEPTED
    )
    curves = kaplan_meier(spells, ["step"])
    middle = quantiles(curves, 0.5, ["step"]).rename(
        {"time": "median", "low": "median_low", "high": "median_high"}
    )
    late = quantiles(curves, LEVEL_SHARE, ["step"]).select("step", p85="time")
    counted = (
        found.join(level, on="step")
        .with_columns(over=pl.col("days") > pl.col("level"), done=pl.col("state") == ACCEPTED)
        .group_by("step", "from_team", "to_team")
        .agg(
            handed=pl.len().cast(pl.Int64),
            **{
                name: (pl.col("state") == state).sum().cast(pl.Int64)
                for name, state in (
                    ("accepted", ACCEPTED),
                    ("waiting", WAITING),
                    ("passed", PASSED),
                    ("left", LEFT),
                )
            },
            judged=(pl.col("done") | pl.col("over")).sum().cast(pl.Int64),
            in_time=(pl.col("done") & ~pl.col("over")).sum()
            / (pl.col("done") | pl.col("over")).sum().replace(0, None),
        )
    )
    rows = counted.join(middle, on="step").join(late, on="step")
    by_order = rows.sort(_place("from_team"), _place("to_team"), "step")
    return TIMES.check(by_order)


def lanes(held: pl.DataFrame) -> pl.DataFrame:
    """Each team's stretch of the way: when accounts come, how long they stay, how many leave there; `LANES`.

    In: `handoffs.HOLDS`. Stay is Kaplan–Meier over being handed on; who is there still, or left, is censored.
    """
    if held.is_empty():
        return LANES.empty()
    spells = held.select(
        "team", "account_id", entered=pl.lit(0.0), duration="days", ended=pl.col("state") == "handed on"
    )
    curves = kaplan_meier(spells, ["team"])
    stay = quantiles(curves, 0.5, ["team"]).select("team", stay="time")
    long = quantiles(curves, LEVEL_SHARE, ["team"]).select("team", stay_p85="time")
    start = pl.col("start_day")
    counted = held.group_by("team").agg(
        held=pl.col("account_id").n_unique().cast(pl.Int64),
        there=(pl.col("state") == "there").sum().cast(pl.Int64),
        handed_on=(pl.col("state") == "handed on").sum().cast(pl.Int64),
        left=(pl.col("state") == "left").sum().cast(pl.Int64),
        start=start.median(),
        start_low=start.quantile(0.15, "nearest"),
        start_high=start.quantile(0.85, "nearest"),
    )
    rows = counted.join(stay, on="team").join(long, on="team")
    return LANES.check(rows.sort("start", _place("team"), "team"))


def _place(team: str) -> pl.Expr:
    """Where a team stands by the usual order; others after it."""
    places = {name: place for place, name in enumerate(ORDER)}
    return pl.col(team).str.to_lowercase().replace_strict(places, default=len(ORDER), return_dtype=pl.Int64)
