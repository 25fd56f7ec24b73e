"""One list in every format: equal rows, and no customer's name that runs."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime
from typing import Any

import icalendar
import openpyxl
import polars as pl
import pytest

from actions.calendars import CALENDARS, call_entries
from actions.dictionary import dictionary
from actions.formats import calendar_bytes, table_bytes
from models.call_frames import CALLS
from models.snapshot import SCORES
from tests.models.rows import frame

TODAY = date(2026, 3, 2)
NASTY = ("=cmd()", "+1-2", "-2+3", "@SUM(A1)", "\t=1", "\r=1", " =1", '=HYPERLINK("http://x";"y")')
NAMES = (*NASTY, "Ada & Co", 'Quote "x", comma', "Line\nbreak", "Ünï 🩺", "00123")


def calls() -> pl.DataFrame:
    rows = [
        {
            "csm_id": "kim",
            "position": n,
            "planned": True,
            "by_hand": False,
            "account_id": f"a{n}",
            "name": name,
        }
        | {"channel": "call", "kinds": ["declined", "silent"], "reasons": ["One.", "Two."]}
        | {"prescription": "p", "talk_track": "Open: x", "saveability": 0.2, "why": "w", "fair": False}
        | {"contact_name": name, "due_on": TODAY if n % 2 else None}
        for n, name in enumerate(NAMES, start=1)
    ]
    return frame(CALLS, *rows)


def test_rows_and_names_are_equal_in_every_format() -> None:
    listed = calls()
    csv = pl.read_csv(io.BytesIO(table_bytes(listed, "csv")), infer_schema=False)
    book: Any = openpyxl.load_workbook(io.BytesIO(table_bytes(listed, "xlsx", dictionary(listed, "calls"))))
    made = calendar_bytes(call_entries(listed, TODAY), datetime(2026, 3, 2, tzinfo=UTC))
    events: Any = icalendar.Calendar.from_ical(made).walk("VEVENT")

    rows = list(book["Rounds"].iter_rows(values_only=True))
    assert csv.height == len(rows) - 1 == len(events) == listed.height == len(NAMES)
    assert csv.columns == list(rows[0]) == listed.columns
    place = listed.columns.index("name")
    for number, name in enumerate(NAMES):
        safe = f"'{name}" if name in NASTY else name
        assert csv["name"][number] == safe
        assert str(rows[number + 1][place]).replace("_x000D_", "\r") == safe
        told = str(events[number]["summary"])
        assert told.replace("\r", "").split() == f"Call {name}".split()
    assert csv["reasons"][0] == "One. Two."


def test_no_cell_of_a_sheet_is_a_formula() -> None:
    listed = calls()
    book: Any = openpyxl.load_workbook(io.BytesIO(table_bytes(listed, "xlsx", dictionary(listed, "calls"))))
    kinds = {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row}
    assert "f" not in kinds


def test_parquet_and_json_keep_everything_as_it_is() -> None:
    listed = calls()
    assert pl.read_parquet(io.BytesIO(table_bytes(listed, "parquet"))).equals(listed)
    assert pl.read_json(io.BytesIO(table_bytes(listed, "json")))["name"].to_list() == list(NAMES)


def test_the_second_sheet_says_what_every_column_means() -> None:
    listed = calls()
    book: Any = openpyxl.load_workbook(io.BytesIO(table_bytes(listed, "xlsx", dictionary(listed, "calls"))))
    told = list(book["Columns"].iter_rows(values_only=True))
    assert told[0] == ("column", "type", "meaning")
    assert [row[0] for row in told[1:]] == listed.columns
    assert all(row[2] for row in told[1:])
    by_name = {row[0]: row[1:] for row in told[1:]}
    assert by_name["risk"] == ("number", "0-100")
    assert by_name["kinds"][0] == "several, parted by a space"


@pytest.mark.parametrize("what", sorted(CALENDARS))
def test_every_calendar_loads_with_a_day_for_each_entry(what: str) -> None:
    score = {"account_id": "a", "name": "=cmd()", "renewal_on": date(2026, 4, 1), "risk": 61.0}
    frames = {
        "calls": calls(),
        "accounts": frame(SCORES, score, {"account_id": "b", "name": "b", "renewal_on": date(2026, 3, 1)}),
        "exceptions": pl.DataFrame(
            {
                "account_id": ["a", "a"],
                "name": ["=cmd()", None],
                "kind": ["waiting_on_us", "silent"],
                "due_on": [date(2026, 3, 4), None],
                "sentence": ["s", "t"],
                "prescription": ["p", "q"],
            }
        ),
    }
    expected = {"calls": len(NAMES), "accounts": 1, "exceptions": 2}
    made = calendar_bytes(CALENDARS[what](frames[what], TODAY), datetime(2026, 3, 2, tzinfo=UTC))
    events: Any = icalendar.Calendar.from_ical(made).walk("VEVENT")
    assert len(events) == expected[what]
    assert all(event["dtstart"].dt >= TODAY for event in events)
    assert len({str(event["uid"]) for event in events}) == len(events)
