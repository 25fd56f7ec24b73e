"""The accounts chosen on the quadrant as a table: open one, put them on the call list."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl
import streamlit as st

from components import empty, navigation, tables, words
from components.queries import Reader
from models.book_view import BookQuery, page_of
from models.engagement_link import told
from pages import _call_list
from pages._engagement_words import Compared

_PAGE = "engagement"
_MOST_OPENERS = 3


def accounts_below(
    reader: Reader,
    then: Compared,
    listed: pl.DataFrame,
    show: str,
    query: BookQuery,
    clear: Callable[[], None],
) -> None:
    """What was chosen, in words, its accounts, and what can be done with them."""
    conditions = told(show)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.subheader("Accounts", anchor=False, width="content")
        said = words.plain(conditions) if conditions else "choose a quarter, or mark a part of the picture"
        sums = words.sums(listed).replace("$", r"\$")
        st.markdown(f"**{listed.height:,} of {then.now.height:,}**: {said}. MRR {sums}.", width="content")
        if show:
            st.button("Clear", type="tertiary", icon=":material/close:", key="clear_show", on_click=clear)
    if show.startswith("id:"):
        _openers(listed)
    if listed.is_empty():
        empty.nothing("Nobody stands there.", "Mark another part, or clear it.", ":material/search_off:")
        return
    bulk, slot = st.container(), st.container()
    key = f"engagement-{reader.stamps.snapshot}-{abs(hash((query, show, reader.viewer.scope)))}"
    page = tables.pager(listed.height, key)
    with slot:
        part = page_of(listed, page, tables.PAGE_ROWS)
        ticked = tables.score_table(part, query, reader.as_of, f"{key}-{page}")
    with bulk:
        _call_list.added_line(_PAGE)
        _call_list.add_buttons(_PAGE, listed, ticked, f"{key}-{page}", chosen=bool(show))


def _openers(clicked: pl.DataFrame) -> None:
    """A way to the page of each account whose mark was clicked."""
    with st.container(horizontal=True, gap="small"):
        for row in clicked.head(_MOST_OPENERS).iter_rows(named=True):
            name = words.plain(row["name"])
            navigation.link("account", f"Open {name}", icon=":material/apartment:", account=row["account_id"])
