"""Why one call stands above another, answered where it is asked."""

from __future__ import annotations

from typing import Any

import polars as pl
import streamlit as st

from components import words
from components.failures import guarded
from models.call_compare import compare


@st.fragment
@guarded
def draw(calls: pl.DataFrame, row: dict[str, Any]) -> None:
    """Compare a call with another of the same list, term by term."""
    others = calls.filter(pl.col("csm_id") == row["csm_id"], pl.col("account_id") != row["account_id"])
    if others.is_empty():
        return
    places = dict(others.select("account_id", "position").iter_rows())
    names = dict(others.select("account_id", "name").iter_rows())
    with st.expander(f"Why is it number {row['position']}?", icon=":material/sort:"):
        other = st.selectbox(
            "Compare with",
            list(names),
            format_func=lambda account: f"{places[account]}. {names[account]}",
            key="compare-with",
        )
        told = compare(calls, row["account_id"], str(other))
        st.markdown(f"**{words.plain(told.sentence)}**")
        both = {row["account_id"]: row["name"], **names}
        st.dataframe(
            told.terms.rename({"upper": both[told.upper], "lower": f"{both[told.lower]} "}),
            hide_index=True,
            width="stretch",
        )
