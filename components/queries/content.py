"""The content library for those who send: what is offered, and who sends what."""

from __future__ import annotations

import polars as pl

from components.queries import Reader, paths, playbooks
from models.content_use import sent_by


def offered(reader: Reader) -> pl.DataFrame:
    """The pieces that are not retired; columns of `data_access.content.CONTENT`."""
    return playbooks.library(reader).filter(pl.col("retired_at").is_null())


def senders(reader: Reader) -> dict[int, list[str]]:
    """The playbooks and the paths in force that send each piece, in words, by the piece's id."""
    force = [paths.path_of(row) for row in paths.in_force(reader).iter_rows(named=True)]
    return sent_by(playbooks.saved(reader), force)
