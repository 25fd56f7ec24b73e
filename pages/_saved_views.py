"""Views that a person keeps of a page: its link under a name, opened and forgotten again."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import streamlit as st

from actions import views
from components import failures, queries, session, words
from components.queries import Reader


def saved_views(reader: Reader, page: str, link: str, ask: Callable[[str], None]) -> None:
    """This view's link, a name to keep it under, and the views kept so far.

    `link` is the page's query string as it stands; `ask` sets the page as a kept one wants it.
    """
    st.caption("This view's link: it opens with what is chosen now.")
    st.code(f"/{page}?{link}" if link else f"/{page}", language=None)
    if reader.viewer.role == "auditor":
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input(
            "Keep it as",
            key=_name(page),
            placeholder="A name",
            max_chars=60,
            width=200,
            persist_state="session",
        )
        st.button("Save", on_click=_save, args=(page, link))
    saved = queries.saved_views(reader, page)
    if saved.is_empty():
        st.caption("You have saved no view yet.")
    for name, query in saved.iter_rows():
        with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
            st.button(name, type="tertiary", key=f"view-{name}", on_click=ask, args=(query,))
            st.button(
                "Forget",
                type="tertiary",
                key=f"forget-{name}",
                help=f"Forget {words.plain(name)}",
                on_click=_forget,
                args=(page, name),
            )


def _save(page: str, link: str) -> None:
    reader = session.reader()
    name = str(st.session_state.get(_name(page)) or "")
    save = partial(views.save_view, reader.store, reader.viewer, session.now_utc(), page, name, link)
    if failures.attempt(save, page):
        st.session_state[_name(page)] = ""


def _forget(page: str, name: str) -> None:
    reader = session.reader()
    who = reader.store, reader.viewer, session.now_utc()
    failures.attempt(partial(views.forget_view, *who, page, name), page)


def _name(page: str) -> str:
    return f"{page}_view_name"
