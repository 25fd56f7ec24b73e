"""What customers do that could go with success: each activity as dated rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

LANDMARKS = (30, 90)

CHANNELS = {
    "ticket": ("support", "contact support"),
    "chat": ("support", "contact support by chat"),
    "call": ("calls", "have a call with us"),
    "meeting": ("meetings", "have a meeting with us"),
    "email": ("emails", "exchange e-mails with us"),
}
"""Channel of an interaction → the activity, and what customers did."""

TRAINING = r"(?i)training|webinar|workshop|onboarding"


@dataclass(frozen=True)
class Activity:
    """`rows`: account_id, driver_key, phrase, day, times. `since`: the first day the source tells of.

    `most`: how many of the usual numbers of times are tried; `by_quantile` takes the middle and the upper
    quarter instead.
    """

    name: str
    rows: pl.DataFrame
    since: date
    most: int = 4
    by_quantile: bool = False


def activities(
    facts: Mapping[str, pl.DataFrame], account_days: pl.DataFrame, event_spans: pl.DataFrame
) -> list[Activity]:
    """Everything that can be looked at; a source without rows tells nothing.

    Of usage events only the first time is known, so "used it at all" is what is tried.
    """
    made = [
        _active_days(account_days),
        _used(event_spans, facts["features"], account_days),
        *_met(facts["interactions"]),
        _counted("community", "post in the community", facts["community_posts"], "posted_at"),
        _counted("surveys", "answer a survey", facts["survey_responses"], "responded_at"),
    ]
    return [activity for activity in made if activity is not None]


def _active_days(account_days: pl.DataFrame) -> Activity | None:
    if account_days.is_empty():
        return None
    rows = account_days.select("account_id", "day", times=pl.lit(1, pl.Int64))
    return _activity("active days", "are active", rows, by_quantile=True)


def _used(event_spans: pl.DataFrame, features: pl.DataFrame, account_days: pl.DataFrame) -> Activity | None:
    if event_spans.is_empty() or account_days.is_empty():
        return None
    called = pl.coalesce("feature", "event")
    rows = event_spans.join(features.select("event", "feature"), on="event", how="left").select(
        "account_id",
        driver_key="event",
        phrase=pl.format("use “{}”", pl.when(pl.col("feature") == called).then(_told()).otherwise("event")),
        day=pl.col("first_at").dt.date(),
        times=pl.lit(1, pl.Int64),
    )
    return Activity("usage", rows, _first(account_days["day"]), most=1)


def _told() -> pl.Expr:
    """Feature and event, as one feature may have several events."""
    return pl.format("{} ({})", pl.col("feature"), pl.col("event"))


def _met(interactions: pl.DataFrame) -> list[Activity | None]:
    made = [
        _counted(name, phrase, interactions.filter(pl.col("channel") == channel), "opened_at")
        for channel, (name, phrase) in CHANNELS.items()
    ]
    training = interactions.filter(pl.col("subject").str.contains(TRAINING).fill_null(value=False))
    return [*made, _counted("training", "take part in a training", training, "opened_at")]


def _counted(name: str, phrase: str, rows: pl.DataFrame, at: str) -> Activity | None:
    if rows.is_empty():
        return None
    dated = rows.select("account_id", day=pl.col(at).dt.date(), times=pl.lit(1, pl.Int64))
    return _activity(name, phrase, dated)


def _activity(name: str, phrase: str, rows: pl.DataFrame, *, by_quantile: bool = False) -> Activity:
    worded = rows.with_columns(driver_key=pl.lit(phrase), phrase=pl.lit(phrase))
    return Activity(name, worded, _first(rows["day"]), by_quantile=by_quantile)


def _first(days: pl.Series) -> date:
    first = days.min()
    return first if isinstance(first, date) else date.max
