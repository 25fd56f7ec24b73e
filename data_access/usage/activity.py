"""Account days and event spans of the whole history, kept by month so that only news is read."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from data_access.errors import StoreError
from data_access.usage.source import UsageSource
from models.facts import ACCOUNT_DAYS, EVENT_SPANS

Progress = Callable[[int, int], None]
"""Called with months done and months in all."""

_VERSION = "1"
"""Part of every file's name; raise it when what a month holds changes."""

_ABANDONED = 3600.0
"""Seconds after which an unfinished file belongs to nobody."""


@dataclass(frozen=True)
class Activity:
    """The usage of every account up to a day, and which months had to be read for it.

    `account_days` keeps `models.facts.ACCOUNT_DAYS`, months in order, sorted by account and day
    within each; `event_spans` keeps `models.facts.EVENT_SPANS`, sorted by its key.
    """

    account_days: pl.DataFrame
    event_spans: pl.DataFrame
    months: int
    months_read: tuple[date, ...]


@dataclass(frozen=True)
class _Month:
    """One month of the source: its first and last day, and the name of what is kept of it."""

    first: date
    last: date
    name: str


@dataclass(frozen=True)
class _Derived:
    """What one whole month comes down to."""

    days: pl.DataFrame
    spans: pl.DataFrame


class ActivityCache:
    """Derived activity of `source`, kept as Arrow files in `directory`, which may be deleted any time.

    A month is read again only when its fingerprint has changed.
    """

    def __init__(self, directory: Path, source: UsageSource) -> None:
        self._directory = directory
        self._source = source

    def read(self, as_of: date, progress: Progress | None = None) -> Activity:
        """All activity dated at or before `as_of`; months that are not kept yet are read and kept."""
        known = self._months()
        months = [month for month in known if month.first <= as_of]
        derived: list[_Derived] = []
        months_read: list[date] = []
        for month in months:
            kept = self._kept(month)
            if kept is None:
                kept = self._derive(month)
                months_read.append(month.first)
            derived.append(kept)
            if progress is not None:
                progress(len(derived), len(months))
        self._sweep({month.name for month in known})
        if not months:
            return Activity(ACCOUNT_DAYS.empty(), EVENT_SPANS.empty(), 0, ())
        derived[-1] = self._cut(months[-1], derived[-1], as_of)
        return Activity(
            pl.concat([month.days for month in derived]),
            _joined(pl.concat([month.spans for month in derived])),
            len(months),
            tuple(months_read),
        )

    def spans_by_month(self, as_of: date) -> list[tuple[date, pl.DataFrame]]:
        """Each month's first day and its own event spans (`EVENT_SPANS`), nothing dated after `as_of`."""
        found = []
        for month in self._months():
            if month.first <= as_of:
                kept = self._kept(month) or self._derive(month)
                found.append((month.first, self._cut(month, kept, as_of).spans))
        return found

    def spans_at(self, ends: Sequence[date], account_ids: pl.Series) -> dict[date, pl.DataFrame]:
        """Event spans of some accounts up to each of some months' last days; every month is read once."""
        months = {month.last: month for month in self._months()}
        wanted = pl.col("account_id").is_in(account_ids.implode())
        running, found, done = EVENT_SPANS.empty(), {}, date.min
        for end in sorted(ends):
            news = [month for last, month in months.items() if done < last <= end]
            parts = [(self._kept(month) or self._derive(month)).spans.filter(wanted) for month in news]
            running, done = _joined(pl.concat([running, *parts])), end
            found[end] = running
        return found

    def _months(self) -> list[_Month]:
        found = self._source.months().select(
            "month", pl.col("month").dt.month_end().alias("last"), "fingerprint"
        )
        return [
            _Month(first, last, f"{first:%Y-%m}-{fingerprint}-{_VERSION}.arrow")
            for first, last, fingerprint in found.iter_rows()
        ]

    def _kept(self, month: _Month) -> _Derived | None:
        """What is kept of the month; a damaged file counts as missing, as it can be made again."""
        try:
            days, spans = (pl.read_ipc(folder / month.name) for folder in self._folders())
        except (OSError, pl.exceptions.PolarsError):
            return None
        return _Derived(days, spans)

    def _derive(self, month: _Month) -> _Derived:
        derived = _Derived(
            self._source.account_days(month.first, month.last),
            self._source.event_spans(month.first, month.last),
        )
        for folder, frame in zip(self._folders(), (derived.days, derived.spans), strict=True):
            temporary = folder / f"{uuid.uuid4().hex}.tmp"
            try:
                folder.mkdir(parents=True, exist_ok=True)
                frame.write_ipc(temporary, compression="lz4")
                temporary.rename(folder / month.name)
            except OSError as error:
                raise StoreError(f"The cache folder {folder} can't be written: {error}.") from error
        return derived

    def _cut(self, month: _Month, derived: _Derived, as_of: date) -> _Derived:
        """The month up to `as_of`: spans can't be cut by hand, so they are asked for again."""
        days = derived.days.filter(pl.col("day") <= as_of)
        if days.height == derived.days.height:
            return derived
        return _Derived(days, self._source.event_spans(month.first, as_of))

    def _sweep(self, names: set[str]) -> None:
        """Delete what is kept of months that have changed, and what a killed refresh left behind."""
        old = time.time() - _ABANDONED
        for folder in self._folders():
            for path in folder.glob("*"):
                unfinished = path.suffix == ".tmp"
                if _modified(path) < old if unfinished else path.name not in names:
                    path.unlink(missing_ok=True)

    def _folders(self) -> tuple[Path, Path]:
        return self._directory / ACCOUNT_DAYS.name, self._directory / EVENT_SPANS.name


def _modified(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return float("inf")


def _joined(spans: pl.DataFrame) -> pl.DataFrame:
    return (
        spans.lazy()
        .group_by("account_id", "event")
        .agg(
            pl.col("events").sum(),
            pl.col("quantity").sum(),
            pl.col("first_at").min(),
            pl.col("last_at").max(),
        )
        .collect(engine="streaming")
        .sort(EVENT_SPANS.key)
    )
