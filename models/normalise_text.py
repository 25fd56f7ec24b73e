"""One column of a source as the type its fact asks for, whether it came as text or typed."""

from __future__ import annotations

import polars as pl

from models.normalise_numbers import to_flags, to_numbers
from models.normalise_times import to_days, to_times

NULLS = ("NA", "N/A", "n/a", "#N/A", "NULL", "null", "NaN", "nan", "None", "-", "\\N")
"""Spellings of "not known" in exports; an empty cell is always one."""

FREE_TEXT = ("comment", "subject")
"""What people wrote: kept to the letter. All other text is trimmed."""


def to_text(column: pl.Series) -> pl.Series:
    """Any column as text: whole floats without a point, times as ISO 8601.

    >>> to_text(pl.Series([7.0, 7.5])).to_list()
    ['7', '7.5']
    """
    if column.dtype.is_float():
        whole = column.is_finite() & (column == column.round()) & column.is_between(-1e15, 1e15)
        digits = column.set(~whole, None).cast(pl.Int64).cast(pl.String)
        return digits.zip_with(whole.fill_null(value=False), column.cast(pl.String))
    if isinstance(column.dtype, pl.Datetime):
        form = "%Y-%m-%dT%H:%M:%S%.f" + ("%:z" if column.dtype.time_zone else "")
        return column.dt.strftime(form)
    if isinstance(column.dtype, pl.Duration):
        return column.dt.to_string("iso")
    return column.cast(pl.String)


def blank_to_null(text: pl.Series, nulls: tuple[str, ...], *, trim: bool) -> pl.Series:
    """Text with its spellings of "not known" made null, trimmed where asked."""
    bare = text.str.strip_chars()
    missing = bare.is_in(["", *nulls])
    return (bare if trim else text).set(missing.fill_null(value=False), None)


def natively(column: pl.Series, dtype: pl.DataType) -> pl.Series | None:
    """A typed column in the wanted type when that leaves nothing to decide, else None."""
    if dtype.is_temporal() and column.dtype in (pl.Date, pl.Datetime):
        return _native_time(column, dtype)
    if dtype == pl.Float64() and column.dtype.is_numeric():
        number = column.cast(pl.Float64)
        return number.set(~number.is_finite(), None)
    if (dtype == pl.Int64() and column.dtype.is_integer()) or dtype == pl.Boolean() == column.dtype:
        return column.cast(dtype, strict=False)
    return None


def _native_time(column: pl.Series, dtype: pl.DataType) -> pl.Series:
    """A typed day or time as a day (as it is written) or a time (in UTC)."""
    if dtype == pl.Date() or not isinstance(column.dtype, pl.Datetime):
        return column.dt.date().cast(dtype)
    utc = column.dt.convert_time_zone("UTC") if column.dtype.time_zone else column
    return utc.dt.replace_time_zone(None).dt.cast_time_unit("us")


def read_text(
    text: pl.Series, dtype: pl.DataType, formats: tuple[str, ...], *, exact: bool
) -> tuple[pl.Series, str]:
    """Text in the wanted type, null where it cannot be; and the reason to give for those."""
    if dtype == pl.Date():
        return to_days(text, formats, exact=exact), f"is not a date {_written(formats, exact)}"
    if dtype == pl.Datetime("us"):
        return to_times(text, formats, exact=exact), f"is not a time {_written(formats, exact)}"
    form = formats[0] if formats else ""
    if dtype == pl.Float64():
        return to_numbers(text, form), "is not a number"
    if dtype == pl.Int64():
        number = to_numbers(text, form)
        whole = number.set((number != number.round()) | ~number.is_between(-9e15, 9e15), None)
        return whole.cast(pl.Int64), "is not a whole number"
    if dtype == pl.Boolean():
        return to_flags(text), "is neither yes nor no"
    return text, ""


def _written(formats: tuple[str, ...], exact: bool) -> str:
    known = " or ".join(formats) or "%Y-%m-%d"
    return f"written {known}" if exact or formats else f"in ISO 8601 ({known})"
