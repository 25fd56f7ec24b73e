"""Evidence for the churn model's tests."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl

from models.book import as_known
from models.churn.evidence import Evidence, evidence_from, from_usage
from models.churn.observations import observations

DAY = date(2026, 6, 30)


def evidence_of(facts: dict[str, pl.DataFrame]) -> Evidence:
    return evidence_from(facts, *from_usage(facts["usage_events"]))


def asked(facts: dict[str, pl.DataFrame], until: date, evidence: Evidence, **how: Any) -> pl.DataFrame:
    return observations(facts["accounts"], facts["subscriptions"], until, since=evidence.usage_starts, **how)


def known_by(facts: dict[str, pl.DataFrame], day: date) -> dict[str, pl.DataFrame]:
    """The facts as they stood at the end of a day: later rows are not there, later ends not filled in."""
    dated = {
        "usage_events": "occurred_at",
        "survey_responses": "responded_at",
        "survey_invitations": "sent_at",
        "interactions": "opened_at",
        "handoffs": "handed_on",
        "subscriptions": "starts_on",
    }
    ends = {
        "interactions": ("first_reply_at", "closed_at"),
        "handoffs": ("accepted_on",),
        "subscriptions": ("ends_on",),
    }
    found = dict(facts)
    for name, column in dated.items():
        hidden = [
            pl.when(pl.col(end).cast(pl.Date) <= day).then(pl.col(end)).alias(end)
            for end in ends.get(name, ())
        ]
        found[name] = facts[name].filter(pl.col(column).cast(pl.Date) <= day).with_columns(hidden)
    return found | {"accounts": as_known(facts["accounts"], day)}
