"""What progress along paths is told in: prescribed steps, what was reached, and where everybody stands."""

from __future__ import annotations

import polars as pl

from models.contracts import Column, Contract
from models.facts import DAY, FLAG, REAL, TEXT, TIME, WHOLE

ON_TRACK, BEHIND, STUCK, DONE = "on track", "behind", "stuck", "done"
OFF_PATH, NOT_STARTED = "off path", "not started"
STATES: dict[str, str] = {
    ON_TRACK: "no slower than 85 % of the successful",
    BEHIND: "past the step's target, or later after signing than 85 % of the successful",
    STUCK: "on its step for longer than 85 % of the successful were",
    DONE: "reached the end of its path",
    OFF_PATH: "left out more of the path than it did",
    NOT_STARTED: "has done no step of any path",
}
"""Every state an account can be in, with what it means."""

STEP_STATES = ("done", "current", "skipped", "ahead")

PRESCRIBED = Contract(
    "prescribed_steps",
    (
        Column("path_key", TEXT, required=True),
        Column("path", TEXT, required=True, doc="its name"),
        Column("path_id", WHOLE, doc="null where it was found and not adopted"),
        Column("version", WHOLE, doc="the version in force; null where it was not adopted"),
        Column("source", TEXT, required=True, doc="adopted or found"),
        Column("segment", TEXT, required=True, doc="empty: for everybody"),
        Column("step", TEXT, required=True, doc="its key: the same through all versions"),
        Column("position", WHOLE, required=True, doc="from 1; equal where the order is free"),
        Column("label", TEXT, required=True),
        Column("kind", TEXT, required=True, doc="data or manual"),
        Column("event", TEXT, required=True, doc="empty for a manual step"),
        Column("nth", WHOLE, required=True),
        Column("target_days", WHOLE, doc="days after signing"),
        Column("who", TEXT, required=True, doc="who ticks it; empty for a step of data"),
        Column("advice", TEXT, required=True),
        Column("median_days", REAL, doc="days from signing among the successful"),
        Column("p85_days", REAL),
        Column("gap_median", REAL, doc="days since the position before among the successful"),
        Column("gap_p85", REAL),
        Column("prevalence", REAL, doc="share of the path's successful that did it, 0-1"),
    ),
    key=("path_key", "step"),
)

REACHED = Contract(
    "path_reached",
    (
        Column("account_id", TEXT, required=True),
        Column("event", TEXT, required=True),
        Column("nth", WHOLE, required=True),
        Column("reached_on", DAY, required=True, doc="the nth different day with the event"),
        Column("last_on", DAY, doc="the last day with it; null for later days than the first"),
    ),
    key=("account_id", "event", "nth"),
)

TICKS = Contract(
    "path_ticks",
    (
        Column("tick_id", WHOLE, required=True),
        Column("path_id", WHOLE, required=True),
        Column("step", TEXT, required=True),
        Column("account_id", TEXT, required=True),
        Column("done_on", DAY, required=True),
        Column("ticked_at", TIME, required=True, doc="UTC"),
        Column("ticked_by", TEXT, required=True),
    ),
    key=("tick_id",),
)

PROGRESS = Contract(
    "path_progress",
    (
        Column("account_id", TEXT, required=True),
        Column("path_key", TEXT, doc="null while it has done no step of several paths"),
        Column("path", TEXT, doc="the path's name"),
        Column("path_id", WHOLE),
        Column("version", WHOLE),
        Column("source", TEXT, doc="adopted or found"),
        Column("state", TEXT, required=True, doc="one of STATES"),
        Column("done", WHOLE, required=True, doc="steps done"),
        Column("steps", WHOLE, required=True, doc="steps of the path; 0 without one"),
        Column("position", WHOLE, required=True, doc="furthest position with a step done; 0: none"),
        Column("step", TEXT, doc="name of the furthest step done; null: none"),
        Column("next", TEXT, doc="name of the next missing step; null at the end"),
        Column("next_step", TEXT, doc="its key"),
        Column("next_kind", TEXT, doc="data or manual"),
        Column("next_who", TEXT, doc="who ticks it; empty for a step of data"),
        Column("advice", TEXT, doc="what to do about it, as people wrote it; may be empty"),
        Column("arrived_on", DAY, doc="the day the position before was complete, or of signing"),
        Column("days_on", WHOLE, doc="days since; null at the end"),
        Column(
            "usual_days", REAL, doc="median of the successful on this step; without a path, on a first step"
        ),
        Column("slow_days", REAL, doc="85 % of the successful took no longer; more is stuck"),
        Column("target_days", WHOLE, doc="days after signing by which the next step should be done"),
        Column("stuck_since", DAY, doc="only of the stuck"),
        Column("last_step_on", DAY, doc="the last day a step of the path was done"),
        Column("skipped", pl.List(pl.String()), required=True, doc="steps left out before the furthest"),
        Column("swapped", pl.List(pl.String()), required=True, doc="as in 'B before A'"),
        Column("looped", pl.List(pl.String()), required=True, doc="done again within 28 days, no step on"),
        Column("distance", WHOLE, required=True, doc="steps left out or moved: edit distance to the path"),
        Column("days_since_start", WHOLE, required=True, doc="since signing, or first seen"),
        Column("watched", FLAG, required=True, doc="signed since usage is recorded: its days are exact"),
        Column("sentence", TEXT, required=True),
    ),
    key=("account_id",),
)
"""One row an account of the live book that a path is meant for."""

STEP_TIMES = Contract(
    "path_step_times",
    (
        Column("account_id", TEXT, required=True),
        Column("path_key", TEXT, required=True),
        Column("step", TEXT, required=True, doc="its key"),
        Column("position", WHOLE, required=True),
        Column("label", TEXT, required=True),
        Column("kind", TEXT, required=True),
        Column("state", TEXT, required=True, doc="one of STEP_STATES"),
        Column("done_on", DAY, doc="null while it is not done"),
        Column("days", WHOLE, doc="days after signing it was done"),
        Column("gap_days", WHOLE, doc="days since the position before; so far, where it is the current step"),
        Column("usual_days", REAL, doc="median of the successful for this gap"),
        Column("slow_days", REAL, doc="85 % of the successful took no longer"),
    ),
    key=("account_id", "step"),
)
"""One row an account and step of its path, in order."""
