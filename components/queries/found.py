"""What the Accounts page tells of the viewer's book, and where in it the accounts asked for stand."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from components import words
from components.queries import Reader, book, pulses
from components.queries.cache import kept
from models.book_view import NOBODY, BookQuery, at_risk, choices, places, renewing
from models.pulse import newest

_FEW, _MANY = 32, 128
_OFFERED = ("quadrant", "segment", "plan", "region", "csm", "kinds")


@dataclass(frozen=True)
class Told:
    """Accounts by where they stand, the MRR that renews soon in words, the values that each filter offers."""

    at_risk: int
    troubled: int
    renewing: int
    both: int
    nobodys: int
    due: str
    offered: dict[str, list[str]]


def told(reader: Reader) -> Told:
    """What the page says of the whole book."""
    return _told(reader.key, reader)


def found(reader: Reader, query: BookQuery) -> pl.Series:
    """The places in `book` of the accounts that meet every condition, in the order wanted."""
    return _found(reader.key, repr(query), reader, query)


def whole(reader: Reader, query: BookQuery) -> pl.DataFrame:
    """These accounts as the export has them: `book_view.VIEW` without `haystack`, and `pulse.NEWEST`."""
    rows = book(reader)[found(reader, query)].drop("haystack")
    return rows.join(newest(pulses(reader)), on="account_id", how="left", maintain_order="left")


@kept(_FEW)
def _told(key: str, _reader: Reader) -> Told:
    view = book(_reader)
    risky, due = at_risk(view), renewing(view, _reader.as_of)
    return Told(
        at_risk=risky.height,
        troubled=view.filter(pl.col("kinds").list.len() > 0).height,
        renewing=due.height,
        both=renewing(risky, _reader.as_of).height,
        nobodys=view.filter(pl.col("csm") == NOBODY).height,
        due=words.sums(due),
        offered={name: choices(view, name) for name in _OFFERED},
    )


@kept(_MANY)
def _found(key: str, asked: str, _reader: Reader, _query: BookQuery) -> pl.Series:
    return places(book(_reader), _query, _reader.as_of)
