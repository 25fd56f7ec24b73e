"""Today, for who exports by the command line: the day where they are, as on the screens."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import icalendar
import polars as pl
import pytest
import typer

import cli
from actions.exporting import Asked, export
from components.queries import EVERYONE
from data_access import snapshots
from data_access.config import configuration
from data_access.errors import ConfigurationError, DataError
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


def test_retention_is_narrowed_as_on_the_page(in_demo: Path, tmp_path: Path) -> None:
    store, out = open_store(configuration(home=in_demo)), tmp_path / "retention.parquet"

    def closing(**only: list[str]) -> pl.DataFrame:
        export(store, SYSTEM, LATE, "retention", "parquet", out, narrowed=only)
        rows = pl.read_parquet(out).filter(pl.col("figure") == "MRR closing")
        return rows.group_by("until", "currency").agg(pl.col("value").sum()).sort("until", "currency")

    every = closing()
    names = ["Enterprise", "Mid-market", "Small"]
    parts = pl.concat(closing(segment=[name]) for name in names)
    whole = parts.group_by("until", "currency").agg(pl.col("value").sum()).sort("until", "currency")
    assert every.join(whole, on=["until", "currency"])["value_right"].to_list() == pytest.approx(
        every["value"].to_list()
    )
    assert closing(segment=names).equals(every)
    assert closing(segment=[name.upper() for name in names]).equals(every)
    assert float(closing(segment=["Small"])["value"].sum()) < float(every["value"].sum())
    with pytest.raises(DataError, match="no segment “Tiny”. There are: Enterprise"):
        closing(segment=["Tiny"])
    with pytest.raises(DataError, match="Only retention can be narrowed"):
        export(store, SYSTEM, LATE, "accounts", "csv", out, narrowed={"segment": ["Small"]})
    store.close()


def test_what_to_narrow_by_is_read_from_the_command_line() -> None:
    assert cli._narrowed(["segment=A", "segment=B", "plan=x=y"]) == {"segment": ["A", "B"], "plan": ["x=y"]}
    assert cli._narrowed(["path=A to B"]) == {"path": ["A to B"]}
    for wrong in ("segment", "colour=red"):
        with pytest.raises(typer.BadParameter, match="segment, plan, region, csm, quadrant, path"):
            cli._narrowed([wrong])


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
    with pytest.raises(ConfigurationError, match="can't be used: 'Mars/Olympus' is no time zone"):
        configuration(timezone="Mars/Olympus")
