"""Hours by the contact's own clock, wishes, and a full day."""

from __future__ import annotations

from datetime import date, datetime

from models.call_hours import Holiday, Hours
from models.call_limits import Day, Reached, beyond

ROOM = Day(8, 0)
MONDAY = datetime(2026, 3, 2, 14)


def test_their_own_clock_decides() -> None:
    assert beyond(Reached("Europe/Berlin"), MONDAY, Hours(), ROOM) == []
    late = beyond(Reached("Europe/Berlin"), MONDAY.replace(hour=16), Hours(), ROOM)
    assert late == ["It is 17:00 there; calls go from 9 to 17 o'clock."]
    early = beyond(Reached("America/New_York"), MONDAY.replace(hour=13, minute=59), Hours(), ROOM)
    assert early == ["It is 08:59 there; calls go from 9 to 17 o'clock."]
    assert beyond(Reached("Asia/Tokyo"), datetime(2026, 3, 8, 23, 30), Hours(closes=24, opens=0), ROOM) == []


def test_weekends_and_holidays_are_theirs() -> None:
    feast = Hours(holidays=[Holiday(date(2026, 3, 2), "Bavaria", "A feast")])
    assert beyond(Reached("Europe/Berlin", "Bavaria"), MONDAY, feast, ROOM) == [
        "It is A feast there, a day without calls."
    ]
    assert beyond(Reached("Europe/Berlin", "Hesse"), MONDAY, feast, ROOM) == []
    sunday_evening = datetime(2026, 3, 8, 23, 30)
    assert beyond(Reached("Europe/Berlin"), datetime(2026, 3, 7, 12), Hours(), ROOM) == [
        "It is Saturday there, a day without calls."
    ]
    assert beyond(Reached("Asia/Tokyo"), sunday_evening, Hours(), ROOM) == [
        "It is 08:30 there; calls go from 9 to 17 o'clock."
    ]


def test_an_unknown_zone_and_e_mail_have_no_hours() -> None:
    night = datetime(2026, 3, 2, 2)
    assert beyond(Reached(), night, Hours(), ROOM) == []
    assert beyond(Reached("Nowhere/Here"), night, Hours(), ROOM) == []
    assert beyond(Reached("Europe/Berlin", channel="Email"), night, Hours(), ROOM) == []


def test_a_wish_and_a_full_day_speak_against_it() -> None:
    assert beyond(Reached(forbidden=True), MONDAY, Hours(), Day(1, 1)) == [
        "This person asked not to be contacted.",
        "The day holds 1 call, and 1 is made or taken.",
    ]
    assert beyond(Reached(), MONDAY, Hours(), Day(3, 2)) == []
    assert beyond(Reached(), MONDAY, Hours(), Day(0, 0)) == [
        "The day holds 0 calls, and 0 are made or taken."
    ]
