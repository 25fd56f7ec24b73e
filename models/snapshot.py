"""What one snapshot holds: all scores of the live book as of one day."""

from __future__ import annotations

import polars as pl

from models.contracts import Column, Contract
from models.facts import DAY, FLAG, REAL, TEXT, WHOLE

SCORES = Contract(
    "account_scores",
    (
        Column("account_id", TEXT, required=True),
        Column("name", TEXT, required=True, doc="the account_id where the account has no name"),
        Column("segment", TEXT),
        Column("region", TEXT),
        Column("plan", TEXT),
        Column("industry", TEXT),
        Column("csm_id", TEXT),
        Column("signed_on", DAY),
        Column("tenure_days", WHOLE),
        Column("renewal_on", DAY),
        Column("mrr", REAL, doc="a month, in `currency`; null when the account has no subscription"),
        Column("currency", TEXT),
        Column("behaviour", REAL, doc="0-100, null when it can't be told"),
        Column("frequency", REAL, doc="share of the reference equalled or beaten, 0-100"),
        Column("effectiveness", REAL),
        Column("breadth", REAL),
        Column("frequency_points", REAL, doc="weighted; the three sum to behaviour"),
        Column("effectiveness_points", REAL),
        Column("breadth_points", REAL),
        Column("frequency_weight", REAL, doc="0-1; the three sum to 1"),
        Column("effectiveness_weight", REAL),
        Column("breadth_weight", REAL),
        Column("frequency_of", TEXT, doc="what frequency is made of: own, both or level"),
        Column("age", WHOLE, doc="days since the account could first be seen; null without use"),
        Column("baseline_share", REAL, doc="mean of the shares of the two ratios"),
        Column("active_share", REAL, doc="share of the reference with no more active days at that age"),
        Column("ratio_28", REAL, doc="use a day in the last 28 days over its first 90 days"),
        Column("ratio_91", REAL, doc="the same for the last 91 days"),
        Column("value_events", WHOLE, doc="different value events reached; null when none is known"),
        Column("distinct_events_91", WHOLE, doc="different events in the last 91 days"),
        Column("reference_n", WHOLE, doc="accounts compared with"),
        Column("reference_scope", TEXT, doc="segment, all or book"),
        Column("behaviour_note", TEXT, doc="why it can't be told"),
        Column("active_days_28", WHOLE),
        Column("active_days_prev_28", WHOLE),
        Column("events_28", WHOLE),
        Column("last_active_on", DAY),
        Column("emotion", REAL, doc="0-100, null while never heard"),
        Column("emotion_low", REAL, doc="95 % interval"),
        Column("emotion_high", REAL),
        Column("answers", WHOLE),
        Column("last_answer_on", DAY),
        Column("mood", TEXT, doc="heard, silent, never asked"),
        Column("quadrant", TEXT),
        Column("reach", REAL, doc="0-100 among the book; null where nothing is known"),
        Column("followers", WHOLE, doc="of all its contacts; null where none is known"),
        Column("posts_365", WHOLE),
        Column("referrals_made", WHOLE),
        Column("referrals_won", WHOLE),
        Column("risk", REAL, doc="0-100, transparent points"),
        Column("risk_parts", TEXT, doc="JSON list of term, points, sentence"),
        Column("priority", REAL, doc="chance of leaving, or else risk share, x MRR at stake"),
        Column("open_exceptions", WHOLE),
        Column("too_quiet", FLAG, doc="too few events to tell a decline"),
        Column("last_contact_on", DAY),
        Column("path", TEXT, doc="the path it stands on; null where there is none"),
        Column("path_step", TEXT, doc="its furthest step done"),
        Column("path_state", TEXT, doc="one of models.paths.progress_frames.STATES"),
        Column("churn", REAL, doc="chance of leaving, 0-1; null while no model has a signal"),
        Column("churn_on", DAY, doc="the decision that is meant, or the end of the horizon"),
        Column("churn_outside", TEXT, doc="how it differs from what the model was trained on, if it does"),
    ),
    key=("account_id",),
)

WEEKS = Contract(
    "weeks",
    (
        Column("account_id", TEXT, required=True),
        Column("events", pl.List(pl.Int64), required=True, doc="a week each, oldest first, ending at as_of"),
        Column("active_days", pl.List(pl.Int64), required=True),
    ),
    key=("account_id",),
)

_OWN = "points from the account's own use"
_OTHERS = "points because the others moved, or the account grew older"
_WEIGHTS = "points because weights or the choice of parts changed"

MOVES = Contract(
    "account_moves",
    (
        Column("account_id", TEXT, required=True),
        *(
            Column(f"{part}_{cause}", REAL, required=True, doc=doc)
            for part in ("frequency", "effectiveness", "breadth")
            for cause, doc in (("own", _OWN), ("reference", _OTHERS), ("weights", _WEIGHTS))
        ),
        Column(
            "behaviour_told", REAL, required=True, doc="+ a score that could not be told before, - a lost one"
        ),
        Column("emotion_new", REAL, required=True, doc="points from answers that came in"),
        Column("emotion_fading", REAL, required=True, doc="points because older answers count less by now"),
        Column(
            "emotion_company", REAL, required=True, doc="points because the company's mean or model moved"
        ),
        Column("emotion_told", REAL, required=True, doc="as behaviour_told"),
    ),
    key=("account_id",),
)
"""From one snapshot to another: each score's causes sum to its change, no score counting as 0."""
