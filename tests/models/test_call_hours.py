"""When an account can be rung: clocks, weekends, holidays."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from models.call_hours import Holiday, Hours, open_hours

NOW = datetime(2025, 11, 20, 9, 30, tzinfo=ZoneInfo("Europe/Madrid"))
"""A Thursday; Madrid is an hour before UTC."""


def opened(
    zone: str | None, *, region: str | None = None, now: datetime = NOW, **more: Any
) -> dict[str, Any]:
    schema = {"timezone": pl.String, "region": pl.String}
    places = pl.DataFrame([(zone, region)], schema=schema, orient="row")
    return open_hours(places, now, now.date(), Hours(**more)).row(0, named=True)


@pytest.mark.parametrize(
    ("zone", "opens", "closes", "clock", "in_hours"),
    [
        ("Europe/Madrid", 8, 16, "09:30", True),
        ("Europe/London", 9, 17, "08:30", False),
        ("America/New_York", 14, 22, "03:30", False),
        ("America/Los_Angeles", 17, 23, "00:30", False),
        ("Asia/Tokyo", 0, 8, "17:30", False),
        ("No/Where", 8, 16, None, None),
        (None, 8, 16, None, None),
    ],
)
def test_business_hours_are_the_contacts_own_on_the_readers_day(
    zone: str | None, opens: int, closes: int, clock: str | None, in_hours: bool | None
) -> None:
    of = opened(zone)
    day = datetime(2025, 11, 20)
    assert (of["opens_at"], of["closes_at"]) == (day + timedelta(hours=opens), day + timedelta(hours=closes))
    assert (of["local_time"], of["in_hours"], of["closed"]) == (clock, in_hours, None)


def test_a_weekend_is_closed_and_can_be_another_one() -> None:
    friday = datetime(2025, 11, 21, 12, tzinfo=timezone(timedelta(hours=1)))
    assert opened("Europe/Madrid", now=friday)["in_hours"] is True
    of = opened("Asia/Riyadh", now=friday, weekend=(4, 5))
    assert (of["opens_at"], of["in_hours"]) == (None, False)
    assert of["closed"] == "Closed there on 21 Nov: Friday."


def test_a_holiday_closes_its_region_or_time_zone_alone() -> None:
    days = (Holiday(date(2025, 11, 20), "Europe/Madrid", "A feast"), Holiday(date(2025, 11, 20), "north"))
    assert opened("Europe/Madrid", holidays=days)["closed"] == "Closed there on 20 Nov: A feast."
    assert opened("Europe/Berlin", holidays=days)["closed"] is None
    assert opened("Europe/Berlin", region="North", holidays=days)["closed"] is not None
    assert opened(None, holidays=(Holiday(date(2025, 11, 20)),))["closed"] is not None


def test_a_place_that_works_tomorrow_on_the_readers_today_can_be_rung() -> None:
    """Monday morning in Auckland is Sunday evening in London."""
    sunday = datetime(2025, 11, 23, 22, tzinfo=ZoneInfo("Europe/London"))
    of = opened("Pacific/Auckland", now=sunday)
    assert (of["opens_at"], of["in_hours"]) == (datetime(2025, 11, 23, 20), True)


def test_the_next_working_day_leaps_weekend_and_holidays() -> None:
    hours = Hours(holidays=(Holiday(date(2025, 11, 24)),))
    assert hours.working_day(date(2025, 11, 21)) == date(2025, 11, 21)
    assert hours.working_day(date(2025, 11, 22)) == date(2025, 11, 25)


@pytest.mark.parametrize("wrong", [{"opens": 17, "closes": 9}, {"weekend": tuple(range(7))}])
def test_hours_that_make_no_sense_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="give hours|leave one"):
        Hours(**wrong)
