"""Rows that a figure opens into: one sentence that adds them up, the table, and its export."""

from __future__ import annotations

from functools import partial
from typing import Any

import polars as pl
import streamlit as st

from components import empty, tables
from components.downloads import downloads
from components.queries import Reader
from components.queries import retention as queries_retention
from components.words import marked_money
from models.shares import percent
from pages import _files


def opened(reader: Reader, file: str, rows: pl.DataFrame, said: str, what: str) -> None:
    """Show rows one an account (`account_id` with anything else), the sentence that sums them, an export.

    `file` names the export, unique on the page; `what` says what the rows are, for those who hear the page.
    """
    if rows.is_empty():
        empty.nothing("No account makes this figure.", "Choose another one.")
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(said)
        files = _files.later(reader, "retention", partial(with_names, reader, rows), _files.EVERY)
        downloads(file, rows.height, files)
    shown = with_names(reader, rows.head(tables.MOST_ROWS)).drop("account_id", "until", "part_", strict=False)
    tables.plain_table(shown, what, COLUMNS)
    if rows.height > tables.MOST_ROWS:
        st.caption(f"The first {tables.MOST_ROWS} of {rows.height:,}; the export has all.")


def with_names(reader: Reader, rows: pl.DataFrame) -> pl.DataFrame:
    """The rows with each account's name, segment and CSM in front."""
    scoped = queries_retention.scopes(reader).select("account_id", "name", "segment", "csm")
    kept = rows.drop("month", "name", "segment", "csm", strict=False)
    return scoped.join(kept, on="account_id", how="right", maintain_order="right").select(
        "account_id", "name", "segment", "csm", pl.exclude("account_id", "name", "segment", "csm")
    )


def amount(value: float, currency: str) -> str:
    """Money to the cent, with its currency."""
    return marked_money(value, currency, 2)


def share(value: float | None) -> str:
    """A share with one decimal, or a dash."""
    return percent(value, 1)


_MONEY = partial(st.column_config.NumberColumn, format="%,.2f")
_SHARE = partial(st.column_config.NumberColumn, format="percent")
_DAY = partial(st.column_config.DateColumn, format="D MMM YYYY")

COLUMNS: dict[str, Any] = {
    "name": "Account",
    "segment": "Segment",
    "csm": "CSM",
    "part": "Part",
    "kept": st.column_config.CheckboxColumn("Kept"),
    "ended_on": _DAY("Left on"),
    "signed_on": _DAY("Signed on"),
    "renewal_on": _DAY("Renewal"),
    "due_on": _DAY("Due on"),
    "won": st.column_config.CheckboxColumn("Won"),
    "active": st.column_config.CheckboxColumn("Used it"),
    "in_time": st.column_config.CheckboxColumn("In time"),
    "reached": st.column_config.CheckboxColumn("Reached"),
    "ended": st.column_config.CheckboxColumn("Left"),
    "duration": st.column_config.NumberColumn("Days watched to", format="%d"),
    "entered": st.column_config.NumberColumn("Watched from day", format="%d"),
    "currency": "Currency",
    "mrr": _MONEY("MRR"),
    "mrr_first": _MONEY("MRR at first"),
    "mrr_then": _MONEY("MRR then"),
    "mrr_now": _MONEY("MRR now"),
    "mrr_kept": _MONEY("Of it kept"),
    "opening": _MONEY("MRR before"),
    "change": _MONEY("Change"),
    "closing": _MONEY("MRR after"),
    "stays": _SHARE("Chance to stay"),
    "expected": _MONEY("MRR expected"),
    "actual": _MONEY("MRR that came"),
    "tenure_days": st.column_config.NumberColumn("Days a customer", format="%d"),
    "risk": st.column_config.NumberColumn("Risk", format="%.0f"),
    "cohort": st.column_config.DateColumn("Signed in", format="MMM YYYY"),
    "age": st.column_config.NumberColumn("Months since", format="%d"),
}
