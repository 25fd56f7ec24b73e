"""Usage events in a SQL table; every aggregate is computed by the database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import polars as pl
import sqlalchemy as sa

from data_access.usage.source import (
    MONTHS,
    NEWEST_FIRST,
    OCCURRENCES,
    USER_EVENTS,
    USER_WINDOWS,
    WINDOW_COUNTS,
    first_moment,
    last_moment,
)
from data_access.usage.sql_read import Query, Reader
from models.contracts import Contract
from models.facts import ACCOUNT_DAYS, EVENT_SPANS, USAGE_EVENTS

_WHOLE = sa.BigInteger()
_REAL: sa.Double[float] = sa.Double()


class SqlUsage:
    """A `UsageSource` over one table of any SQLAlchemy dialect; see the protocol for its methods.

    `table` has the columns of `usage_events` (`nth` is not needed); its times are UTC without an
    offset. Only `events_of` reads raw rows. PostgreSQL answers through ADBC.
    """

    def __init__(self, engine: sa.Engine, table: sa.Table) -> None:
        self._dialect = engine.dialect.name
        self._reader = Reader(engine)
        self._table = table
        self._account, self._event, self._at = table.c.account_id, table.c.event, table.c.occurred_at
        self._user = table.c.user_id
        self._events = sa.cast(sa.func.count(), _WHOLE).label("events")
        self._quantity = _sum(table.c.quantity, _REAL).label("quantity")
        self._day = _day(self._at, self._dialect)

    def months(self) -> pl.DataFrame:
        """See `UsageSource.months`.

        PostgreSQL hashes every row. Other dialects have no common hash: there the fingerprint is
        made of counts, sums and the newest time, and corrections that cancel out go unseen.
        """
        if self._dialect == "postgresql":
            return self._read(self._months_hashed(), MONTHS)
        year, month = sa.extract("year", self._at), sa.extract("month", self._at)
        sums = _sum(self._table.c.quantity * sa.extract("day", self._at), _REAL)
        newest = sa.func.max(self._at)
        rows = self._reader.rows(
            sa.select(year, month, sa.func.count(), self._quantity, sums, newest).group_by(year, month),
        )
        found = [(date(row[0], row[1], 1), row[2], "|".join(map(str, row[2:]))) for row in rows]
        return pl.DataFrame(found, schema=MONTHS.schema, orient="row").sort("month")

    def account_days(self, since: date | None, until: date) -> pl.DataFrame:
        # Two steps, as databases count distinct values by sorting, and groups by hashing.
        day = self._day.label("day")
        users = (
            sa.select(self._account, day, self._user, self._events, self._quantity)
            .where(*self._within(since, until))
            .group_by(self._account, self._day, self._user)
            .subquery()
        )
        return self._read(
            sa.select(
                users.c.account_id,
                users.c.day,
                _sum(users.c.events, _WHOLE).label("events"),
                _sum(users.c.quantity, _REAL).label("quantity"),
                sa.cast(sa.func.count(sa.func.nullif(users.c.user_id, "")), _WHOLE).label("users"),
            ).group_by(users.c.account_id, users.c.day),
            ACCOUNT_DAYS,
        )

    def event_spans(self, since: date | None, until: date) -> pl.DataFrame:
        first, last = sa.func.min(self._at).label("first_at"), sa.func.max(self._at).label("last_at")
        return self._read(
            sa.select(self._account, self._event, self._events, self._quantity, first, last)
            .where(*self._within(since, until))
            .group_by(self._account, self._event),
            EVENT_SPANS,
        )

    def occurrences(self, nths: Sequence[int], until: date) -> pl.DataFrame:
        days = (
            sa.select(self._account, self._event, sa.func.min(self._at).label("at"))
            .where(*self._within(None, until))
            .group_by(self._account, self._event, self._day)
            .subquery()
        )
        rank = sa.func.row_number().over(partition_by=(days.c.account_id, days.c.event), order_by=days.c.at)
        ranked = sa.select(*days.c, sa.cast(rank, _WHOLE).label("nth")).subquery()
        return self._read(sa.select(ranked).where(ranked.c.nth.in_(list(nths))), OCCURRENCES)

    def window_counts(self, windows: Sequence[tuple[date, date]]) -> pl.DataFrame:
        if not windows:
            return WINDOW_COUNTS.empty()
        counts = [
            sa.select(
                self._account,
                self._event,
                sa.cast(sa.literal(position, literal_execute=True), _WHOLE).label("window"),
                self._events,
                self._quantity,
            )
            .where(*self._within(since, until))
            .group_by(self._account, self._event)
            for position, (since, until) in enumerate(windows)
        ]
        return self._read(sa.union_all(*counts), WINDOW_COUNTS)

    def user_windows(self, windows: Sequence[tuple[date, date]]) -> pl.DataFrame:
        if not windows:
            return USER_WINDOWS.empty()
        counts = [
            sa.select(
                self._account,
                self._user,
                sa.cast(sa.literal(position, literal_execute=True), _WHOLE).label("window"),
                self._events,
                sa.cast(sa.func.count(sa.distinct(self._day)), _WHOLE).label("active_days"),
                sa.func.max(self._at).label("last_at"),
            )
            .where(*self._within(since, until), self._user != "")
            .group_by(self._account, self._user)
            for position, (since, until) in enumerate(windows)
        ]
        return self._read(sa.union_all(*counts), USER_WINDOWS)

    def user_events(self, since: date | None, until: date) -> pl.DataFrame:
        named = sa.select(self._account, self._user, self._event, self._events)
        within = named.where(*self._within(since, until), self._user != "")
        return self._read(within.group_by(self._account, self._user, self._event), USER_EVENTS)

    def events_of(
        self, account_ids: Sequence[str], since: date | None, until: date, limit: int
    ) -> pl.DataFrame:
        newest, *rest = (_bytewise(self._table.c[name], self._dialect) for name in NEWEST_FIRST)
        user = sa.func.coalesce(self._user, "")
        rows = self._reader.rows(
            sa.select(self._account, user, self._event, self._at, self._table.c.quantity)
            .where(self._account.in_(list(account_ids)), *self._within(since, until))
            .order_by(newest.desc(), *rest)
            .limit(limit),
        )
        return pl.DataFrame(rows, schema=USAGE_EVENTS.schema, orient="row")

    def _months_hashed(self) -> Query:
        """Months of PostgreSQL, each with the sum of its rows' hashes."""
        month = sa.func.date_trunc("month", self._at)
        names = [name for name in (*USAGE_EVENTS.names, "nth") if name in self._table.c]
        row = sa.func.row(*(self._table.c[name] for name in names))
        hashes = sa.func.sum(sa.func.hash_record_extended(row, sa.literal(0, literal_execute=True)))
        return sa.select(
            sa.cast(month, sa.Date).label("month"),
            sa.cast(sa.func.count(), _WHOLE).label("rows"),
            sa.cast(hashes, sa.Text).label("fingerprint"),
        ).group_by(month)

    def _within(self, since: date | None, until: date) -> list[sa.ColumnElement[bool]]:
        bounds = [self._at <= last_moment(until)]
        return [self._at >= first_moment(since), *bounds] if since else bounds

    def _read(self, query: Query, contract: Contract) -> pl.DataFrame:
        return self._reader.frame(query, contract).sort(contract.key)


def _sum(column: sa.ColumnElement[Any], kind: sa.types.TypeEngine[Any]) -> sa.Cast[Any]:
    return sa.cast(sa.func.sum(column), kind)


def _day(at: sa.ColumnElement[Any], dialect: str) -> sa.ColumnElement[date]:
    """The calendar day of a time; SQLite has no DATE type to cast to."""
    return sa.func.date(at, type_=sa.Date()) if dialect == "sqlite" else sa.cast(at, sa.Date)


def _bytewise(column: sa.ColumnElement[Any], dialect: str) -> sa.ColumnElement[Any]:
    """Order texts by code point, as Polars and SQLite do, whatever the database's language."""
    is_text = isinstance(column.type, sa.Text | sa.String)
    return sa.collate(column, "C") if is_text and dialect == "postgresql" else column
