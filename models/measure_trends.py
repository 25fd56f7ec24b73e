"""The measures of the scorecard over time: each point with what it is made of."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl

from models.findings import close_of
from models.goals import TREND
from models.ledger import Ledger, live_on, month_ends
from models.retention_rows import RetentionRows
from models.touches import touches

IN_TIME = timedelta(hours=48)
WITHIN_DAYS = 90


def retention_trend(rows: RetentionRows, currency: str) -> pl.DataFrame:
    """Logo retention, and GRR and NRR of one currency, at each month's end: `TREND`."""
    logos = rows.logos.group_by(day="until").agg(
        part=pl.col("kept").sum().cast(pl.Float64), whole=pl.len().cast(pl.Float64)
    )
    paid = rows.revenue.filter(pl.col("currency") == currency).group_by(day="until")
    parts = [logos.with_columns(measure=pl.lit("logo"))]
    for name, now in (("grr", "mrr_kept"), ("nrr", "mrr_now")):
        sums = paid.agg(part=pl.col(now).sum().round(2), whole=pl.col("mrr_then").sum().round(2))
        parts.append(sums.with_columns(measure=pl.lit(name)))
    return _trend(pl.concat([part.select("measure", "day", "part", "whole") for part in parts]))


def referral_trend(book: Ledger, referrals: pl.DataFrame, months: int = 24) -> pl.DataFrame:
    """The share of customers that referred somebody in the 12 months to each month's end: `TREND`."""
    live = live_on(book, month_ends(book.as_of, months)[1:])
    told = referrals.select(account_id="referrer_account_id", at="referred_on")
    near = live.join(told, on="account_id").filter(
        (pl.col("at") <= pl.col("day")) & (pl.col("at") > pl.col("day").dt.offset_by("-12mo"))
    )
    referred = near.select("day", "account_id").unique().group_by("day").agg(part=pl.len().cast(pl.Float64))
    whole = live.group_by("day").agg(whole=pl.len().cast(pl.Float64))
    joined = whole.join(referred, on="day", how="left").with_columns(
        pl.col("part").fill_null(0.0), measure=pl.lit("referrals")
    )
    return _trend(joined)


def detractor_rows(responses: pl.DataFrame, interactions: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Every detractor whose 48 hours are over, with the first contact that followed.

    Out: response_id, account_id, score, responded_at, touched_at (null: none), in_time; oldest first.
    In: `SURVEY_RESPONSES`, and `INTERACTIONS` with the calls logged here. A contact is a call, a meeting, or
    a message of ours: the first after the answer.
    """
    close = close_of(as_of)
    asked = responses.filter(
        (pl.col("kind") == "nps") & (pl.col("score") <= 6) & (pl.col("responded_at") + IN_TIME <= close)
    ).select("response_id", "account_id", "score", "responded_at")
    met = touches(interactions, as_of).select("account_id", touched_at="at")
    first = (
        asked.join(met, on="account_id")
        .filter(pl.col("touched_at") >= pl.col("responded_at"))
        .group_by("response_id")
        .agg(pl.col("touched_at").min())
    )
    late = pl.col("touched_at") - pl.col("responded_at") > IN_TIME
    return (
        asked.join(first, on="response_id", how="left")
        .with_columns(in_time=(~late).fill_null(value=False))
        .sort("responded_at", "response_id")
    )


def detractors_on(rows: pl.DataFrame, day: date) -> pl.DataFrame:
    """The detractors whose 48 hours ended in the 90 days up to `day`; in: what `detractor_rows` gives."""
    over = (pl.col("responded_at") + IN_TIME).dt.date()
    return rows.filter((over <= day) & (over > day - timedelta(days=WITHIN_DAYS)))


def detractor_trend(rows: pl.DataFrame, as_of: date, months: int = 24) -> pl.DataFrame:
    """The share of detractors answered in time, of the 90 days to each month's end: `TREND`.

    In: what `detractor_rows` gives. Answers younger than 48 hours on that day aren't counted yet.
    """
    days = month_ends(as_of, months)[1:]
    near = pl.concat([detractors_on(rows, day).with_columns(day=pl.lit(day)) for day in days])
    sums = near.group_by("day").agg(
        part=pl.col("in_time").sum().cast(pl.Float64), whole=pl.len().cast(pl.Float64)
    )
    return _trend(sums.with_columns(measure=pl.lit("detractors")))


def first_value_rows(rows: pl.DataFrame, day: date) -> pl.DataFrame:
    """The accounts that first value is asked of on a day: account_id, signed_on, reached_on, reached.

    In: `FIRST_VALUE`. Accounts signed 90 to 455 days before, also those that left since; reached: within
    90 days of signing.
    """
    tenure = (pl.lit(day) - pl.col("signed_on")).dt.total_days()
    young = rows.filter(tenure.is_between(WITHIN_DAYS, WITHIN_DAYS + 365))
    took = (pl.col("reached_on") - pl.col("signed_on")).dt.total_days()
    return young.select(
        "account_id",
        "signed_on",
        "reached_on",
        reached=(took <= WITHIN_DAYS).fill_null(value=False),
    )


def first_value_trend(rows: pl.DataFrame, as_of: date, months: int = 24) -> pl.DataFrame:
    """The share that reached first value within 90 days, at each month's end: `TREND`. In: `FIRST_VALUE`."""
    points = []
    for day in month_ends(as_of, months)[1:]:
        young = first_value_rows(rows, day)
        points.append((day, float(young["reached"].sum()), float(young.height)))
    schema = {"day": pl.Date, "part": pl.Float64, "whole": pl.Float64}
    return _trend(
        pl.DataFrame(points, schema=schema, orient="row").with_columns(measure=pl.lit("first_value"))
    )


def _trend(points: pl.DataFrame) -> pl.DataFrame:
    known = points.filter(pl.col("whole") > 0).with_columns(value=pl.col("part") / pl.col("whole"))
    return TREND.check(known.sort("measure", "day"))
