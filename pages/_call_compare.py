"""Why one call stands above another, answered where it is asked."""

from __future__ import annotations

from typing import Any

import polars as pl
import streamlit as st

from components import words
from components.failures import guarded
from models.call_compare import SHARES, compare
from models.shares import percent


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
            _shown(told.terms),
            hide_index=True,
            width="stretch",
            column_config={
                "term": "What counts",
                "upper": _RIGHT(both[told.upper], alignment="right"),
                "lower": _RIGHT(both[told.lower], alignment="right"),
                "times": _RIGHT("Times", alignment="right"),
            },
            alt="The terms of both calls side by side",
        )


def _shown(terms: pl.DataFrame) -> pl.DataFrame:
    """The terms as people read them: shares as percentages, the rest with two digits."""
    rows = [
        (term[:1].upper() + term[1:], _said(term, upper), _said(term, lower))
        for term, upper, lower in terms.select("term", "upper", "lower").iter_rows()
    ]
    times = [_said("", value) for value in terms["times"]]
    return pl.DataFrame(rows, schema=["term", "upper", "lower"], orient="row").with_columns(
        times=pl.Series(times, dtype=pl.String)
    )


def _said(term: str, value: float | None) -> str:
    return percent(value) if value is None or term in SHARES else f"{value:.2f}"


_RIGHT: Any = st.column_config.TextColumn
