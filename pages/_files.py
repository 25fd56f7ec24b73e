"""What the screens show, as files; each one taken is put on record."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC

import polars as pl

from actions.formats import calendar_bytes, table_bytes
from components import session
from components.queries import Reader

Files = dict[str, Callable[[], bytes]]


def tables(reader: Reader, what: str, frame: pl.DataFrame) -> Files:
    """The frame whole, as CSV and as a workbook."""

    def csv() -> bytes:
        from actions.exporting import exported

        exported(reader.store, reader.viewer, session.now_utc(), what, frame.height)
        return table_bytes(frame, "csv")

    def xlsx() -> bytes:
        from actions.exporting import exported

        exported(reader.store, reader.viewer, session.now_utc(), what, frame.height)
        return table_bytes(frame, "xlsx")

    return {"csv": csv, "xlsx": xlsx}


def calendar(reader: Reader, calls: pl.DataFrame) -> Files:
    """The calls (`models.call_frames.CALLS`) as entries of a calendar."""

    def ics() -> bytes:
        from actions.exporting import entries, exported

        now = session.now_utc()
        exported(reader.store, reader.viewer, now, "calls", calls.height)
        return calendar_bytes(entries(calls, now.date()), now.replace(tzinfo=UTC))

    return {"ics": ics}
