"""How old each kind of data is, and for how much of the book there is any."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta

import polars as pl

from models.contracts import Column, Contract
from models.facts import FACTS, REAL, TEXT, TIME, WHOLE

STALE_AFTER: dict[str, int] = {
    "usage_events": 3,
    "interactions": 7,
    "subscriptions": 45,
    "survey_responses": 45,
    "accounts": 45,
    "contacts": 90,
}
"""Days after which somebody should look whether a source has stopped; other facts may be old."""

LISTS = ("csms", "accounts", "contacts", "subscriptions", "features")
"""Lists of what there is: an old date in them is no bad sign, an old import is."""

FRESHNESS = Contract(
    "freshness",
    (
        Column("fact", TEXT, required=True),
        Column("rows", WHOLE, required=True),
        Column("newest", TIME, doc="latest date its rows carry; null where they carry none"),
        Column("imported_at", TIME, doc="end of the last import; null when there was none"),
        Column("age_days", WHOLE, doc="since the newest row; for `LISTS`, since the last import"),
        Column("state", TEXT, required=True, doc="fresh, stale or missing"),
    ),
    key=("fact",),
)

COVERAGE = Contract(
    "coverage",
    (
        Column("what", TEXT, required=True),
        Column("accounts", WHOLE, required=True, doc="live accounts that have it"),
        Column("of", WHOLE, required=True, doc="live accounts"),
        Column("share", REAL, doc="0-1; null without accounts"),
    ),
    key=("what",),
)

COVERED: dict[str, pl.Expr] = {
    "usage in the last 28 days": pl.col("events_28").fill_null(0) > 0,
    "a subscription": pl.col("mrr").is_not_null(),
    "a renewal day": pl.col("renewal_on").is_not_null(),
    "a survey answer in the last year": pl.col("last_answer_on") > pl.col("as_of") - timedelta(days=365),
    "a contact person": pl.col("has_contact"),
    "a CSM": pl.col("csm_id").is_not_null(),
}
"""What an account should have, as a condition on a row of `SCORES` with `as_of` and `has_contact`."""


def freshness(
    rows: Mapping[str, int], newest: Mapping[str, datetime], imports: pl.DataFrame, today: date
) -> pl.DataFrame:
    """Every fact with its rows, its newest date and its age in days: `FRESHNESS`, in the facts' order.

    `imports` has fact and finished_at. Age is counted to `today`; a date after today counts as today.
    """
    ends = dict(imports.group_by("fact").agg(pl.col("finished_at").max()).iter_rows())
    entries = []
    for fact in FACTS:
        seen, imported = newest.get(fact), ends.get(fact)
        last = (imported or seen) if fact in LISTS else (seen or imported)
        age = None if last is None else max((today - last.date()).days, 0)
        n = rows.get(fact, 0)
        state = "missing" if n == 0 else "stale" if (age or 0) > STALE_AFTER.get(fact, 10_000) else "fresh"
        entries.append((fact, n, seen, imported, age if n else None, state))
    return FRESHNESS.check(pl.DataFrame(entries, schema=FRESHNESS.schema, orient="row"))


def covered(scores: pl.DataFrame, contacts: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """The live accounts with one flag for each entry of `COVERED`, in columns of those names."""
    known = scores.join(
        contacts.select("account_id", has_contact=pl.lit(value=True)).unique(), on="account_id", how="left"
    ).with_columns(pl.col("has_contact").fill_null(value=False), as_of=pl.lit(as_of))
    flags = [condition.fill_null(value=False).alias(what) for what, condition in COVERED.items()]
    return known.with_columns(flags)


def coverage(flagged: pl.DataFrame) -> pl.DataFrame:
    """For how many of the live accounts each is there: `COVERAGE`. In: what `covered` gives."""
    total = flagged.height
    entries = [(what, n := int(flagged[what].sum()), total, n / total if total else None) for what in COVERED]
    return COVERAGE.check(pl.DataFrame(entries, schema=COVERAGE.schema, orient="row"))
