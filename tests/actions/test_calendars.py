"""A calendar of calls begins on the day that their list is for."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import icalendar
import pytest

from actions.exporting import export
from data_access.config import configuration
from data_access.store import open_store
from data_access.viewer import SYSTEM

SATURDAY = datetime(2026, 11, 21, 12)
WEDNESDAY = datetime(2026, 11, 25, 12)


@pytest.mark.parametrize(("now", "day"), [(SATURDAY, date(2026, 11, 23)), (WEDNESDAY, date(2026, 11, 25))])
def test_calls_stand_in_the_calendar_from_the_working_day_on(
    in_demo: Path, tmp_path: Path, now: datetime, day: date
) -> None:
    store, out = open_store(configuration(home=in_demo)), tmp_path / "calls.ics"
    export(store, SYSTEM, now, "calls", "ics", out)
    store.close()
    events = icalendar.Calendar.from_ical(out.read_bytes()).walk("VEVENT")
    assert min(event.decoded("dtstart") for event in events) == day
