"""Where the records and fields of a block of delimited text begin and end, found without reading them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

QUOTE, NEWLINE, RETURN = 34, 10, 13


@dataclass(frozen=True)
class Records:
    """One entry a record: byte range, physical line (from 0) and number of fields; `end` = bytes covered."""

    starts: NDArray[np.int64]
    stops: NDArray[np.int64]
    lines: NDArray[np.int64]
    fields: NDArray[np.int64]
    end: int


def analyse(data: bytes, delimiter: str) -> Records | None:
    """Split `data` (whole lines) into records as RFC 4180 has them; None when its quotes are not well formed.

    The last record may lack its end (a quoted field goes on): it is left out, and `end` says where it begins.
    """
    array = np.frombuffer(data, np.uint8)
    newlines = np.flatnonzero(array == NEWLINE)
    delimiters = np.flatnonzero(array == ord(delimiter))
    ends, lines = newlines, np.arange(newlines.size + 1)
    if QUOTE in data:
        quotes = np.flatnonzero(array == QUOTE)
        if not _well_formed(array, quotes, ord(delimiter)):
            return None
        ends = newlines[_outside(newlines, quotes)]
        delimiters = delimiters[_outside(delimiters, quotes)]
        lines = np.concatenate([[0], np.searchsorted(newlines, ends) + 1])
    starts = np.concatenate([[0], ends + 1])[:-1]
    bounds = np.searchsorted(delimiters, np.concatenate([[0], ends]))
    returns = (ends > starts) & (array[np.maximum(ends - 1, 0)] == RETURN)
    stops = ends - returns
    fields = np.where(stops > starts, np.diff(bounds) + 1, 0)
    return Records(starts, stops, lines[:-1], fields, int(ends[-1]) + 1 if ends.size else 0)


def _outside(positions: NDArray[np.int64], quotes: NDArray[np.int64]) -> NDArray[np.bool_]:
    outside: NDArray[np.bool_] = np.searchsorted(quotes, positions) % 2 == 0
    return outside


def _well_formed(array: NDArray[np.uint8], quotes: NDArray[np.int64], delimiter: int) -> bool:
    """Whether every quote opens a field, closes one, or is half of a doubled quote."""
    opening, closing = quotes[0::2], quotes[1::2]
    before = array[opening[opening > 0] - 1]
    after = array[closing[closing < array.size - 1] + 1]
    return bool(
        np.isin(before, (delimiter, NEWLINE, QUOTE)).all()
        and np.isin(after, (delimiter, NEWLINE, RETURN, QUOTE)).all()
    )
