"""A table of accounts to read, each name leading to its page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl
import streamlit as st

from components.navigation import entry
from components.tables import MOST_ROWS

_SHOWN, _ROW = 12, 35


def account_rows(frame: pl.DataFrame, columns: Mapping[str, Any], alt: str, key: str) -> None:
    """At most 200 rows; `frame` has account_id, name and the columns shown, in their order.

    A click on a name opens the account. `key` must change with the rows.
    """
    rows = frame.head(MOST_ROWS)
    opened = f"{key}-opened"
    name = st.column_config.ButtonColumn(
        "Account",
        type="tertiary",
        alignment="left",
        pinned=True,
        width=210,
        key=opened,
        on_click=_open,
        args=(opened, rows["account_id"].to_list()),
    )
    st.dataframe(
        rows.select("name", *columns),
        key=key,
        hide_index=True,
        column_config={"name": name, **columns},
        height="content" if rows.height <= _SHOWN else _ROW * (_SHOWN + 1),
        placeholder="–",
        alt=alt,
    )
    if frame.height > rows.height:
        st.caption(f"The first {rows.height} of {frame.height:,}; the export has all.")


def _open(key: str, ids: list[str]) -> None:
    row = st.session_state[key]["row"]
    st.switch_page(entry("account").page(_nothing), query_params={"account": ids[row]})


def _nothing() -> None:
    """Stands in for a page's `render` where only its address is wanted."""
