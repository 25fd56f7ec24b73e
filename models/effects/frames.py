"""The frames of the trial of calls: episodes, effects, and what calls of each kind have saved."""

from __future__ import annotations

import polars as pl

from models.contracts import Column, Contract
from models.facts import DAY, FLAG, REAL, TEXT, WHOLE

EPISODE_DAYS = 90
"""An account's assignment holds for so many days, whatever exceptions open meanwhile."""

CALLED, HELD, WAITING = "called", "held out", "waiting"
ARMS = (CALLED, HELD, WAITING)

EPISODES = Contract(
    "call_episodes",
    (
        Column("trial_id", WHOLE, required=True),
        Column("account_id", TEXT, required=True),
        Column("started_on", DAY, required=True, doc="the day of the call list it first stood on"),
        Column("csm_id", TEXT, required=True, doc="whose list; empty: nobody's"),
        Column("arm", TEXT, required=True, doc="called (meant to be), held out, or waiting (no slot)"),
        Column("exempt", TEXT, doc="why no lot was drawn; null: randomised, or waiting"),
        Column("nth", WHOLE, doc="the lot's number in the trial for this CSM, from 0; null: no lot"),
        Column("kinds", TEXT, required=True, doc="JSON list of its kinds of exception, strongest first"),
        Column("prescription", TEXT, required=True),
        Column("position", WHOLE, required=True, doc="place on the CSM's list, 1 is first"),
        Column("risk", REAL, doc="predicted churn, 0-1, on any scale that ranks"),
        Column("mrr", REAL),
        Column("currency", TEXT),
        Column("ended_on", DAY, doc="the day a waiting account got a slot; null: ran its 90 days"),
        Column("known_on", DAY, doc="as of when the outcomes were read; null: not yet"),
        Column("churned", FLAG, doc="left within 90 days; null until they are over"),
        Column("calls", WHOLE, doc="calls logged within 90 days, for the record: the arm is what counts"),
        Column("use_before", WHOLE, doc="events in the 28 days before; null where nothing was used ever"),
        Column("use_28", WHOLE, doc="events in days 1 to 28; null until they are over"),
        Column("use_90", WHOLE, doc="events in days 63 to 90; null until they are over"),
    ),
    key=("account_id", "started_on"),
)
"""One account for 90 days, all its exceptions together; it is drawn again afterwards."""

OUTCOMES = ("ended_on", "known_on", "churned", "calls", "use_before", "use_28", "use_90")
"""What becomes known of an episode after it began."""

RETENTION, USE_28, USE_90 = "retention", "use at 28 days", "use at 90 days"
MEASURES = (RETENTION, USE_28, USE_90)
WHOLE_LIST, KIND, PRESCRIPTION = "all", "kind", "prescription"

EFFECTS = Contract(
    "call_effects",
    (
        Column("by", TEXT, required=True, doc="all, kind or prescription"),
        Column("group", TEXT, required=True, doc="which; empty for all"),
        Column("measure", TEXT, required=True, doc="retention, use at 28 days, or use at 90 days"),
        Column("called", WHOLE, required=True, doc="matured episodes meant to be called"),
        Column("held", WHOLE, required=True, doc="matured episodes held out"),
        Column("called_churned", WHOLE, doc="of the called; retention only"),
        Column("held_churned", WHOLE),
        Column("called_mean", REAL, doc="share that left, or mean change of log(1 + events)"),
        Column("held_mean", REAL),
        Column("effect", REAL, doc="share of accounts kept, or relative change of use; null: too few"),
        Column("low", REAL, doc="95 % interval as if looked at once"),
        Column("high", REAL),
        Column("sure_low", REAL, doc="interval that holds however often one looks; null: no claim yet"),
        Column("sure_high", REAL),
        Column("method", TEXT, required=True),
        Column("verdict", TEXT, required=True, doc="helps, harms, or not enough data"),
        Column("needed", WHOLE, doc="about so many more calls until a worthwhile effect would show"),
    ),
    key=("by", "group", "measure"),
)
"""Called less held out, intention to treat; positive is good."""

HELPS, HARMS, UNKNOWN = "helps", "harms", "not enough data"

SAVEABILITY = Contract(
    "call_saveability",
    (
        Column("kind", TEXT, required=True),
        Column("stated", REAL, required=True, doc="what was thought before any outcome"),
        Column("called", WHOLE, required=True, doc="matured episodes that were called"),
        Column("churned", WHOLE, required=True, doc="of those"),
        Column("expected", REAL, required=True, doc="how many of those would have left without a call"),
        Column("raw", REAL, doc="1 - churned / expected; null without calls"),
        Column("learned", REAL, required=True, doc="shrunk toward what was stated, at least 0.02"),
        Column("controls", TEXT, required=True, doc="held out, or held out and waiting"),
    ),
    key=("kind",),
)


def kinds_of(episodes: pl.DataFrame) -> pl.DataFrame:
    """The episodes with `kind`, one row for each of their kinds."""
    listed = pl.col("kinds").str.json_decode(pl.List(pl.String))
    return episodes.with_columns(kind=listed).explode("kind", keep_nulls=False, empty_as_null=False)
