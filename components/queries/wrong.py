"""What the Exceptions page lists: every exception of the viewer's accounts, and those that were asked for."""

from __future__ import annotations

from datetime import date

import polars as pl

from components.queries import Reader, csms, every_exception, scores
from components.queries import rules as queries_rules
from components.queries.cache import kept
from models.exception_view import narrowed

_FEW, _SOME = 32, 64


def known(reader: Reader) -> pl.DataFrame:
    """Every exception on the live book, closed ones too; `EXCEPTIONS` with csm_id, segment and priority."""
    return _known(reader.key, reader)


def listed(reader: Reader, today: date, state: str, csm: str | None, segment: str | None) -> pl.DataFrame:
    """Those of one state, CSM and segment, as `exception_view.narrowed` orders them."""
    most = queries_rules.budget(reader)
    return _listed(reader.key, most, today, state, csm, segment, reader)


def owners(reader: Reader) -> dict[str, str]:
    """The CSMs of these accounts by id, in the order of their names."""
    return _owners(reader.key, reader)


def segments(reader: Reader) -> list[str]:
    """The segments of these accounts."""
    return _segments(reader.key, reader)


@kept(_FEW)
def _known(key: str, _reader: Reader) -> pl.DataFrame:
    beside = scores(_reader).select("account_id", "csm_id", "segment", "priority")
    return every_exception(_reader).join(beside, on="account_id", how="inner")


@kept(_SOME)
def _listed(
    key: str, most: int, today: date, state: str, csm: str | None, segment: str | None, _reader: Reader
) -> pl.DataFrame:
    every = known(_reader)
    fits = queries_rules.budgeted(_reader, every, _reader.as_of)
    return narrowed(every, today, state=state, csm=csm, segment=segment, budgeted=fits)


@kept(_FEW)
def _owners(key: str, _reader: Reader) -> dict[str, str]:
    names = dict(csms(_reader).select("csm_id", "name").iter_rows())
    codes = known(_reader)["csm_id"].drop_nulls().unique().to_list()
    return {code: names.get(code, code) for code in sorted(codes, key=lambda code: names.get(code, code))}


@kept(_FEW)
def _segments(key: str, _reader: Reader) -> list[str]:
    return known(_reader)["segment"].drop_nulls().unique().sort().to_list()
