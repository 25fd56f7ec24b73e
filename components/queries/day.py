"""What Today shows of the day's list, worked out once until something changes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

import polars as pl

from components import words
from components.queries import Reader, call_list, calls, scores
from components.queries.cache import kept
from models.book_view import at_risk
from models.call_budget import OVER
from models.calls import CallList

_FEW = 32


@dataclass(frozen=True)
class Day:
    """The list, of it what fits in order and its MRR in words, how many the alert budget keeps off, the rest.

    `left` holds account_id, name and sentence of those left out for another reason.
    """

    listed: CallList
    mine: pl.DataFrame
    worth: str
    over: int
    left: pl.DataFrame


class Done(NamedTuple):
    """Calls done, of them those that reached somebody, and those that helped."""

    calls: int
    reached: int
    helped: int


def day(reader: Reader, now: datetime, since: datetime, capacity: int) -> Day:
    """The day's list cut to capacity; arguments as for `queries.call_list`."""
    return _day(reader.key, f"{now:%Y-%m-%d %H %z}", capacity, reader, now, since)


def risky(reader: Reader) -> int:
    """How many accounts of the book are at risk."""
    return _risky(reader.key, reader)


def done(reader: Reader, since: date) -> Done:
    """What came of the calls on the viewer's accounts from a day on."""
    return _done(reader.key, since, reader)


@kept(_FEW)
def _day(key: str, hour: str, capacity: int, _reader: Reader, _now: datetime, _since: datetime) -> Day:
    listed = call_list(_reader, _now, _since, capacity)
    mine = listed.calls.filter("planned").sort("position", "saving", descending=[False, True])
    every = listed.left_out.join(scores(_reader).select("account_id", "name"), on="account_id")
    budgeted = pl.col("sentence").str.starts_with(OVER)
    left = every.filter(~budgeted)
    return Day(listed, mine, words.sums(mine), every.height - left.height, left)


@kept(_FEW)
def _risky(key: str, _reader: Reader) -> int:
    return at_risk(scores(_reader)).height


@kept(_FEW)
def _done(key: str, since: date, _reader: Reader) -> Done:
    month = calls(_reader).filter((pl.col("state") == "done") & (pl.col("done_at").dt.date() >= since))
    reached = month.filter(pl.col("outcome") == "reached").height
    return Done(month.height, reached, int(month["helped"].sum()))
