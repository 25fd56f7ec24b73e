"""The accounts chosen in the picture as a table: open one, put them on the call list, take them along."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl
import streamlit as st

from components import empty, tables, words
from components.paths_table import PAGE_ROWS, paths_table
from components.queries import Reader
from models.book_view import page_count
from pages import _call_list

PAGE = "paths"


def accounts_below(
    reader: Reader, listed: pl.DataFrame, of: int, conditions: str, clear: Callable[[], None], shown: int
) -> None:
    """What was chosen, in words, its accounts, and what can be done with them.

    `listed` as `components.paths_table` wants it; `shown` changes with what is listed.
    """
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.subheader("Accounts", anchor=False, width="content")
        said = words.plain(conditions) if conditions else "click a cell, a name or a bar to choose"
        sums = words.sums(listed).replace("$", r"\$")
        st.markdown(f"**{listed.height:,} of {of:,}**: {said}. MRR {sums}.", width="content")
        if conditions:
            st.button("Clear", type="tertiary", icon=":material/close:", key="clear_show", on_click=clear)
    if listed.is_empty():
        empty.nothing("Nobody stands there.", "Choose another part, or clear it.", ":material/search_off:")
        return
    bulk, slot = st.container(), st.container()
    key = f"paths-{reader.stamps.snapshot}-{shown}"
    page = tables.pager(listed.height, key) if page_count(listed.height, PAGE_ROWS) > 1 else 1
    with slot:
        ticked = paths_table(listed, page, reader.as_of, f"{key}-{page}")
    with bulk:
        _call_list.added_line(PAGE)
        _call_list.add_buttons(PAGE, listed, ticked, f"{key}-{page}", chosen=bool(conditions))
