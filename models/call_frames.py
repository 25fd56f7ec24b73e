"""The frames of the call list: calls done, calls added by hand, the list, and who is left out."""

from __future__ import annotations

import polars as pl

from models.contracts import Column, Contract
from models.facts import DAY, FLAG, REAL, TEXT, TIME, WHOLE

DONE = Contract(
    "done_calls",
    (
        Column("account_id", TEXT, required=True),
        Column("csm_id", TEXT, doc="whose capacity it used"),
        Column("done_at", TIME, required=True, doc="UTC"),
        Column("outcome", TEXT, doc="reached (also when null), left message, wrong person"),
    ),
)
ADDED = Contract(
    "added_calls",
    (
        Column("account_id", TEXT, required=True),
        Column("csm_id", TEXT, doc="who is to call; null: whose account it is"),
        Column("created_at", TIME, required=True, doc="UTC"),
        Column("note", TEXT, doc="why, in the words of who added it"),
    ),
    key=("account_id",),
)
CALLS = Contract(
    "calls",
    (
        Column("csm_id", TEXT, required=True, doc="empty when nobody looks after the account"),
        Column("position", WHOLE, required=True, doc="1 is first, for each CSM"),
        Column("planned", FLAG, required=True, doc="fits today; false: can wait"),
        Column("by_hand", FLAG, required=True),
        Column("account_id", TEXT, required=True),
        Column("name", TEXT, required=True),
        Column("segment", TEXT),
        Column("contact_id", TEXT, doc="null when no contact is known"),
        Column("contact_name", TEXT),
        Column("role", TEXT),
        Column("channel", TEXT, required=True, doc="call, email, or none when nobody can be reached"),
        Column("phone", TEXT),
        Column("email", TEXT),
        Column("timezone", TEXT),
        Column("local_time", TEXT, doc="as in 14:05; null when the zone isn't known"),
        Column("in_hours", FLAG, doc="open there now: business hours of a working day; null: not known"),
        Column("opens_at", TIME, doc="UTC, from when they can be rung on the planned day"),
        Column("closes_at", TIME, doc="UTC, until when"),
        Column("kinds", pl.List(pl.String()), required=True, doc="every kind of exception, strongest first"),
        Column("reasons", pl.List(pl.String()), required=True, doc="at most three sentences"),
        Column("prescription", TEXT, required=True),
        Column("talk_track", TEXT, required=True),
        Column("due_on", DAY, doc="the earliest of its reasons"),
        Column("quadrant", TEXT),
        Column("risk", REAL, doc="0-100"),
        Column("mrr", REAL),
        Column("currency", TEXT),
        Column("renewal_on", DAY),
        Column("saveability", REAL, required=True, doc="share of the risk a call may save, 0-1"),
        Column("likely", REAL, doc="chance of leaving, else risk share, 0-1"),
        Column("size", REAL, doc="MRR, in times the median MRR of its currency"),
        Column("worth", REAL, doc="likely x size x saveability: what the order follows"),
        Column("fair", FLAG, required=True, doc="fits only because a place is kept for small accounts"),
        Column("stake", REAL, doc="chance of leaving x MRR, in `currency`"),
        Column("saving", REAL, doc="stake x saveability"),
        Column("why", TEXT, required=True, doc="why it stands where it stands"),
    ),
    key=("account_id",),
)
LEFT_OUT = Contract(
    "left_out",
    (
        Column("account_id", TEXT, required=True),
        Column("csm_id", TEXT, required=True),
        Column("sentence", TEXT, required=True),
    ),
    key=("account_id",),
)
