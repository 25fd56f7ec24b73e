"""Beside a piece of content: to how many it was sent, whether usage followed, and to whom."""

from __future__ import annotations

from typing import Any

import polars as pl
import streamlit as st

from components import queries, words
from components.account_rows import account_rows
from components.queries import Reader
from components.queries import content as read
from models.content_words import followed, reached


def draw(reader: Reader, row: dict[str, Any]) -> None:
    """What followed one piece (a row of the library), and the accounts it was sent to."""
    piece = row["content_id"]
    told = read.effects(reader).get(piece)
    said = [one for one in (followed(told), reached(told, row["event"])) if one]
    day = f" :gray[As of {reader.as_of:%-d %b %Y}.]" if told and reader.snapshot else ""
    st.markdown(f":material/monitoring: {' '.join(said)}{day}")
    sent = read.sends(reader).filter(pl.col("content_id") == piece)
    if sent.is_empty():
        return
    n = sent["account_id"].n_unique()
    part = st.expander(f"Sent to {words.count(n, 'account')}", key=f"sent-{piece}", on_change="rerun")
    if part.open:
        with part:
            named = queries.fact(reader, "accounts").select(
                "account_id", name=pl.coalesce("name", "account_id")
            )
            shown = sent.join(named, on="account_id", how="left").with_columns(
                pl.col("name").fill_null(pl.col("account_id"))
            )
            account_rows(shown, _ROWS, "Who was sent this piece, newest first", f"sent-rows-{piece}")


_column: Any = st.column_config
_ROWS: dict[str, Any] = {
    "sent_at": _column.DatetimeColumn("Sent (UTC)", format="D MMM YYYY, HH:mm"),
    "how": _column.TextColumn("With"),
    "sent_by": _column.TextColumn("By"),
}
