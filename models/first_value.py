"""Time to first value: days from signing to the first thing customers come for, by signing quarter."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from models.book import as_known
from models.contracts import Column, Contract
from models.facts import DAY, FLAG, REAL, TEXT, WHOLE
from models.survival import CURVES, kaplan_meier, quantiles

TARGET_SHARE = 0.85
ALL = "all"
TRIAL = "trial"

FIRST_VALUE = Contract(
    "first_value",
    (
        Column("account_id", TEXT, required=True),
        Column("name", TEXT),
        Column("segment", TEXT),
        Column("csm_id", TEXT),
        Column("cohort", TEXT, required=True, doc="quarter of signing, as in 2026 Q3"),
        Column("trial", FLAG, required=True, doc="its plan is a trial"),
        Column("signed_on", DAY, required=True),
        Column("live", FLAG, required=True),
        Column("reached_on", DAY, doc="the first day with a value event; null: not yet"),
        Column("event", TEXT, doc="which one"),
        Column("days", WHOLE, required=True, doc="from signing to it, or to the last day it was watched"),
        Column("target_days", WHOLE, doc="null where nobody set one and it can't be learned"),
        Column("late", FLAG, required=True, doc="live, not there, and past the target"),
    ),
    key=("account_id",),
)

FIRST_VALUE_CURVES = Contract(
    "first_value_curves",
    (
        Column("of", TEXT, required=True, doc="all, trial, or a quarter of signing"),
        *CURVES.columns,
        Column("accounts", WHOLE, required=True),
        Column("reached", WHOLE, required=True, doc="how many got there"),
        Column("median_days", REAL, doc="null: under half of them got there"),
        Column("median_low", REAL, doc="95 % interval"),
        Column("median_high", REAL),
    ),
    key=("of", "time"),
)
"""The share still without first value by day, for everybody, trials and each cohort (`survival.CURVES`)."""


@dataclass(frozen=True)
class FirstValue:
    """`rows` (`FIRST_VALUE`), `curves` (`FIRST_VALUE_CURVES`), the target in days and where it is from.

    `target_from`: "chosen" in the settings, "successful" (85 % of the accounts that got first value and
    succeeded had it by then), or "" when there is none.
    """

    rows: pl.DataFrame
    curves: pl.DataFrame
    target_days: int | None
    target_from: str


def first_value(
    accounts: pl.DataFrame,
    event_spans: pl.DataFrame,
    value_events: pl.DataFrame,
    decided: pl.DataFrame,
    as_of: date,
    *,
    usage_from: date | None,
    target: int | None = None,
) -> FirstValue:
    """When each account first got value, for accounts that signed since usage is known, live or not.

    In: `facts.ACCOUNTS`, `facts.EVENT_SPANS`, `value_events.VALUE_EVENTS`, `decisions.DECISIONS`. Who left or
    ended without it is censored on that day, the others on `as_of`. Nothing after `as_of` counts.
    """
    if usage_from is None or value_events.is_empty():
        return FirstValue(FIRST_VALUE.empty(), FIRST_VALUE_CURVES.empty(), target, "chosen" if target else "")
    rows = _watched(accounts, as_of, usage_from).join(
        _first(event_spans, value_events, as_of), on="account_id", how="left"
    )
    rows = _timed(rows, as_of)
    days, told = (target, "chosen") if target else _learned(rows, decided)
    late = pl.col("live") & pl.col("reached_on").is_null() & (pl.col("days") > pl.lit(days, pl.Int64))
    full = rows.with_columns(target_days=pl.lit(days, pl.Int64), late=late.fill_null(value=False)).sort(
        "account_id"
    )
    return FirstValue(FIRST_VALUE.check(full), _curves(full), days, told)


def _watched(accounts: pl.DataFrame, as_of: date, usage_from: date) -> pl.DataFrame:
    signed = pl.col("signed_on")
    return (
        as_known(accounts, as_of)
        .filter(signed >= usage_from)
        .with_columns(
            ended=pl.min_horizontal("churned_on", "outcome_on"),
            trial=pl.col("plan").str.to_lowercase().str.contains(TRIAL).fill_null(value=False),
            cohort=pl.format("{} Q{}", signed.dt.year(), signed.dt.quarter()),
        )
        .select("account_id", "name", "segment", "csm_id", "cohort", "trial", "signed_on", "ended")
    )


def _first(event_spans: pl.DataFrame, value_events: pl.DataFrame, as_of: date) -> pl.DataFrame:
    used = event_spans.filter(pl.col("first_at").dt.date() <= as_of)
    return (
        used.join(value_events.select("event"), on="event", how="semi")
        .sort("account_id", "first_at", "event")
        .unique("account_id", keep="first", maintain_order=True)
        .select("account_id", "event", reached_on=pl.col("first_at").dt.date())
    )


def _timed(rows: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """With days and live; value got on the day it left, or later, does not count."""
    counts = pl.col("ended").is_null() | (pl.col("reached_on") < pl.col("ended"))
    kept = rows.with_columns(
        pl.when(counts).then("reached_on").alias("reached_on"), pl.when(counts).then("event").alias("event")
    )
    until = pl.coalesce("reached_on", "ended", pl.lit(as_of))
    days = (until - pl.col("signed_on")).dt.total_days().clip(lower_bound=0)
    return kept.with_columns(days=days, live=pl.col("ended").is_null())


def _spells(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.with_columns(
        entered=pl.lit(0.0),
        duration=pl.col("days").cast(pl.Float64),
        ended=pl.col("reached_on").is_not_null(),
    )


def _learned(rows: pl.DataFrame, decided: pl.DataFrame) -> tuple[int | None, str]:
    """The day by which 85 % of the successful accounts that got first value had it."""
    good = rows.join(decided.filter("succeeded"), on="account_id", how="semi").drop_nulls("reached_on")
    day = good["days"].cast(pl.Float64).quantile(TARGET_SHARE, "higher")
    return (None, "") if day is None else (int(day), "successful")


def _curves(rows: pl.DataFrame) -> pl.DataFrame:
    groups = [
        rows.with_columns(of=pl.lit(ALL)),
        rows.filter("trial").with_columns(of=pl.lit(TRIAL)),
        rows.with_columns(of="cohort"),
    ]
    spells = _spells(pl.concat(groups))
    if spells.is_empty():
        return FIRST_VALUE_CURVES.empty()
    curves = kaplan_meier(spells, by=["of"])
    middle = quantiles(curves, 0.5, by=["of"]).rename(
        {"time": "median_days", "low": "median_low", "high": "median_high"}
    )
    sizes = spells.group_by("of").agg(
        accounts=pl.len().cast(pl.Int64), reached=pl.col("ended").sum().cast(pl.Int64)
    )
    told = curves.join(middle, on="of", maintain_order="left").join(sizes, on="of", maintain_order="left")
    return FIRST_VALUE_CURVES.check(told)


def reached_by(curves: pl.DataFrame, days: int) -> pl.DataFrame:
    """The share of each cohort that had first value `days` after signing: of, share, low, high, accounts.

    In: `FIRST_VALUE_CURVES`.
    """
    past = pl.col("time") <= days
    return curves.group_by("of", maintain_order=True).agg(
        share=1 - pl.col("survival").filter(past).last().fill_null(1.0),
        low=1 - pl.col("high").filter(past).last().fill_null(1.0),
        high=1 - pl.col("low").filter(past).last().fill_null(1.0),
        accounts=pl.col("accounts").first(),
    )
