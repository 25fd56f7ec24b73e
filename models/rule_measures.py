"""What a rule of one's own can look at: the numbers of a snapshot, and those behind its findings."""

from __future__ import annotations

import json
from dataclasses import dataclass

import polars as pl

from models.findings import KINDS

SEPARATOR = "."
"""Between a kind and its number, as in `declined.ratio_28`."""


@dataclass(frozen=True)
class Measure:
    """What it is called in a sentence, and the columns of `SCORES` it is made of (with `as_of` beside)."""

    words: str
    value: pl.Expr
    needs: tuple[str, ...]


def _plain(name: str, words: str) -> Measure:
    return Measure(words, pl.col(name).cast(pl.Float64), (name,))


def _days_since(name: str, words: str) -> Measure:
    return Measure(words, (pl.col("as_of") - pl.col(name)).dt.total_days().cast(pl.Float64), (name,))


MEASURES: dict[str, Measure] = {
    "active_days_28": _plain("active_days_28", "active days in 28 days"),
    "active_days_change": Measure(
        "change of the active days, 28 days against the 28 before",
        (pl.col("active_days_28") - pl.col("active_days_prev_28")).cast(pl.Float64),
        ("active_days_28", "active_days_prev_28"),
    ),
    "events_28": _plain("events_28", "events in 28 days"),
    "ratio_28": _plain("ratio_28", "use of 28 days against the first 90 days (1: the same)"),
    "ratio_91": _plain("ratio_91", "use of 91 days against the first 90 days (1: the same)"),
    "distinct_events_91": _plain("distinct_events_91", "different features used in 91 days"),
    "value_events": _plain("value_events", "different value events reached"),
    "days_since_active": _days_since("last_active_on", "days since the last use"),
    "behaviour": _plain("behaviour", "behaviour score"),
    "frequency": _plain("frequency", "frequency score"),
    "effectiveness": _plain("effectiveness", "effectiveness score"),
    "breadth": _plain("breadth", "breadth score"),
    "emotion": _plain("emotion", "emotion score"),
    "answers": _plain("answers", "survey answers so far"),
    "days_since_answer": _days_since("last_answer_on", "days since the last answer"),
    "reach": _plain("reach", "reach score"),
    "risk": _plain("risk", "risk points"),
    "churn": _plain("churn", "chance of leaving (0 to 1)"),
    "days_since_contact": _days_since("last_contact_on", "days since we last called, met or wrote"),
    "days_to_renewal": Measure(
        "days to the renewal",
        (pl.col("renewal_on") - pl.col("as_of")).dt.total_days().cast(pl.Float64),
        ("renewal_on",),
    ),
    "mrr": _plain("mrr", "MRR"),
    "tenure_days": _plain("tenure_days", "days since signing"),
    "posts_365": _plain("posts_365", "community posts in a year"),
    "referrals_made": _plain("referrals_made", "referrals made"),
}
"""By the name that a rule keeps."""


def is_finding(measure: str) -> bool:
    """Whether a measure is a number behind a finding."""
    return SEPARATOR in measure


def words(measure: str) -> str:
    """What a measure is called.

    >>> words("declined.ratio_28")
    'usage fell: ratio 28'
    """
    if is_finding(measure):
        kind, _, number = measure.partition(SEPARATOR)
        return f"{KINDS.get(kind, kind).lower()}: {number.replace('_', ' ')}"
    return MEASURES[measure].words if measure in MEASURES else measure


def needed(measure: str) -> tuple[str, ...]:
    """The columns of `SCORES` that a measure is made of; none for a number behind a finding."""
    return () if is_finding(measure) else MEASURES[measure].needs


def values(measure: str, scores: pl.DataFrame, findings: pl.DataFrame) -> pl.DataFrame:
    """A measure of every account and day where it is known: as_of, account_id, value.

    `scores` needs as_of, account_id and what the measure needs; `findings` is `FINDINGS` with as_of.
    """
    if is_finding(measure):
        kind, _, number = measure.partition(SEPARATOR)
        value = pl.col("evidence").str.json_path_match(f"$.{number}").cast(pl.Float64, strict=False)
        rows = findings.filter(pl.col("kind") == kind)
    else:
        value, rows = MEASURES[measure].value, scores
    return (
        rows.select("as_of", "account_id", value=value)
        .drop_nulls("value")
        .filter(pl.col("value").is_finite())
    )


def offered(findings: pl.DataFrame) -> dict[str, str]:
    """Every measure with its words; those behind findings as far as these findings (`FINDINGS`) have them."""
    known = {name: measure.words for name, measure in MEASURES.items()}
    first = findings.filter(pl.col("kind").is_in(list(KINDS))).unique(
        "kind", keep="first", maintain_order=True
    )
    for kind, evidence in first.select("kind", "evidence").sort("kind").iter_rows():
        for number, value in json.loads(evidence).items():
            if isinstance(value, int | float) and not isinstance(value, bool):
                name = f"{kind}{SEPARATOR}{number}"
                known[name] = words(name)
    return known
