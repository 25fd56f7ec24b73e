"""A moment on somebody's own calendar."""

from __future__ import annotations

from datetime import date, datetime

import polars as pl

from models.local_days import local_day

MOMENT = datetime(2026, 3, 2, 23, 30)


def test_each_row_has_the_day_of_its_own_zone_and_utc_where_none_is_known() -> None:
    zones = ["Europe/Berlin", "America/New_York", "Asia/Tokyo", "Nowhere/Here", None]
    rows = pl.DataFrame({"at": [MOMENT] * len(zones), "zone": zones})
    days = rows.select(local_day(rows, pl.col("at"), "zone"))["at"].to_list()
    assert [day.day for day in days] == [3, 2, 3, 2, 2]


def test_nobody_with_a_zone_is_no_trouble() -> None:
    rows = pl.DataFrame({"at": [MOMENT], "zone": [None]}, schema_overrides={"zone": pl.String})
    assert rows.select(local_day(rows, pl.col("at"), "zone"))["at"].to_list() == [date(2026, 3, 2)]
