"""How a renewal went, as people recorded it."""

from __future__ import annotations

from collections.abc import Mapping

from models.contracts import Column, Contract
from models.facts import DAY, TEXT, TIME, WHOLE

RESULTS: Mapping[str, str] = {"won": "Won", "lost": "Lost"}

REASONS: Mapping[str, tuple[str, ...]] = {
    "won": ("value seen", "relationship", "new terms", "grew", "no alternative", "other"),
    "lost": (
        "price",
        "missing features",
        "not used",
        "poor service",
        "competitor",
        "champion left",
        "closed down",
        "other",
    ),
}
"""Why, in the words that people choose from; a note says more."""

LONGEST_NOTE = 500

RENEWAL_RESULTS = Contract(
    "renewal_results",
    (
        Column("result_id", WHOLE, required=True),
        Column("account_id", TEXT, required=True),
        Column("due_on", DAY, required=True, doc="the renewal day it is about"),
        Column("result", TEXT, required=True, doc="won or lost"),
        Column("reason", TEXT, required=True, doc="one of REASONS"),
        Column("note", TEXT, required=True, doc="may be empty"),
        Column("recorded_at", TIME, required=True, doc="UTC"),
        Column("recorded_by", TEXT, required=True),
        Column("withdrawn_at", TIME, doc="UTC; null while it stands"),
        Column("version", WHOLE, required=True),
    ),
    key=("result_id",),
)
