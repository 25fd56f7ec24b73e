"""What the Value page reads: worth of every account, with what was stated where the data does not tell."""

from __future__ import annotations

import polars as pl

from components.queries import Reader, chosen_settings, fact, scores
from components.queries import retention as queries_retention
from components.queries.cache import kept
from models.exchange import StatedRates, assumed_from, converted
from models.worth import Assumed, Worth, worth

_FEW = 16


def assumed(reader: Reader) -> Assumed:
    """What people stated for accounts whose own figure is missing."""
    return assumed_from(chosen_settings(reader))


def valued(reader: Reader) -> Worth:
    """The worth of the viewer's live accounts, each in its own currency."""
    stamps = reader.stamps
    stated = assumed(reader)
    key = f"{reader.store.database.url} {stamps.snapshot} {stamps.imports} {reader.viewer.scope} {stated}"
    return _valued(key, reader, stated)


def shown(reader: Reader, found: Worth, stated: StatedRates | None) -> pl.DataFrame:
    """`WORTH` with csm (a name), quadrant, reach and plan; converted where `stated` rates are given."""
    rows = found.accounts if stated is None else converted(found.accounts, stated)
    now = scores(reader).select("account_id", "quadrant", "reach", "plan")
    scoped = queries_retention.scopes(reader).select("account_id", "region", "csm")
    joined = rows.join(now, on="account_id", how="left", maintain_order="left")
    return joined.join(scoped, on="account_id", how="left", maintain_order="left")


@kept(_FEW, "Working out what customers are worth …")
def _valued(key: str, _reader: Reader, _stated: Assumed) -> Worth:
    book = queries_retention.book(_reader)
    return worth(book, fact(_reader, "accounts"), fact(_reader, "referrals"), _stated)
