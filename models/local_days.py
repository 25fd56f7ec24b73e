"""The day at a place: a moment of the store (UTC) on the calendar of somebody's time zone."""

from __future__ import annotations

import polars as pl

from models.call_hours import zone_of


def local_day(rows: pl.DataFrame, at: pl.Expr, zone: str) -> pl.Expr:
    """The date of `at` (UTC without a zone) in the zone that column `zone` names; in UTC where none is known.

    >>> from datetime import datetime
    >>> rows = pl.DataFrame({"at": [datetime(2026, 3, 2, 23, 30)] * 2, "zone": ["Europe/Berlin", None]})
    >>> rows.select(local_day(rows, pl.col("at"), "zone"))["at"].to_list()
    [datetime.date(2026, 3, 3), datetime.date(2026, 3, 2)]
    """
    day = at.dt.date()
    for name in rows[zone].drop_nulls().unique().sort().to_list():
        if zone_of(name) is not None:
            there = at.dt.replace_time_zone("UTC").dt.convert_time_zone(name).dt.date()
            day = pl.when(pl.col(zone) == name).then(there).otherwise(day)
    return day
