"""The list of today: who is likely to leave, how likely, and why."""

from __future__ import annotations

from typing import Any

import polars as pl
import streamlit as st

from components import queries, words
from components.account_rows import account_rows
from components.downloads import downloads
from components.queries import Reader
from components.queries import churn as queries_churn
from models.churn.listing import leaving
from pages import _files


def draw(reader: Reader) -> None:
    """The live book, the likeliest to leave first; by risk points where there is no chance."""
    st.subheader("The list of today", anchor=False)
    rows = leaving(queries.scores(reader), queries_churn.reasons(reader))
    told = rows.drop_nulls("churn")
    if told.height:
        st.markdown(
            f"**{words.count(told.height, 'account')}: {told['churn'].sum():,.1f} of them are expected to "
            f"leave at their next decision.** As of {reader.as_of:%-d %b %Y}."
        )
        odd = told.drop_nulls("churn_outside")
        if odd.height:
            young = int(odd["churn_outside"].str.contains("a customer for less").sum())
            new = f", {young:,} of them because they are too new" if young else ""
            st.caption(
                f"{words.count(odd.height, 'account')} unlike those it was trained on{new}: "
                "the last column says how. Trust these chances less."
            )
    else:
        st.markdown(
            "**No chances are shown, because the model is not used.** The order is that of risk points."
        )
    downloads(f"churn-{reader.as_of}", rows.height, _files.tables(reader, "churn", rows, _files.EVERY))
    wanted = [name for name in _COLUMNS if told.height or name not in _OF_A_MODEL]
    account_rows(
        rows.with_columns(pl.col("reasons").fill_null(""), pl.col("churn").round(2)),
        {name: _COLUMNS[name] for name in wanted},
        "The live book, the likeliest to leave first",
        "leaving",
    )


_OF_A_MODEL = ("churn", "churn_on", "reasons", "churn_outside")
_COLUMNS: dict[str, Any] = {
    "churn": st.column_config.NumberColumn("Chance", format="percent"),
    "churn_on": st.column_config.DateColumn("At the decision on", format="D MMM YYYY"),
    "mrr": st.column_config.NumberColumn("MRR", format="%,.0f"),
    "currency": "Currency",
    "risk": st.column_config.NumberColumn("Risk points", format="%.0f"),
    "reasons": st.column_config.TextColumn("Why", width=420),
    "churn_outside": st.column_config.TextColumn("Unlike its training", width=220),
    "segment": "Segment",
}
