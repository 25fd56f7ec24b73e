"""What the Retention page shows of the accounts it is narrowed to: worked out once, drawn at every click."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import polars as pl

from components import charts_retention as charts
from components.queries import Reader
from components.queries import retention as queries_retention
from components.queries.cache import kept
from components.queries.retention import Chosen
from models.bridge import PARTS
from models.rate_interval import interval
from models.retention_rows import ENDS, GRR, LOGO, MOVES, NRR, RENEWAL_GRR, RENEWAL_NRR, WON, behind

_FEW, _MANY = 16, 128
SHARES = (LOGO, GRR, NRR, WON, RENEWAL_GRR, RENEWAL_NRR)
"""The figures at the top of the page."""

_BRIDGE = ("until", ENDS[0], *(f"MRR {part}" for part in PARTS), ENDS[1])
_BRIDGE_MONTHS = 12


class Point(NamedTuple):
    """A figure of a day: null and 0 where it has no base."""

    value: float | None = None
    accounts: int = 0


@dataclass(frozen=True)
class Retained:
    """Every figure of every month (`RETENTION_SERIES`), the currencies by what is paid in them, the days."""

    series: pl.DataFrame
    currencies: tuple[str, ...]
    days: tuple[date, ...]
    points: Mapping[tuple[str, str, date], Point]

    def own(self, currency: str) -> pl.DataFrame:
        """The series in this currency, with what has none."""
        return self.series.filter(pl.col("currency").is_in(["", currency]))

    def at(self, figure: str, currency: str, day: date) -> Point:
        """A figure of a day; those that count accounts are the same in every currency."""
        found = self.points.get((figure, currency, day)) or self.points.get((figure, "", day))
        return found or Point()


@dataclass(frozen=True)
class Drawn:
    """The two charts of one currency, each with what it says in words, and the bridge, newest month first."""

    rates: charts.Figure
    rates_alt: str
    moves: charts.Figure
    moves_alt: str
    bridge: pl.DataFrame


def retained(reader: Reader, chosen: Chosen, into: str = "") -> Retained:
    """The figures of the accounts that meet every choice."""
    return _retained(queries_retention.key(reader, into), chosen, reader, into)


def drawn(reader: Reader, chosen: Chosen, currency: str, into: str = "") -> Drawn:
    """What is drawn of them in one currency."""
    return _drawn(queries_retention.key(reader, into), chosen, currency, reader, into)


def ranges(
    reader: Reader, chosen: Chosen, currency: str, into: str = ""
) -> Mapping[str, tuple[float, float] | None]:
    """How surely each of `SHARES` is known today (`rate_interval.interval`)."""
    return _ranges(queries_retention.key(reader, into), chosen, currency, reader, into)


@kept(_MANY)
def _retained(key: str, chosen: Chosen, _reader: Reader, into: str) -> Retained:
    series = queries_retention.retention_figures(_reader, chosen, into)
    paid = series.filter(pl.col("figure") == ENDS[1]).sort("until", "value", descending=True)
    rows = series.select("figure", "currency", "until", "value", "accounts").iter_rows()
    return Retained(
        series,
        tuple(str(name) for name in paid["currency"].unique(maintain_order=True)),
        tuple(series["until"].unique().sort(descending=True)),
        {(figure, money, day): Point(value, accounts) for figure, money, day, value, accounts in rows},
    )


@kept(_MANY)
def _drawn(key: str, chosen: Chosen, currency: str, _reader: Reader, into: str) -> Drawn:
    series = retained(_reader, chosen, into).own(currency)
    return Drawn(
        charts.rates(series),
        charts.rates_alt(series),
        charts.moves(series, currency),
        charts.moves_alt(series, currency),
        _bridge(series),
    )


def _bridge(series: pl.DataFrame) -> pl.DataFrame:
    found = series.filter(pl.col("figure").is_in([*MOVES, *ENDS]))
    wide = found.pivot("figure", index="until", values="value").sort("until", descending=True)
    return wide.select(name for name in _BRIDGE if name in wide.columns).head(_BRIDGE_MONTHS)


@kept(_MANY)
def _ranges(
    key: str, chosen: Chosen, currency: str, _reader: Reader, into: str
) -> dict[str, tuple[float, float] | None]:
    rows = queries_retention.narrowed(_reader, chosen, into)
    return {name: interval(behind(rows, name, _reader.as_of, currency), name) for name in SHARES}
