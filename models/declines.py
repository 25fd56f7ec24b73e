"""*Declined*: whose use fell below their own usual rate, less what the day did to everyone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray

from models.contracts import Column, Contract
from models.declines_fleet import FLEET
from models.declines_panel import (
    LOOKBACK,
    Panel,
    as_date,
    build_panel,
    ordinal,
)
from models.declines_posterior import NONE, RECENT, Judged, Memory, Recursion
from models.declines_state import DeclineState, fits, to_frame, to_memory
from models.facts import DAY, FLAG, REAL, TEXT, WHOLE

QUIET = 15.0
"""Under this many events a week most falls take longer than a month to tell."""

_SPREADS = ("spread_quiet", "spread_middle", "spread_busy")

DECLINES = Contract(
    "declines",
    (
        Column("account_id", TEXT, required=True),
        Column("status", TEXT, required=True, doc="usage fell, steady, too quiet to tell, too new to tell"),
        Column("posterior", REAL, required=True, doc="chance that the rate has fallen, 0-1"),
        Column("ratio_28", REAL, doc="actual_28 / expected_28; null when nothing was expected"),
        Column("expected_28", REAL, doc="events of 28 days at the usual rate times the fleet's index"),
        Column("actual_28", REAL, required=True, doc="events of 28 days, one-day bursts cut"),
        Column("counted_28", WHOLE, required=True, doc="events of 28 days, bursts and all"),
        Column("events_a_week", REAL, doc="usual rate; null while too new to tell"),
        Column("too_quiet", FLAG, required=True),
        Column("declined", FLAG, required=True, doc="an alert is open"),
        Column("since", DAY, doc="day the fall most likely began; null without an alert"),
        Column("alerted_on", DAY, doc="day the alert opened; null without an alert"),
    ),
    key=("account_id",),
)
"""One row an account that is in the live book at as_of."""


@dataclass(frozen=True)
class DeclineResult:
    """`now` is `DECLINES`; `resumed` tells whether the given state could be used."""

    now: pl.DataFrame
    state: DeclineState
    resumed: bool

    @property
    def fleet(self) -> pl.DataFrame:
        return self.state.fleet


def declines(
    account_days: pl.DataFrame, accounts: pl.DataFrame, as_of: date, state: DeclineState | None = None
) -> DeclineResult:
    """Judge each account's use at as_of against its own usual rate times the fleet's day index.

    In: `ACCOUNT_DAYS` and `ACCOUNTS`; rows after as_of are not used. With the state of an earlier day
    only the days since are brought in, and account_days need to reach back `LOOKBACK` days before them;
    a run from scratch needs all history. Both give equal results. A state that no longer fits the facts
    (late usage, changed dates, a later as_of) is left aside and the run starts from scratch.

    An alert opens at posterior >= .75 with the 28-day ratio under .75, closes after 7 days at .85 or more
    or after 112 days, and then rests for 28. Words: use fell; it does not say that anyone will leave.
    """
    days = account_days.filter(pl.col("day") <= as_of)
    lives = _lives(days, accounts, as_of, state)
    kept = state if state is not None and fits(state, days, lives, as_of) else None
    if kept is None:
        lives = _lives(days, accounts, as_of, None)
    start = _start(days, as_of, kept)
    panel = build_panel(days, lives, start, ordinal(as_of))
    recursion = _recursion(panel, kept)
    judged = recursion.run()
    fleet = _fleet(recursion, kept)
    memory = to_frame(recursion.memory, lives, days, as_of)
    return DeclineResult(_now(recursion, judged), DeclineState(memory, fleet), kept is not None)


def _start(days: pl.DataFrame, as_of: date, state: DeclineState | None) -> int:
    if state is not None:
        return ordinal(state.last_day) + 1
    first = days["day"].min()
    return ordinal(first if isinstance(first, date) else as_of)


def _lives(
    days: pl.DataFrame, accounts: pl.DataFrame, as_of: date, state: DeclineState | None
) -> pl.DataFrame:
    """account_id, signed_on, starts_on and ended_on of every account known at as_of, by account_id."""
    first = days.group_by("account_id").agg(pl.col("day").min().alias("first_use"))
    known = accounts.select(
        "account_id",
        "signed_on",
        pl.min_horizontal(
            pl.when(pl.col(name) <= as_of).then(pl.col(name)) for name in ("churned_on", "outcome_on")
        ).alias("ended_on"),
    ).filter(pl.col("signed_on").is_null() | (pl.col("signed_on") <= as_of))
    data_from = days["day"].min()
    frame = known.join(first, on="account_id", how="left").with_columns(
        pl.when(pl.col("signed_on").is_null())
        .then(pl.col("first_use"))
        .otherwise(pl.max_horizontal("signed_on", pl.lit(data_from, dtype=pl.Date)))
        .alias("starts_on")
    )
    if state is not None:
        before = state.accounts.select("account_id", pl.col("starts_on").alias("was"))
        frame = frame.join(before, on="account_id", how="left").with_columns(
            pl.coalesce("was", "starts_on").alias("starts_on")
        )
    return frame.select("account_id", "signed_on", "starts_on", "ended_on").sort("account_id")


def _recursion(panel: Panel, state: DeclineState | None) -> Recursion:
    factors = np.ones(panel.days)
    looks = np.full((panel.days, 3), np.nan)
    memory = Memory.blank(len(panel.ids))
    if state is not None:
        past = state.fleet.filter(pl.col("day") >= as_date(panel.first))
        rows = past["day"].cast(pl.Int32).to_numpy() - panel.first
        factors[rows] = past["factor"].to_numpy()
        looks[rows] = past.select(pl.col("^spread_.*$").fill_null(float("nan"))).to_numpy()
        memory = to_memory(panel.ids, state.accounts)
    before = (0, 0) if state is None else (int(state.fleet[name].sum()) for name in ("judged", "alerts"))
    return Recursion(panel, memory, factors, looks, *before)


def _fleet(recursion: Recursion, state: DeclineState | None) -> pl.DataFrame:
    panel = recursion.panel
    rows = np.arange(LOOKBACK, panel.days)
    spread = recursion.looks[LOOKBACK:]
    fresh = pl.DataFrame(
        {
            "day": pl.Series(rows + panel.first, dtype=pl.Int32).cast(pl.Date),
            "factor": recursion.factors[LOOKBACK:],
            **{name: spread[:, place] for place, name in enumerate(_SPREADS)},
            "judged": recursion.judged[LOOKBACK:],
            "alerts": recursion.alerts[LOOKBACK:],
        }
    ).with_columns(pl.col("^spread_.*$").fill_nan(None))
    return FLEET.check(fresh if state is None else pl.concat([state.fleet, fresh]))


def _finite(counts: NDArray[np.float32]) -> NDArray[np.float32]:
    """Counts with 0 for days before an account's first."""
    return np.where(np.isfinite(counts), counts, np.float32(0))


def _now(recursion: Recursion, judged: Judged) -> pl.DataFrame:
    panel, memory = recursion.panel, recursion.memory
    odds = memory.odds.sum(axis=1)
    declined = memory.opened != NONE
    told = judged.told & ~np.isnan(memory.phi)
    quiet = told & (judged.weekly < QUIET) & ~declined
    status = np.select(
        [declined, ~told, quiet], ["usage fell", "too new to tell", "too quiet to tell"], "steady"
    )
    frame = pl.DataFrame(
        {
            "account_id": pl.Series(panel.ids, dtype=pl.String),
            "status": status,
            "posterior": odds / (1 + odds),
            "expected_28": judged.expected,
            "actual_28": judged.actual,
            "counted_28": _finite(panel.counts[-RECENT:]).sum(axis=0, dtype=np.float64).astype(np.int64),
            "events_a_week": judged.weekly,
            "too_quiet": quiet,
            "declined": declined,
            "since": memory.since,
            "alerted_on": memory.opened,
            "told": told,
            "alive": panel.first + panel.days - 1 < panel.ends,
        }
    ).filter("alive")
    told_only = [pl.when("told").then(pl.col(name)).alias(name) for name in ("expected_28", "events_a_week")]
    dated = [
        pl.when("declined").then(pl.col(name).cast(pl.Int32).cast(pl.Date)).alias(name)
        for name in ("since", "alerted_on")
    ]
    return DECLINES.check(
        frame.with_columns(*told_only, *dated).with_columns(
            pl.when(pl.col("expected_28") > 0)
            .then(pl.col("actual_28") / pl.col("expected_28"))
            .alias("ratio_28")
        )
    )
