"""The content library for those who send: what is offered, and who sends what."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import polars as pl

from components.queries import EVERYONE, NotFound, Reader, part, paths, playbooks
from components.queries.cache import kept
from data_access import sends as send_rows
from models.content_use import sent_by

_FEW = 16


def offered(reader: Reader) -> pl.DataFrame:
    """The pieces that are not retired; columns of `data_access.content.CONTENT`."""
    return playbooks.library(reader).filter(pl.col("retired_at").is_null())


def offered_words(reader: Reader) -> dict[int, str]:
    """The title of every piece that can be sent, by id."""
    return dict(offered(reader).select("content_id", "title").iter_rows())


def titles(reader: Reader) -> dict[int, str]:
    """The title of every piece, retired ones too, by id."""
    return dict(playbooks.library(reader).select("content_id", "title").iter_rows())


def sends(reader: Reader) -> pl.DataFrame:
    """What was sent to the viewer's accounts, newest first; columns of `models.sends.SENDS`."""
    key = (str(reader.store.database.url), reader.stamps.changes, reader.stamps.imports)
    return _sends(*key, reader.viewer.scope, reader)


def sent_to(reader: Reader, account_id: str) -> pl.DataFrame:
    """What was sent to one account, newest first; `models.sends.SENDS` with each piece's title."""
    titles = playbooks.library(reader).select("content_id", "title")
    mine = sends(reader).filter(pl.col("account_id") == account_id)
    return mine.join(titles, on="content_id", how="left", maintain_order="left")


def effects(reader: Reader) -> dict[int, dict[str, Any]]:
    """What use followed each piece in the whole company, by piece; rows of `CONTENT_EFFECT`."""
    try:
        rows = part(replace(reader, viewer=EVERYONE), "content_effect")
    except NotFound:
        return {}
    return {row["content_id"]: row for row in rows.iter_rows(named=True)}


@kept(_FEW)
def _sends(store_key: str, changes: int, imports_stamp: int, scope: str, _reader: Reader) -> pl.DataFrame:
    return send_rows.standing(_reader.store.database, _reader.viewer)


def senders(reader: Reader) -> dict[int, list[str]]:
    """The playbooks and the paths in force that send each piece, in words, by the piece's id."""
    force = [paths.path_of(row) for row in paths.in_force(reader).iter_rows(named=True)]
    return sent_by(playbooks.saved(reader), force)
