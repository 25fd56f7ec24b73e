"""What is known about accounts when the churn model looks at them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

import polars as pl

from models.churn.event_features import Grid
from models.churn.observations import RENEWED, renewed
from models.churn.timeline import Timeline
from models.churn.use_features import People, people, use_timeline
from models.contracts import Column, Contract
from models.facts import (
    ACCOUNT_DAYS,
    DAY,
    HANDOFFS,
    INTERACTIONS,
    SURVEY_INVITATIONS,
    SURVEY_RESPONSES,
    TEXT,
    TIME,
    WHOLE,
)

EVENT_MONTHS = Contract(
    "event_months",
    (
        Column("account_id", TEXT, required=True),
        Column("event", TEXT, required=True),
        Column("month", DAY, required=True, doc="its first day"),
        Column("events", WHOLE, required=True, doc="usage rows in the month"),
        Column("first_at", TIME, required=True, doc="first use in the month"),
        Column("last_at", TIME, required=True, doc="last use in the month"),
    ),
    key=("account_id", "event", "month"),
)
"""`facts.EVENT_SPANS` of each calendar month: what is kept of usage by event anyway."""


@dataclass(frozen=True, eq=False)
class Evidence:
    """All facts that features are made of; each feature uses what is dated before its own day alone.

    accounts: `facts.ACCOUNTS` · account_days: `facts.ACCOUNT_DAYS` of the whole history · event_months:
    `EVENT_MONTHS` · responses, invitations, interactions, handoffs: the facts of these names, empty
    where there are none · renewed: `observations.RENEWED`. What is made of them once is kept beside them.
    """

    accounts: pl.DataFrame
    account_days: pl.DataFrame
    event_months: pl.DataFrame
    responses: pl.DataFrame = field(default_factory=SURVEY_RESPONSES.empty)
    invitations: pl.DataFrame = field(default_factory=SURVEY_INVITATIONS.empty)
    interactions: pl.DataFrame = field(default_factory=INTERACTIONS.empty)
    handoffs: pl.DataFrame = field(default_factory=HANDOFFS.empty)
    renewed: pl.DataFrame = field(default_factory=RENEWED.empty)

    @cached_property
    def people(self) -> People:
        """Its accounts, numbered."""
        return people(self.accounts, self.account_days)

    @cached_property
    def use(self) -> Timeline:
        """Its days of use, by the numbers of `people`."""
        return use_timeline(self.account_days, self.people.numbers)

    @cached_property
    def months(self) -> Grid:
        """Its months of events, by the numbers of `people`."""
        return Grid(self.event_months, self.people.numbers)

    @property
    def usage_starts(self) -> date | None:
        """The first day on which any account was seen; None without usage."""
        first = self.account_days["day"].min()
        return first if isinstance(first, date) else None


def evidence_from(
    facts: Mapping[str, pl.DataFrame], account_days: pl.DataFrame, event_months: pl.DataFrame
) -> Evidence:
    """`Evidence` from frames by the name of their fact, as a snapshot is made from."""
    return Evidence(
        facts["accounts"],
        ACCOUNT_DAYS.check(account_days),
        EVENT_MONTHS.check(event_months),
        facts["survey_responses"],
        facts["survey_invitations"],
        facts["interactions"],
        facts["handoffs"],
        renewed(facts["accounts"], facts["subscriptions"]),
    )


def event_months(spans: Iterable[tuple[date, pl.DataFrame]]) -> pl.DataFrame:
    """`EVENT_MONTHS` from each month's first day and its own `facts.EVENT_SPANS`."""
    columns = ["account_id", "event", "month", "events", "first_at", "last_at"]
    parts = [rows.with_columns(month=pl.lit(month, pl.Date)).select(columns) for month, rows in spans]
    return EVENT_MONTHS.check(pl.concat([EVENT_MONTHS.empty(), *parts]))


def from_usage(usage_events: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """`facts.ACCOUNT_DAYS` and `EVENT_MONTHS` of raw events that are at hand (`facts.USAGE_EVENTS`)."""
    at = pl.col("occurred_at")
    days = usage_events.group_by("account_id", day=at.dt.date()).agg(
        events=pl.len().cast(pl.Int64),
        quantity=pl.col("quantity").sum(),
        users=pl.col("user_id").filter(pl.col("user_id") != "").n_unique().cast(pl.Int64),
    )
    months = usage_events.group_by("account_id", "event", month=at.dt.date().dt.month_start()).agg(
        events=pl.len().cast(pl.Int64), first_at=at.min(), last_at=at.max()
    )
    return ACCOUNT_DAYS.check(days.sort(ACCOUNT_DAYS.key)), EVENT_MONTHS.check(months.sort(EVENT_MONTHS.key))
