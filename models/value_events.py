"""Value events: the things that customers come for, named in the catalog or found in past decisions."""

from __future__ import annotations

import math
from datetime import timedelta

import polars as pl

from models.contracts import Column, Contract

MIN_OF_EACH = 30
USED_BY_AT_MOST = 0.95
Z_AT_LEAST = 2.0
LEAD_DAYS = 7

VALUE_EVENTS = Contract(
    "value_events",
    (
        Column("event", pl.String(), required=True),
        Column("source", pl.String(), required=True, doc="catalog, or learned from past decisions"),
        Column("used_by", pl.Float64(), doc="share of the decided accounts that had used it"),
        Column("z", pl.Float64(), doc="association with success, normal scale, segments kept apart"),
    ),
    key=("event",),
)


def value_events(
    decided: pl.DataFrame, event_spans: pl.DataFrame, features: pl.DataFrame | None = None
) -> pl.DataFrame:
    """The catalog's value events, or else those that accounts which succeeded had used more often.

    In: `decisions.DECISIONS`, `facts.EVENT_SPANS`, `facts.FEATURES`. Out: `VALUE_EVENTS`, by z, empty
    when the catalog names none and under 30 successes or 30 failures are known.

    Learned at a landmark, or leaving early would look like never having used: the age by which half of
    the failures were a week from their decision (28-365 days). Only accounts still undecided then, and
    only what they had used by then. An event counts when fewer than 95 % had used it and the
    Cochran-Mantel-Haenszel z over segments is above 2.
    """
    if features is not None and features["is_value"].any():
        named = features.filter(pl.col("is_value")).select("event").sort("event")
        return VALUE_EVENTS.check(
            named.with_columns(
                source=pl.lit("catalog"), used_by=pl.lit(None, pl.Float64), z=pl.lit(None, pl.Float64)
            )
        )
    open_then = _undecided_at_landmark(decided)
    enough = open_then.group_by("succeeded").len().filter(pl.col("len") >= MIN_OF_EACH)
    if enough.height < 2:
        return VALUE_EVENTS.empty()
    tests = _associations(open_then, event_spans)
    found = tests.filter((pl.col("z") > Z_AT_LEAST) & (pl.col("used_by") < USED_BY_AT_MOST))
    return VALUE_EVENTS.check(
        found.with_columns(source=pl.lit("learned")).sort("z", "event", descending=[True, False])
    )


def _undecided_at_landmark(decided: pl.DataFrame) -> pl.DataFrame:
    aged = decided.drop_nulls("signed_on").with_columns(
        age=(pl.col("decided_on") - pl.col("signed_on")).dt.total_days()
    )
    typical = aged.filter(~pl.col("succeeded")).select(pl.col("age").median()).item()
    landmark = 365 if typical is None else min(max(math.floor(typical) - LEAD_DAYS, 28), 365)
    return aged.filter(pl.col("age") > landmark).select(
        "account_id",
        "succeeded",
        segment=pl.col("segment").fill_null(""),
        landmark_on=pl.col("signed_on") + timedelta(days=landmark),
    )


def _associations(open_then: pl.DataFrame, event_spans: pl.DataFrame) -> pl.DataFrame:
    """event, used_by, z over the accounts of `open_then`."""
    strata = open_then.group_by("segment").agg(
        n=pl.len().cast(pl.Float64), good=pl.col("succeeded").sum().cast(pl.Float64)
    )
    used = (
        event_spans.join(open_then, on="account_id")
        .filter(pl.col("first_at").dt.date() < pl.col("landmark_on"))
        .group_by("event", "segment")
        .agg(used=pl.len().cast(pl.Float64), both=pl.col("succeeded").sum().cast(pl.Float64))
        .join(strata.filter(pl.col("n") > 1), on="segment")
    )
    used_n, n, good = pl.col("used"), pl.col("n"), pl.col("good")
    variance = used_n * (n - used_n) * good * (n - good) / (n * n * (n - 1))
    return (
        used.group_by("event")
        .agg(
            used_by=used_n.sum() / open_then.height,
            excess=(pl.col("both") - used_n * good / n).sum(),
            variance=variance.sum(),
        )
        .filter(pl.col("variance") > 0)
        .select("event", "used_by", z=pl.col("excess") / pl.col("variance").sqrt())
    )
