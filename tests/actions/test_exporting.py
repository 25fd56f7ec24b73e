"""Today, for who exports by the command line: the day where they are, as on the screens."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import icalendar
import pytest

import cli
from actions.exporting import Asked, export
from components.queries import EVERYONE
from data_access import snapshots
from data_access.config import configuration
from data_access.errors import ConfigurationError
from data_access.store import open_store
from data_access.viewer import SYSTEM

LATE = datetime(2026, 11, 21, 23, 30)
AUCKLAND = ZoneInfo("Pacific/Auckland")


def test_a_calendar_begins_on_the_day_of_who_exports(in_demo: Path, tmp_path: Path) -> None:
    store, out = open_store(configuration(home=in_demo)), tmp_path / "accounts.ics"
    days = {}
    for zone in (UTC, AUCKLAND):
        export(store, EVERYONE, LATE, "exceptions", "ics", out, zone=zone)
        events = icalendar.Calendar.from_ical(out.read_bytes()).walk("VEVENT")
        days[zone] = min(event.decoded("dtstart") for event in events)
    store.close()
    assert days == {UTC: date(2026, 11, 21), AUCKLAND: date(2026, 11, 22)}


def test_the_list_is_planned_for_the_day_of_who_exports(in_demo: Path) -> None:
    store = open_store(configuration(home=in_demo))
    snapshot = snapshots.newest(store.database)
    store.close()
    assert snapshot is not None
    assert Asked(store, SYSTEM, LATE, snapshot, AUCKLAND).here.date() == date(2026, 11, 22)


def test_the_command_line_takes_the_chosen_zone(in_demo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "_now", lambda: LATE)
    for name, day in (("Pacific/Auckland", 22), ("UTC", 21), ("America/Lima", 21)):
        monkeypatch.setenv("ROUNDS_TIMEZONE", name)
        store = open_store(configuration(home=in_demo))
        assert cli._today(store) == date(2026, 11, day)
        store.close()


def test_a_zone_that_there_is_not_is_said() -> None:
    with pytest.raises(ConfigurationError, match="ROUNDS_TIMEZONE.*'Mars/Olympus' is no time zone"):
        configuration(timezone="Mars/Olympus")
