"""Frames as files that spreadsheets, calendars and programs open safely."""

from __future__ import annotations

import io
from datetime import date, datetime, timedelta
from typing import Literal

import polars as pl
import polars.selectors as cs
from icalendar import Calendar, Event

TableFormat = Literal["csv", "xlsx", "parquet", "json"]

MIME: dict[str, str] = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "parquet": "application/vnd.apache.parquet",
    "json": "application/json",
    "ics": "text/calendar",
}

_RUNS = r"^\s*[=+\-@]|^[\t\r\n]"


def table_bytes(frame: pl.DataFrame, fmt: TableFormat, columns: pl.DataFrame | None = None) -> bytes:
    """The whole frame as one file; `columns` (`actions.dictionary.DICTIONARY`) is XLSX's second sheet.

    CSV starts with a BOM so that spreadsheets read it as UTF-8. In CSV and XLSX a text that
    a spreadsheet would run (it starts with = + - @, tab or a line break) gets an apostrophe before it.
    """
    buffer = io.BytesIO()
    if fmt == "csv":
        neutral(flat(frame)).write_csv(buffer, include_bom=True)
    elif fmt == "xlsx":
        _write_xlsx(neutral(flat(frame)), columns, buffer)
    elif fmt == "parquet":
        frame.write_parquet(buffer)
    else:
        buffer.write(flat(frame).write_json().encode())
    return buffer.getvalue()


def neutral(frame: pl.DataFrame) -> pl.DataFrame:
    """Put an apostrophe before every text that a spreadsheet would run; phone numbers too.

    >>> neutral(pl.DataFrame({"name": ["=cmd()", "Ada"]}))["name"].to_list()
    ["'=cmd()", 'Ada']
    """
    marked = [
        pl.when(pl.col(name).str.contains(_RUNS)).then("'" + pl.col(name)).otherwise(pl.col(name)).alias(name)
        for name in cs.expand_selector(frame, cs.string())
    ]
    return frame.with_columns(marked)


def flat(frame: pl.DataFrame) -> pl.DataFrame:
    """Lists as text, items parted by a space: one cell holds one value."""
    lists = [name for name, dtype in frame.schema.items() if isinstance(dtype, pl.List)]
    return frame.with_columns(pl.col(name).cast(pl.List(pl.String)).list.join(" ") for name in lists)


def calendar_bytes(calls: pl.DataFrame, made_at: datetime) -> bytes:
    """One all-day entry a call.

    `calls` has `account_id`, `account`, `due_on`, and as text `summary` and `description`;
    the entry's UID is stable for an account and day, so importing it twice makes one entry.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//Rounds//courtesy calls//EN")
    calendar.add("version", "2.0")
    for row in calls.iter_rows(named=True):
        calendar.add_component(_entry(row["account_id"], row["due_on"], row, made_at))
    return bytes(calendar.to_ical())


def _entry(account_id: str, due_on: date, row: dict[str, str], made_at: datetime) -> Event:
    entry = Event()
    entry.add("uid", f"{account_id}-{due_on:%Y%m%d}@rounds")
    entry.add("dtstamp", made_at)
    entry.add("dtstart", due_on)
    entry.add("dtend", due_on + timedelta(days=1))
    entry.add("summary", row["summary"])
    entry.add("description", row["description"])
    return entry


def _write_xlsx(frame: pl.DataFrame, columns: pl.DataFrame | None, buffer: io.BytesIO) -> None:
    import xlsxwriter

    options = {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
    with xlsxwriter.Workbook(buffer, options) as book:
        frame.write_excel(book, worksheet="Rounds", autofit=True, freeze_panes=(1, 0))
        if columns is not None:
            neutral(columns).write_excel(book, worksheet="Columns", autofit=True, freeze_panes=(1, 0))
