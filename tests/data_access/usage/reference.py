"""The usage aggregates in plain Python, row by row, to hold every store to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import polars as pl

from data_access.usage.source import MONTHS, OCCURRENCES, USER_EVENTS, USER_WINDOWS, WINDOW_COUNTS
from models.contracts import Contract
from models.facts import ACCOUNT_DAYS, EVENT_SPANS, USAGE_EVENTS

Event = tuple[str, str, str, datetime, float]


def rows_of(frame: pl.DataFrame, since: date | None, until: date) -> list[Event]:
    rows = frame.with_columns(pl.col("user_id").fill_null("")).rows()
    return [row for row in rows if (since is None or row[3].date() >= since) and row[3].date() <= until]


def months(frame: pl.DataFrame) -> pl.DataFrame:
    counted: dict[date, int] = defaultdict(int)
    for row in frame.rows():
        counted[row[3].date().replace(day=1)] += 1
    return pl.DataFrame(
        sorted(counted.items()),
        schema={name: MONTHS.schema[name] for name in ("month", "rows")},
        orient="row",
    )


def account_days(frame: pl.DataFrame, since: date | None, until: date) -> pl.DataFrame:
    groups = _grouped(rows_of(frame, since, until), lambda row: (row[0], row[3].date()))
    return _frame(
        [
            (*key, len(rows), sum(row[4] for row in rows), len({row[1] for row in rows} - {""}))
            for key, rows in groups
        ],
        ACCOUNT_DAYS,
    )


def event_spans(frame: pl.DataFrame, since: date | None, until: date) -> pl.DataFrame:
    groups = _grouped(rows_of(frame, since, until), lambda row: (row[0], row[2]))
    return _frame(
        [(*key, *_total(rows), *_ends([row[3] for row in rows])) for key, rows in groups], EVENT_SPANS
    )


def occurrences(frame: pl.DataFrame, nths: Sequence[int], until: date) -> pl.DataFrame:
    found = []
    for key, rows in _grouped(rows_of(frame, None, until), lambda row: (row[0], row[2])):
        firsts: dict[date, datetime] = {}
        for at in sorted(row[3] for row in rows):
            firsts.setdefault(at.date(), at)
        days = sorted(firsts.values())
        found += [(*key, nth, days[nth - 1]) for nth in sorted(set(nths)) if nth <= len(days)]
    return _frame(found, OCCURRENCES)


def window_counts(frame: pl.DataFrame, windows: Sequence[tuple[date, date]]) -> pl.DataFrame:
    found = [
        (*key, position, *_total(rows))
        for position, (since, until) in enumerate(windows)
        for key, rows in _grouped(rows_of(frame, since, until), lambda row: (row[0], row[2]))
    ]
    return _frame(sorted(found), WINDOW_COUNTS)


def user_windows(frame: pl.DataFrame, windows: Sequence[tuple[date, date]]) -> pl.DataFrame:
    found = [
        (*key, position, len(rows), len({row[3].date() for row in rows}), max(row[3] for row in rows))
        for position, (since, until) in enumerate(windows)
        for key, rows in _grouped(rows_of(frame, since, until), lambda row: (row[0], row[1]))
        if key[1]
    ]
    return _frame(sorted(found), USER_WINDOWS)


def user_events(frame: pl.DataFrame, since: date | None, until: date) -> pl.DataFrame:
    found = [
        (*key, len(rows))
        for key, rows in _grouped(rows_of(frame, since, until), lambda row: (row[0], row[1], row[2]))
        if key[1]
    ]
    return _frame(sorted(found), USER_EVENTS)


def events_of(
    frame: pl.DataFrame, account_ids: Sequence[str], since: date | None, until: date, limit: int
) -> pl.DataFrame:
    rows = [row for row in rows_of(frame, since, until) if row[0] in account_ids]
    rows.sort(key=lambda row: (row[0], row[2], row[1], row[4]))
    rows.sort(key=lambda row: row[3], reverse=True)
    return _frame(rows[:limit], USAGE_EVENTS)


def _grouped(rows: list[Event], key: Any) -> list[tuple[tuple[Any, ...], list[Event]]]:
    groups: dict[tuple[Any, ...], list[Event]] = defaultdict(list)
    for row in rows:
        groups[key(row)].append(row)
    return sorted(groups.items())


def _total(rows: list[Event]) -> tuple[int, float]:
    return len(rows), sum(row[4] for row in rows)


def _ends(times: list[datetime]) -> tuple[datetime, datetime]:
    return min(times), max(times)


def _frame(rows: list[Any], contract: Contract) -> pl.DataFrame:
    return contract.check(pl.DataFrame(rows, schema=contract.schema, orient="row"))
