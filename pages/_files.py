"""What the screens show, as files; each one taken is put on record."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date
from functools import partial

import polars as pl

from actions.calendars import call_entries
from actions.dictionary import dictionary
from actions.exporting import exported
from actions.formats import TableFormat, calendar_bytes, table_bytes
from components import session
from components.queries import Reader

Files = dict[str, Callable[[], bytes]]

SHEETS: tuple[TableFormat, ...] = ("csv", "xlsx")
EVERY: tuple[TableFormat, ...] = (*SHEETS, "parquet")


def tables(
    reader: Reader, what: str, frame: pl.DataFrame, formats: tuple[TableFormat, ...] = SHEETS
) -> Files:
    """The frame whole, in each of these formats."""
    return {fmt: partial(_table, reader, what, frame, fmt) for fmt in formats}


def later(
    reader: Reader,
    what: str,
    read: Callable[[], pl.DataFrame],
    formats: tuple[TableFormat, ...] = SHEETS,
) -> Files:
    """A frame that is read only when somebody takes it, whole, in each of these formats."""

    def taken(fmt: TableFormat) -> bytes:
        return _table(reader, what, read(), fmt)

    return {fmt: partial(taken, fmt) for fmt in formats}


def calendar(reader: Reader, calls: pl.DataFrame, day: date) -> Files:
    """The calls (`models.call_frames.CALLS`) of the list of a day as entries of a calendar."""

    def ics() -> bytes:
        now = session.now_utc()
        exported(reader.store, reader.viewer, now, "calls", calls.height)
        return calendar_bytes(call_entries(calls, day), now.replace(tzinfo=UTC))

    return {"ics": ics}


def _table(reader: Reader, what: str, frame: pl.DataFrame, fmt: TableFormat) -> bytes:
    exported(reader.store, reader.viewer, session.now_utc(), what, frame.height)
    return table_bytes(frame, fmt, dictionary(frame, what))
