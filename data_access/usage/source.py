"""What is asked of raw usage events, whatever keeps them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Protocol

import polars as pl

from models.contracts import Column, Contract

_TEXT, _WHOLE, _REAL = pl.String(), pl.Int64(), pl.Float64()

MONTHS = Contract(
    "usage_months",
    (
        Column("month", pl.Date(), required=True, doc="its first day"),
        Column("rows", _WHOLE, required=True, doc="usage rows in it"),
        Column("fingerprint", _TEXT, required=True, doc="differs when any row of the month differs"),
    ),
    key=("month",),
)

OCCURRENCES = Contract(
    "occurrences",
    (
        Column("account_id", _TEXT, required=True),
        Column("event", _TEXT, required=True),
        Column("nth", _WHOLE, required=True, doc="how many different days had the event by then"),
        Column("at", pl.Datetime("us"), required=True, doc="first time on the nth such day"),
    ),
    key=("account_id", "event", "nth"),
)

WINDOW_COUNTS = Contract(
    "window_counts",
    (
        Column("account_id", _TEXT, required=True),
        Column("event", _TEXT, required=True),
        Column("window", _WHOLE, required=True, doc="position of the window in the question, from 0"),
        Column("events", _WHOLE, required=True),
        Column("quantity", _REAL, required=True),
    ),
    key=("account_id", "event", "window"),
)

USER_WINDOWS = Contract(
    "user_windows",
    (
        Column("account_id", _TEXT, required=True),
        Column("user_id", _TEXT, required=True),
        Column("window", _WHOLE, required=True, doc="position of the window in the question, from 0"),
        Column("events", _WHOLE, required=True),
        Column("active_days", _WHOLE, required=True),
        Column("last_at", pl.Datetime("us"), required=True),
    ),
    key=("account_id", "user_id", "window"),
)

USER_EVENTS = Contract(
    "user_events",
    (
        Column("account_id", _TEXT, required=True),
        Column("user_id", _TEXT, required=True),
        Column("event", _TEXT, required=True),
        Column("events", _WHOLE, required=True),
    ),
    key=("account_id", "user_id", "event"),
)

NEWEST_FIRST = ("occurred_at", "account_id", "event", "user_id", "quantity")
"""How `events_of` orders rows: time descending, then the rest ascending."""


class UsageSource(Protocol):
    """A handful of aggregates over raw usage events; every answer is sorted by its key.

    `since` and `until` are whole days, both included; `since=None` is the beginning. A store
    without events answers with empty frames. A store that can't be read raises `StoreError`.
    """

    def months(self) -> pl.DataFrame:
        """The months that hold events (`MONTHS`)."""

    def account_days(self, since: date | None, until: date) -> pl.DataFrame:
        """Each account's activity on each day it was active (`models.facts.ACCOUNT_DAYS`)."""

    def event_spans(self, since: date | None, until: date) -> pl.DataFrame:
        """Each account's use of each event within the days (`models.facts.EVENT_SPANS`)."""

    def occurrences(self, nths: Sequence[int], until: date) -> pl.DataFrame:
        """When each account reached the nth different day with an event (`OCCURRENCES`).

        Days are counted, not rows: sources that report every click and sources that report one
        row a day give the same answer. Accounts that have not got that far have no row.
        """

    def window_counts(self, windows: Sequence[tuple[date, date]]) -> pl.DataFrame:
        """Events per account, event and window of days; windows may overlap (`WINDOW_COUNTS`)."""

    def user_windows(self, windows: Sequence[tuple[date, date]]) -> pl.DataFrame:
        """What each named user did in each window of days; windows may overlap (`USER_WINDOWS`)."""

    def user_events(self, since: date | None, until: date) -> pl.DataFrame:
        """How often each named user had each event within the days (`USER_EVENTS`)."""

    def events_of(
        self, account_ids: Sequence[str], since: date | None, until: date, limit: int
    ) -> pl.DataFrame:
        """The newest `limit` raw events of some accounts, newest first (`models.facts.USAGE_EVENTS`).

        An unknown user is the empty text.
        """


def first_moment(day: date) -> datetime:
    """Midnight at which `day` begins."""
    return datetime.combine(day, time.min)


def last_moment(day: date) -> datetime:
    """The last microsecond of `day`.

    >>> last_moment(date(2024, 2, 29)).isoformat()
    '2024-02-29T23:59:59.999999'
    """
    return datetime.combine(day, time.max)
