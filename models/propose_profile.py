"""What a sampled column looks like: times, numbers, yes or no, text; and how it tells rows apart."""

from __future__ import annotations

from dataclasses import dataclass, replace

import polars as pl

from models.normalise_numbers import NO, YES, number_style, to_numbers
from models.normalise_text import NULLS, blank_to_null, to_text
from models.normalise_times import TimeStyle, time_style, to_times

CLEAR = 0.95
"""Share of the values that must fit before a column is taken for times or numbers."""


@dataclass(frozen=True)
class SampledFile:
    """The first rows of a file, under the name that a mapping should call it by.

    `whole` says that these are all its rows.
    """

    name: str
    rows: pl.DataFrame
    whole: bool = True


@dataclass(frozen=True)
class Profile:
    """One column: `kind` is time, number, flag, text or empty; `format` is set where one must be given.

    `doubt` says why a format was not certain; `offers` are the formats to choose from when nothing settles
    it. `low` and `high` bound numbers.
    """

    name: str
    kind: str
    values: pl.Series
    filled: int
    rows: int
    format: str = ""
    doubt: str = ""
    offers: tuple[str, ...] = ()
    low: float = 0.0
    high: float = 0.0

    @property
    def is_key(self) -> bool:
        """Whether it is filled in every row, differently."""
        return self.filled == self.rows == self.values.len() > 0


def profiles(file: SampledFile) -> list[Profile]:
    """Look at every column; ambiguous dates take the order that the file's other dates prove."""
    found = [_profile(file.rows[name]) for name in file.rows.columns]
    orders = {order for one in found if (order := _order(one))}
    if len(orders) != 1:
        return found
    order = orders.pop()
    return [_settle(one, order) if one.offers else one for one in found]


def _profile(column: pl.Series) -> Profile:
    nested = column.dtype.is_nested() or column.dtype in (pl.Binary, pl.Object)
    text = pl.Series([None], dtype=pl.String) if nested else blank_to_null(to_text(column), NULLS, trim=True)
    filled = text.drop_nulls()
    values = filled.unique(maintain_order=True)
    base = Profile(column.name, "text", values, filled.len(), column.len())
    if values.is_empty():
        return replace(base, kind="empty")
    if column.dtype in (pl.Date, pl.Datetime):
        return replace(base, kind="time")
    if values.str.to_lowercase().is_in([*YES, *NO]).all() and 1 < values.len() <= 4:
        return replace(base, kind="flag")
    return _as_time(base) or _as_number(base) or base


def _as_time(base: Profile) -> Profile | None:
    style = time_style(base.values)
    if style.offers and style.offers[0].startswith("%"):
        return replace(base, kind="time", offers=style.offers, doubt=style.doubt)
    digits = style.formats == ("%Y%m%d",) and "dat" not in base.name.lower()
    if not style.formats or digits:
        return None
    read = to_times(base.values, style.formats)
    if read.len() - read.null_count() < CLEAR * read.len():
        return None
    return replace(base, kind="time", format=_needed(style))


def _needed(style: TimeStyle) -> str:
    return "" if style.formats[0].startswith("%Y-%m-%d") else style.formats[0]


def _as_number(base: Profile) -> Profile | None:
    style = number_style(base.values)
    numbers = to_numbers(base.values, style.form or style.guess).drop_nulls()
    if numbers.len() < CLEAR * base.values.len():
        return None
    low, high = numbers.to_frame("n").select(low=pl.col("n").min(), high=pl.col("n").max()).row(0)
    return replace(base, kind="number", doubt=style.doubt, low=float(low), high=float(high))


def _order(one: Profile) -> str:
    if one.kind != "time" or one.doubt:
        return ""
    return {"%d/%m": "dmy", "%d-%m": "dmy", "%m/%d": "mdy", "%m-%d": "mdy"}.get(one.format[:5], "")


def _settle(one: Profile, order: str) -> Profile:
    style = time_style(one.values, order)
    doubt = f"'{one.name}' alone does not say whether day or month comes first; the file's other dates do"
    return replace(one, format=style.formats[0], doubt=doubt, offers=())
