"""When an account can be rung: its own clock, its working days, its holidays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

import polars as pl

from models.contracts import Column, Contract
from models.facts import FLAG, TEXT, TIME

OPENS, CLOSES = 9, 17
WEEKEND = (5, 6)
"""Saturday and Sunday, counted from Monday = 0."""

HOURS = Contract(
    "hours",
    (
        Column("timezone", TEXT, doc="as the contact has it; null: not known, the reader's own stands in"),
        Column("region", TEXT),
        Column("opens_at", TIME, doc="UTC, from when on the reader's day; null: closed all day"),
        Column("closes_at", TIME, doc="UTC, end of it"),
        Column("local_time", TEXT, doc="as in 14:05; null when the zone isn't known"),
        Column("in_hours", FLAG, doc="whether they are open now; null when the zone isn't known"),
        Column("closed", TEXT, doc="why they are closed all day, in a sentence; null when they are not"),
    ),
)


@dataclass(frozen=True)
class Holiday:
    """A day off. `where` is a time zone or a region as the accounts have them; empty: everywhere."""

    on: date
    where: str = ""
    name: str = ""


@dataclass(frozen=True)
class Hours:
    """Business hours by the contact's own clock, days of the week without calls, and holidays."""

    opens: int = OPENS
    closes: int = CLOSES
    weekend: tuple[int, ...] = WEEKEND
    holidays: Sequence[Holiday] = field(default_factory=tuple)

    def __post_init__(self) -> None:
        if not 0 <= self.opens < self.closes <= 24:
            raise ValueError(f"calls from {self.opens} to {self.closes} o'clock; give hours as in 9 to 17")
        if set(self.weekend) >= set(range(7)):
            raise ValueError("every day of the week is without calls; leave one to call on")

    def day_off(self, day: date, *places: str | None) -> str:
        """Why a day is off at these places (time zone, region), or "" for a working day.

        >>> Hours(holidays=[Holiday(date(2026, 12, 25), "Europe/Berlin", "Christmas")]).day_off(
        ...     date(2026, 12, 25), "Europe/Berlin")
        'Christmas'
        """
        if day.weekday() in self.weekend:
            return f"{day:%A}"
        here = {place.casefold() for place in places if place}
        for one in self.holidays:
            if one.on == day and (not one.where or one.where.casefold() in here):
                return one.name or "a holiday"
        return ""

    def working_day(self, day: date, *places: str | None) -> date:
        """The day itself, or the next one that is not off at these places (within a year)."""
        days = (day + timedelta(days=ahead) for ahead in range(366))
        return next((one for one in days if not self.day_off(one, *places)), day)


def open_hours(places: pl.DataFrame, now: datetime, day: date, hours: Hours) -> pl.DataFrame:
    """When each place can be rung on the reader's `day`: `HOURS`, a row for each timezone and region.

    In: timezone, region. `now` knows its zone, the reader's own. A zone that doesn't exist, or isn't known,
    is taken to be the reader's own, but has null in local_time and in_hours.
    """
    pairs = places.select("timezone", "region").unique().sort("timezone", "region").rows()
    rows = [(zone, region, *_open(zone, region, now, day, hours)) for zone, region in pairs]
    return HOURS.check(pl.DataFrame(rows, schema=HOURS.schema, orient="row"))


def _open(
    zone: str | None, region: str | None, now: datetime, day: date, hours: Hours
) -> tuple[datetime | None, datetime | None, str | None, bool | None, str | None]:
    """One place: from when until when (UTC), its clock, whether it is open now, why it is closed."""
    known = zone_of(zone) if zone else None
    there, here = known or now.tzinfo or UTC, now.tzinfo or UTC
    begun = datetime.combine(day, time.min, tzinfo=here).astimezone(UTC)
    ended = datetime.combine(day + timedelta(days=1), time.min, tzinfo=here).astimezone(UTC)
    off: list[str] = []
    windows = []
    for local in (day + timedelta(days=ahead) for ahead in (-1, 0, 1)):
        opens, closes = _business(local, there, hours)
        if closes <= begun or opens >= ended:
            continue
        why = hours.day_off(local, zone, region)
        if why:
            off.append(why)
        else:
            windows.append((max(opens, begun), min(closes, ended)))
    clock = now.astimezone(known) if known else None
    said = f"{clock:%H:%M}" if clock else None
    open_now = _is_open(clock, zone, region, hours) if clock else None
    if not windows:
        return None, None, said, open_now, f"Closed there on {day:%-d %b}: {', '.join(off) or 'no hours'}."
    first, last = max(windows, key=lambda window: window[1] - window[0])
    return first.replace(tzinfo=None), last.replace(tzinfo=None), said, open_now, None


def _business(day: date, zone: tzinfo, hours: Hours) -> tuple[datetime, datetime]:
    """Opening and closing of a place's own day, in UTC."""
    midnight = datetime.combine(day, time.min)
    opens, closes = (midnight + timedelta(hours=hour) for hour in (hours.opens, hours.closes))
    return opens.replace(tzinfo=zone).astimezone(UTC), closes.replace(tzinfo=zone).astimezone(UTC)


def _is_open(clock: datetime, zone: str | None, region: str | None, hours: Hours) -> bool:
    in_time = hours.opens <= clock.hour < hours.closes
    return in_time and not hours.day_off(clock.date(), zone, region)


@lru_cache(maxsize=1024)
def zone_of(name: str) -> ZoneInfo | None:
    """The time zone of that name, or None when there is none."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None


def to_ring(calls: pl.DataFrame, now: datetime) -> pl.DataFrame:
    """Of a call list, what can be done at this moment: e-mails at any time, calls in their hours.

    In and out: `models.call_frames.CALLS`, planned ones alone, in their order.
    """
    at = now.astimezone(UTC).replace(tzinfo=None)
    open_now = (pl.col("opens_at") <= at) & (pl.col("closes_at") > at)
    return calls.filter(pl.col("planned") & ((pl.col("channel") == "email") | open_now))
