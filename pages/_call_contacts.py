"""What was said last, and what they are waiting for."""

from __future__ import annotations

from datetime import date

import polars as pl
import streamlit as st

from components import queries, words
from components.queries import Reader
from models.logged_calls import as_interactions

_LAST, _OPEN = 5, 5


def draw(reader: Reader, account_id: str, today: date) -> None:
    """The last contacts with an account, and its open cases."""
    imported = queries.fact(reader, "interactions", account_id)
    done = queries.calls(reader).filter(pl.col("account_id") == account_id, pl.col("state") == "done")
    every = pl.concat([imported, as_interactions(done)], how="diagonal").sort("opened_at", descending=True)
    waiting = every.filter(pl.col("closed_at").is_null() & (pl.col("direction") == "in"))
    if waiting.height:
        st.subheader(f"{words.count(waiting.height, 'open case')}", anchor=False)
        st.markdown("\n".join(_line(row, today) for row in waiting.head(_OPEN).iter_rows(named=True)))
    st.subheader("Last contacts", anchor=False)
    if every.is_empty():
        st.markdown("Nobody here has been in touch with them yet, as far as was imported.")
        return
    st.markdown("\n".join(_line(row, today) for row in every.head(_LAST).iter_rows(named=True)))


def _line(row: dict[str, object], today: date) -> str:
    at = row["opened_at"]
    day = words.near(at.date(), today) if hasattr(at, "date") else ""
    way = {"in": " from them", "out": " from us"}.get(str(row["direction"]), "")
    subject = f": {words.plain(row['subject'])}" if row["subject"] else ""
    return f"- {words.plain(row['channel']).capitalize()}{way} {day}{subject}"
