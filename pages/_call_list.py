"""Accounts of a table put on the call list at once: the deed, the line that says so, and undo."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial

import polars as pl
import streamlit as st

from actions import calls
from components import clock, failures, queries, session, tables, words

MOST_ADDED = 100
"""Accounts put on the call list at once: more than anybody calls is a slip of the hand."""


def added_line(page: str) -> None:
    """How many were added the last time on this page, with undo, until somebody closes it."""
    added = st.session_state.get(_key(page))
    if not added:
        return
    at, n, wanted = added
    already = f" {words.count(wanted - n, 'account')} stood there already." if wanted > n else ""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(
            f":material/check: {words.count(n, 'account')} added to the call list, due today.{already}",
            width="content",
        )
        if n:
            st.button("Undo", type="tertiary", icon=":material/undo:", on_click=_undo, args=(page, at))
        st.button("Close", type="tertiary", icon=":material/close:", on_click=_forget, args=(page,))


def add_buttons(page: str, listed: pl.DataFrame, ticked: list[str], table: str, *, chosen: bool) -> None:
    """A button that adds the accounts ticked in a table, or else all that were `chosen` by other means."""
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
            on_click=_add_and_untick,
            args=(page, ids, table),
        )
        if len(ids) > MOST_ADDED:
            st.caption(f"At most {MOST_ADDED} at once: choose fewer, or tick some.")


def _add_and_untick(page: str, ids: list[str], table: str) -> None:
    if add(page, ids):
        tables.untick(table)


def add(page: str, account_ids: Sequence[str]) -> bool:
    """Put these accounts on the list, each with its open exceptions as reasons. For callbacks only.

    False, and a sentence where the page tells what was refused, when it could not be done.
    """
    return failures.attempt(partial(_add_now, page, account_ids), page)


def _add_now(page: str, account_ids: Sequence[str]) -> None:
    reader, at = session.reader(), session.now_utc()
    mine = pl.col("account_id").is_in(list(account_ids))
    why = dict(
        queries.open_exceptions(reader)
        .filter(mine)
        .group_by("account_id")
        .agg(pl.col("sentence").head(3))
        .iter_rows()
    )
    wanted = [
        calls.Call(account, csm_id=csm, reasons=why.get(account, []))
        for account, csm in queries.book(reader).filter(mine).select("account_id", "csm_id").iter_rows()
    ]
    n = calls.add_to_list(reader.store, reader.viewer, at, wanted, due_on=clock.today())
    st.session_state[_key(page)] = (at, n, len(wanted))


def _undo(page: str, at: datetime) -> None:
    if failures.attempt(partial(_undo_now, at), page):
        _forget(page)


def _undo_now(at: datetime) -> None:
    reader = session.reader()
    mine = queries.calls(reader).filter(
        pl.col("created_at") == at, pl.col("created_by") == reader.viewer.person, pl.col("state") == "open"
    )
    for task, version in mine.select("task_id", "version").iter_rows():
        calls.undo(reader.store, reader.viewer, session.now_utc(), task, version)


def _forget(page: str) -> None:
    st.session_state.pop(_key(page), None)


def _key(page: str) -> str:
    return f"{page}_added"
