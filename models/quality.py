"""What one snapshot keeps about quality: each account's measures, and each team's process from the data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import polars as pl

from models.ctq_measures import MEASURES, Given, values
from models.sipoc import from_data

VALUES_PART, SIPOC_PART = "quality", "sipoc"
"""The names of the two parts of a snapshot."""


def parts(
    facts: Mapping[str, pl.DataFrame],
    event_spans: pl.DataFrame,
    scores: pl.DataFrame,
    value_events: Sequence[str],
    as_of: date,
) -> dict[str, pl.DataFrame]:
    """`ctq_measures.VALUES` of the live book and `sipoc.ENTRIES` of the company, by part.

    In: the facts, `facts.EVENT_SPANS`, `snapshot.SCORES` of the same day, and the events customers come for.
    """
    spans = event_spans.filter(pl.col("first_at").dt.date() <= as_of)
    given = Given(facts, spans, scores, tuple(value_events), as_of)
    return {
        VALUES_PART: values(given, MEASURES.values()),
        SIPOC_PART: from_data(facts, spans, value_events, as_of),
    }
