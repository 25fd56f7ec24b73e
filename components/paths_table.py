"""Accounts on their paths as a table: where each stands, how long against the successful, a way to each."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import streamlit as st

from components.charts_paths import SIGNS
from components.navigation import entry
from components.words import money, near
from models.book_view import page_of

PAGE_ROWS = 100
_OPENED = "opened_path_row"
_SHOWN_ROWS = 16
_ROW = 33


def paths_table(found: pl.DataFrame, page: int, as_of: date, key: str) -> list[str]:
    """One page of accounts; returns the account ids of the rows that are ticked.

    `found` has `PROGRESS` joined to the book's name, mrr, currency, renewal_on, csm and segment. `key` must
    change with the rows, so that a tick stays with its account.
    """
    part = page_of(found, page, PAGE_ROWS)
    ids = part["account_id"].to_list()
    chosen: Any = st.dataframe(
        _shown(part, as_of),
        key=key,
        on_select="rerun",
        selection_mode="multi-row",
        hide_index=True,
        column_config=_columns(ids),
        height="content" if part.height <= _SHOWN_ROWS else _ROW * (_SHOWN_ROWS + 1),
        placeholder="–",
        alt="The accounts on their paths, one a row",
    )
    return [ids[row] for row in chosen.selection.rows if row < len(ids)]


def _shown(part: pl.DataFrame, as_of: date) -> pl.DataFrame:
    signs = pl.col("state").replace_strict({state: f"{sign} {state}" for state, sign in SIGNS.items()})
    rows = part.select(
        "name",
        state=signs,
        path="path",
        next="next",
        days_on="days_on",
        usual_days=pl.col("usual_days").round().cast(pl.Int64),
        slow_days=pl.col("slow_days").round().cast(pl.Int64),
        done=pl.format("{} of {}", "done", "steps"),
        skipped=pl.col("skipped").list.join(", "),
        csm="csm",
        segment="segment",
    )
    texts = part.select("mrr", "currency", "renewal_on").iter_rows()
    said = [(money(mrr, sign), near(renews, as_of)) for mrr, sign, renews in texts]
    return rows.with_columns(
        mrr=pl.Series([mrr for mrr, _ in said], dtype=pl.String),
        renewal_on=pl.Series([renews for _, renews in said], dtype=pl.String),
    )


def _columns(ids: list[str]) -> dict[str, Any]:
    column = st.column_config
    return {
        "name": column.ButtonColumn(
            "Name",
            type="tertiary",
            alignment="left",
            pinned=True,
            width=190,
            key=_OPENED,
            on_click=_open,
            args=(ids,),
        ),
        "state": column.TextColumn("State", width=110),
        "path": column.TextColumn("Path", width=130),
        "next": column.TextColumn("Next step", width=160),
        "days_on": column.NumberColumn("Days on it", format="localized", width=90),
        "usual_days": column.NumberColumn("Usual", width=70, help="Median of the successful, days"),
        "slow_days": column.NumberColumn(
            "Slow", width=70, help="85 % of the successful took no longer, days"
        ),
        "done": column.TextColumn("Steps done", width=90, alignment="right"),
        "skipped": column.TextColumn("Left out", width=160),
        "csm": column.TextColumn("CSM", width=110),
        "segment": column.TextColumn("Segment", width=110),
        "mrr": column.TextColumn("MRR", width=90, alignment="right", help="A month"),
        "renewal_on": column.TextColumn("Renewal", width=150),
    }


def _open(ids: list[str]) -> None:
    clicked = st.session_state[_OPENED]
    page = entry("account").page(_nothing)
    st.switch_page(page, query_params={"account": ids[clicked["row"]]})


def _nothing() -> None:
    """Stands in for a page's `render` where only its address is wanted."""
