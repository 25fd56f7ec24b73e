"""The accounts chosen on the quadrant as a table: open one, put them on the call list."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl
import streamlit as st

from components import empty, navigation, tables, words
from components.queries import Reader
from models.book_view import BookQuery
from models.engagement_link import told
from pages import _call_list
from pages._engagement_words import Compared

_PAGE = "engagement"
_MOST_OPENERS = 3
MOST_ADDED = 100
"""Accounts put on the call list at once: more than anybody calls is a slip of the hand."""


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
        ticked = tables.score_table(listed, page, query, reader.as_of, f"{key}-{page}")
    with bulk:
        _call_list.added_line(_PAGE)
        _add_buttons(listed, ticked, f"{key}-{page}", chosen=bool(show))


def _openers(clicked: pl.DataFrame) -> None:
    """A way to the page of each account whose mark was clicked."""
    with st.container(horizontal=True, gap="small"):
        for row in clicked.head(_MOST_OPENERS).iter_rows(named=True):
            name = words.plain(row["name"])
            navigation.link("account", f"Open {name}", icon=":material/apartment:", account=row["account_id"])


def _add_buttons(listed: pl.DataFrame, ticked: list[str], table: str, *, chosen: bool) -> None:
    """The ticked accounts, or all that were chosen."""
    ids = ticked or (listed["account_id"].to_list() if chosen else [])
    if not ids:
        return
    which = "ticked" if ticked else "chosen"
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.button(
            f"Add {len(ids):,} {which} to call list",
            type="primary",
            icon=":material/add_call:",
            key="add_chosen",
            disabled=len(ids) > MOST_ADDED,
            on_click=_add,
            args=(ids, table),
        )
        if len(ids) > MOST_ADDED:
            st.caption(f"At most {MOST_ADDED} at once: mark fewer, or tick some.")


def _add(ids: list[str], table: str) -> None:
    if _call_list.add(_PAGE, ids):
        tables.untick(table)
