"""Measures of what matters to a customer, one value an account, each computed from the data."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

import polars as pl

from models.contracts import Column, Contract
from models.exception_rules import SURVEYS
from models.facts import REAL, TEXT
from models.findings import close_of
from models.handoffs import ACCEPTED, steps
from models.touches import touches

Frames = Mapping[str, pl.DataFrame]

SUPPORT_DAYS, YEAR_DAYS = 91, 365

VALUES = Contract(
    "quality_values",
    (
        Column("account_id", TEXT, required=True),
        Column("measure", TEXT, required=True, doc="a key of MEASURES"),
        Column("low", REAL, required=True, doc="the value, or what it is at least while something is open"),
        Column("high", REAL, doc="the value, or what it is at most; null when nothing bounds it yet"),
    ),
    key=("account_id", "measure"),
)


@dataclass(frozen=True)
class Given:
    """What a measure may use: facts up to as_of, first uses, the scores of the live book.

    `value_events` are the events that customers come for; none when they are not known.
    """

    facts: Frames
    spans: pl.DataFrame
    scores: pl.DataFrame
    value_events: tuple[str, ...]
    as_of: date


@dataclass(frozen=True)
class Measure:
    """One measure: what it says of an account, in which unit, and whether little or much is good.

    `target` with `need` and `driver` is what a first tree proposes; people decide. `compute` gives
    account_id, low and high for the accounts of which it can be told.
    """

    key: str
    what: str
    unit: str
    good: Literal["at most", "at least"]
    target: float
    need: str
    driver: str
    compute: Callable[[Given], pl.DataFrame]


def values(given: Given, measures: Iterable[Measure]) -> pl.DataFrame:
    """Every measure of every live account that it can be told of; `VALUES`."""
    book = given.scores.select("account_id")
    told = [
        one.compute(given)
        .join(book, on="account_id", how="semi")
        .select(
            "account_id",
            measure=pl.lit(one.key),
            low=pl.col("low").cast(pl.Float64),
            high=pl.col("high").cast(pl.Float64),
        )
        for one in measures
    ]
    return VALUES.check(pl.concat([VALUES.empty(), *told]).sort("measure", "account_id"))


def first_reply(given: Given) -> pl.DataFrame:
    """Median hours from a customer's message or ticket to our first reply, of the last 91 days."""
    asked = _asked(given).filter(pl.col("channel").is_in(["ticket", "email", "chat"]))
    return _median(asked, "first_reply_at", given.as_of, hours=1)


def time_to_close(given: Given) -> pl.DataFrame:
    """Median days from opening a ticket to closing it, of the last 91 days."""
    return _median(_asked(given).filter(pl.col("channel") == "ticket"), "closed_at", given.as_of, hours=24)


def _asked(given: Given) -> pl.DataFrame:
    end = close_of(given.as_of)
    opened = pl.col("opened_at").is_between(end - timedelta(SUPPORT_DAYS), end, closed="left")
    inward = (pl.col("direction") == "in") | (pl.col("channel").str.to_lowercase() == "ticket")
    return (
        given.facts["interactions"].filter(opened & inward).with_columns(pl.col("channel").str.to_lowercase())
    )


def _median(rows: pl.DataFrame, done_at: str, as_of: date, *, hours: int) -> pl.DataFrame:
    """The median time; while some are open it lies between counting them as of now and as endless."""
    end = close_of(as_of)
    done = pl.col(done_at) < end
    until = pl.when(done).then(pl.col(done_at)).otherwise(pl.lit(end))
    spent = (until - pl.col("opened_at")).dt.total_seconds() / (3600.0 * hours)
    least = spent.clip(0)
    most = pl.when(done).then(least).otherwise(float("inf"))
    found = rows.group_by("account_id").agg(low=least.median(), high=most.median())
    return found.with_columns(high=pl.when(pl.col("high").is_finite()).then("high"))


def first_value(given: Given) -> pl.DataFrame:
    """Days from signing to the first value event, of those who could be watched from signing."""
    if not given.value_events or given.spans.is_empty():
        return _nobody()
    began = given.spans["first_at"].min()
    reached = (
        given.spans.filter(pl.col("event").is_in(given.value_events))
        .group_by("account_id")
        .agg(first=pl.col("first_at").min().dt.date())
    )
    watched = given.scores.drop_nulls("signed_on").filter(pl.col("signed_on") >= pl.lit(began).dt.date())
    rows = watched.select("account_id", "signed_on").join(reached, on="account_id", how="left")
    days = (pl.col("first") - pl.col("signed_on")).dt.total_days().clip(0)
    age = (pl.lit(given.as_of) - pl.col("signed_on")).dt.total_days()
    return rows.select("account_id", low=pl.coalesce(days, age), high=days)


def active_days(given: Given) -> pl.DataFrame:
    """Days with use in the last 28, as a share."""
    return _scored(given, pl.col("active_days_28") / 28 * 100)


def breadth(given: Given) -> pl.DataFrame:
    """Different things used in the last 91 days."""
    return _scored(given, pl.col("distinct_events_91"))


def value_reached(given: Given) -> pl.DataFrame:
    """Different value events reached so far."""
    return _scored(given, pl.col("value_events"))


def _scored(given: Given, value: pl.Expr) -> pl.DataFrame:
    return given.scores.select("account_id", low=value, high=value).drop_nulls("low")


def nps(given: Given) -> pl.DataFrame:
    """Mean of each person's latest answer to "would you recommend us", of the last year, 0 to 10."""
    return _answered(given, "nps")


def csat(given: Given) -> pl.DataFrame:
    """Mean of each person's latest answer to "how satisfied are you", of the last year, 1 to 5."""
    return _answered(given, "csat")


def ces(given: Given) -> pl.DataFrame:
    """Mean of each person's latest answer to "how easy was it", of the last year, 1 to 7."""
    return _answered(given, "ces")


def _answers(given: Given) -> pl.DataFrame:
    end = close_of(given.as_of)
    inside = pl.col("responded_at").is_between(end - timedelta(YEAR_DAYS), end, closed="left")
    told = given.facts["survey_responses"].filter(inside & pl.col("score").is_not_null())
    return told.with_columns(pl.col("kind").str.to_lowercase())


def _answered(given: Given, kind: str) -> pl.DataFrame:
    latest = (
        _answers(given)
        .filter(pl.col("kind") == kind)
        .with_columns(who=pl.coalesce(pl.col("contact_id").replace("", None), "response_id"))
        .sort("responded_at", "response_id")
        .unique(["account_id", "who"], keep="last", maintain_order=True)
    )
    return latest.group_by("account_id").agg(low=pl.col("score").mean(), high=pl.col("score").mean())


def unhappy_called(given: Given) -> pl.DataFrame:
    """Longest time, in hours, from an unhappy answer of the last year to a call or meeting after it."""
    end = close_of(given.as_of)
    unhappy = (
        _answers(given)
        .join(SURVEYS.select("kind", "unhappy"), on="kind")
        .filter(pl.col("score") <= pl.col("unhappy"))
        .select("account_id", "responded_at")
        .sort("responded_at")
    )
    met = touches(given.facts["interactions"], given.as_of).filter(
        pl.col("channel").str.to_lowercase().is_in(["call", "meeting"])
    )
    rows = unhappy.join_asof(
        met.select("account_id", called_at="at").sort("called_at"),
        left_on="responded_at",
        right_on="called_at",
        by="account_id",
        strategy="forward",
        check_sortedness=False,
    )
    until = pl.coalesce("called_at", pl.lit(end)) - pl.col("responded_at")
    hours = until.dt.total_seconds() / 3600.0
    return _longest(rows.select("account_id", low=hours, done=pl.col("called_at").is_not_null()))


def handed_over(given: Given) -> pl.DataFrame:
    """Longest wait between two teams, in days, of the handoffs of the last year."""
    known = steps(given.facts["handoffs"], given.facts["accounts"], given.as_of)
    year = known.filter(pl.col("handed_on") > given.as_of - timedelta(YEAR_DAYS))
    return _longest(year.select("account_id", low="days", done=pl.col("state") == ACCEPTED))


def last_spoken(given: Given) -> pl.DataFrame:
    """Days since a call, a meeting or an answered message; who was never spoken with, since signing."""
    spoken = touches(given.facts["interactions"], given.as_of).filter("spoken")
    last = spoken.group_by("account_id").agg(on=pl.col("at").max().dt.date())
    rows = given.scores.select("account_id", "signed_on").join(last, on="account_id", how="left")
    days = (pl.lit(given.as_of) - pl.coalesce("on", "signed_on")).dt.total_days()
    told = rows.select("account_id", low=days, high=days)
    return told.drop_nulls("low") if not spoken.is_empty() else _nobody()


def _longest(rows: pl.DataFrame) -> pl.DataFrame:
    """In: account_id, low, done. An open one is at least as long as it has been, and may get longer."""
    return rows.group_by("account_id").agg(
        pl.col("low").max(), high=pl.when(pl.col("done").all()).then(pl.col("low").max())
    )


def _nobody() -> pl.DataFrame:
    return pl.DataFrame(schema={"account_id": pl.String, "low": pl.Float64, "high": pl.Float64})


_HEARD, _SOON, _WORTH, _CARED = (
    "I am heard",
    "I get help soon",
    "I get what I bought it for",
    "Somebody looks after me",
)
MEASURES: dict[str, Measure] = {
    one.key: one
    for one in (
        Measure(
            "first_reply",
            "Hours to our first reply (median, 91 days)",
            "hours",
            "at most",
            24,
            _SOON,
            "We answer",
            first_reply,
        ),
        Measure(
            "time_to_close",
            "Days to close a ticket (median, 91 days)",
            "days",
            "at most",
            5,
            _SOON,
            "We solve it",
            time_to_close,
        ),
        Measure(
            "first_value",
            "Days from signing to first value",
            "days",
            "at most",
            60,
            _WORTH,
            "They get there early",
            first_value,
        ),
        Measure(
            "value_reached",
            "Value events reached",
            "events",
            "at least",
            3,
            _WORTH,
            "They reach what they came for",
            value_reached,
        ),
        Measure(
            "active_days",
            "Days with use in the last 28",
            "% of days",
            "at least",
            40,
            _WORTH,
            "It is part of their work",
            active_days,
        ),
        Measure(
            "breadth",
            "Different things used in 91 days",
            "things",
            "at least",
            8,
            _WORTH,
            "They use what they pay for",
            breadth,
        ),
        Measure(
            "handed_over",
            "Longest wait between two teams (a year)",
            "days",
            "at most",
            7,
            _CARED,
            "No one falls between teams",
            handed_over,
        ),
        Measure(
            "last_spoken",
            "Days since we spoke",
            "days",
            "at most",
            90,
            _CARED,
            "We stay in touch",
            last_spoken,
        ),
        Measure(
            "unhappy_called",
            "Hours from an unhappy answer to a call (longest, a year)",
            "hours",
            "at most",
            48,
            _HEARD,
            "We ring when they are unhappy",
            unhappy_called,
        ),
        Measure(
            "nps",
            "NPS answer, 0 to 10 (mean, a year)",
            "points",
            "at least",
            7,
            _HEARD,
            "They would recommend us",
            nps,
        ),
        Measure(
            "csat",
            "CSAT answer, 1 to 5 (mean, a year)",
            "points",
            "at least",
            4,
            _HEARD,
            "They are satisfied",
            csat,
        ),
        Measure(
            "ces", "CES answer, 1 to 7 (mean, a year)", "points", "at least", 5, _HEARD, "It is easy", ces
        ),
    )
}
"""Every measure by its key, in the order in which a first tree proposes them."""
