"""Usage events in Parquet files by month, read with Polars."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from pathlib import Path

import polars as pl

from data_access.usage.changes import UsageFile
from data_access.usage.lake_writer import unreadable
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
from models.contracts import Contract
from models.facts import ACCOUNT_DAYS, EVENT_SPANS, USAGE_EVENTS

_AT, _USER = pl.col("occurred_at"), pl.col("user_id")
_DAY = _AT.dt.date().alias("day")
_EVENTS = pl.len().cast(pl.Int64).alias("events")
_QUANTITY = pl.col("quantity").sum()


class LakeUsage:
    """A `UsageSource` over the live files of the lake at `root`; see the protocol for its methods."""

    def __init__(self, root: Path, files: Iterable[UsageFile]) -> None:
        self._root = root
        self._files = sorted(files, key=lambda file: (file.month, file.path))

    def months(self) -> pl.DataFrame:
        by_month: dict[date, list[UsageFile]] = {}
        for file in self._files:
            by_month.setdefault(file.month, []).append(file)
        rows = [
            (month, sum(file.rows for file in files), _fingerprint(files))
            for month, files in by_month.items()
        ]
        return pl.DataFrame(rows, schema=MONTHS.schema, orient="row")

    def account_days(self, since: date | None, until: date) -> pl.DataFrame:
        # Two steps, as counting distinct users inside one group-by costs a third more.
        user_days = self._scan(since, until).group_by("account_id", _DAY, "user_id").agg(_EVENTS, _QUANTITY)
        days = user_days.group_by("account_id", "day").agg(
            pl.col("events").sum(), _QUANTITY, users=(_USER != "").sum().cast(pl.Int64)
        )
        return self._answer(days, ACCOUNT_DAYS)

    def event_spans(self, since: date | None, until: date) -> pl.DataFrame:
        spans = (
            self._scan(since, until)
            .group_by("account_id", "event")
            .agg(_EVENTS, _QUANTITY, first_at=_AT.min(), last_at=_AT.max())
        )
        return self._answer(spans, EVENT_SPANS)

    def occurrences(self, nths: Sequence[int], until: date) -> pl.DataFrame:
        wanted = pl.lit(pl.Series(nths, dtype=pl.Int64).unique())
        reached = (
            self._scan(None, until)
            .group_by("account_id", "event", _DAY)
            .agg(at=_AT.min())
            .group_by("account_id", "event")
            .agg(pl.col("at").sort().gather(wanted - 1, null_on_oob=True), nth=wanted)
            .explode("at", "nth")
            .drop_nulls("at")
        )
        return self._answer(reached, OCCURRENCES)

    def window_counts(self, windows: Sequence[tuple[date, date]]) -> pl.DataFrame:
        counts = [
            self._scan(since, until)
            .group_by("account_id", "event")
            .agg(_EVENTS, _QUANTITY)
            .with_columns(window=pl.lit(position, pl.Int64))
            for position, (since, until) in enumerate(windows)
        ]
        return self._answer(pl.concat(counts), WINDOW_COUNTS) if counts else WINDOW_COUNTS.empty()

    def user_windows(self, windows: Sequence[tuple[date, date]]) -> pl.DataFrame:
        found = [
            self._scan(since, until)
            .filter(_USER != "")
            .group_by("account_id", "user_id", _DAY)
            .agg(_EVENTS, last_at=_AT.max())
            .group_by("account_id", "user_id")
            .agg(pl.col("events").sum(), pl.col("last_at").max(), active_days=pl.len().cast(pl.Int64))
            .with_columns(window=pl.lit(position, pl.Int64))
            for position, (since, until) in enumerate(windows)
        ]
        return self._answer(pl.concat(found), USER_WINDOWS) if found else USER_WINDOWS.empty()

    def user_events(self, since: date | None, until: date) -> pl.DataFrame:
        named = self._scan(since, until).filter(_USER != "")
        return self._answer(named.group_by("account_id", "user_id", "event").agg(_EVENTS), USER_EVENTS)

    def events_of(
        self, account_ids: Sequence[str], since: date | None, until: date, limit: int
    ) -> pl.DataFrame:
        # Month by month from the newest, so that a limit is reached without reading the past.
        found = [USAGE_EVENTS.empty()]
        for month in sorted({file.month for file in self._files}, reverse=True):
            rows = self._scan(since, until, month).filter(pl.col("account_id").is_in(list(account_ids)))
            found.append(self._collect(rows.select(USAGE_EVENTS.names)))
            if sum(frame.height for frame in found) >= limit:
                break
        order = [True, *[False] * (len(NEWEST_FIRST) - 1)]
        return pl.concat(found).sort(*NEWEST_FIRST, descending=order).head(limit)

    def _scan(self, since: date | None, until: date, month: date | None = None) -> pl.LazyFrame:
        first = since.replace(day=1) if since else date.min
        paths = [
            self._root / file.path
            for file in self._files
            if first <= file.month <= until and month in (None, file.month)
        ]
        if not paths:
            return USAGE_EVENTS.empty().lazy()
        rows = pl.scan_parquet(paths)
        if since and since.day > 1:
            rows = rows.filter(first_moment(since) <= _AT)
        return rows if _ends_month(until) else rows.filter(last_moment(until) >= _AT)

    def _answer(self, lazy: pl.LazyFrame, contract: Contract) -> pl.DataFrame:
        return self._collect(lazy.select(contract.names)).sort(contract.key)

    def _collect(self, lazy: pl.LazyFrame) -> pl.DataFrame:
        try:
            return lazy.collect(engine="streaming")
        except (OSError, pl.exceptions.PolarsError) as error:
            raise unreadable(self._root, error) from error


def _ends_month(day: date) -> bool:
    return day == date.max or (day + timedelta(days=1)).day == 1


def _fingerprint(files: Sequence[UsageFile]) -> str:
    return hashlib.sha256("".join(sorted(file.checksum for file in files)).encode()).hexdigest()[:32]
