"""What a call must keep to when it is taken or logged: their hours, their wish, and the CSM's day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from models.call_hours import Hours, zone_of


@dataclass(frozen=True)
class Reached:
    """Who is called: the contact's zone and channel as imported ("" unknown), the account's region."""

    timezone: str = ""
    region: str = ""
    channel: str = ""
    forbidden: bool = False


@dataclass(frozen=True)
class Day:
    """The calls a CSM's day holds, and those that count already: logged, or taken by who asks."""

    holds: int
    used: int


def beyond(who: Reached, now: datetime, hours: Hours, day: Day) -> list[str]:
    """Why this call would break what was agreed, a sentence each; empty when nothing speaks against it.

    `now` is UTC without a zone. A contact whose zone is not known is never "closed"; e-mail has no hours.

    >>> beyond(Reached("Europe/Berlin"), datetime(2026, 3, 2, 19), Hours(), Day(8, 8))[1]
    'The day holds 8 calls, and 8 are made or taken.'
    """
    said = []
    if who.forbidden:
        said.append("This person asked not to be contacted.")
    closed = _closed(who, now, hours)
    if closed:
        said.append(closed)
    if day.used >= day.holds:
        calls, are = ("1 call", "is") if day.holds == 1 else (f"{day.holds} calls", "are")
        said.append(f"The day holds {calls}, and {day.used} {are if day.used == 1 else 'are'} made or taken.")
    return said


def _closed(who: Reached, now: datetime, hours: Hours) -> str:
    zone = zone_of(who.timezone) if who.timezone else None
    if zone is None or who.channel.lower() == "email":
        return ""
    there = now.replace(tzinfo=UTC).astimezone(zone)
    off = hours.day_off(there.date(), who.timezone, who.region)
    if off:
        return f"It is {off} there, a day without calls."
    if hours.opens <= there.hour < hours.closes:
        return ""
    return f"It is {there:%H:%M} there; calls go from {hours.opens} to {hours.closes} o'clock."
