"""The content library: what each piece is for, where it stands, which event it should lead to."""

from __future__ import annotations

from functools import partial
from typing import Any

import polars as pl
import streamlit as st

from actions import playbooks as deeds
from actions.playbooks import Piece
from components import empty, failures, queries, session, words
from components.queries import Reader
from components.queries import playbooks as read

_PAGE = "engagement_content"
_EDITING = "content_editing"
_FIELDS = ("title", "purpose", "link", "event")


def offered(reader: Reader) -> pl.DataFrame:
    """The pieces that are not retired; columns of `data_access.content.CONTENT`."""
    return read.library(reader).filter(pl.col("retired_at").is_null())


def library(reader: Reader) -> None:
    """Every piece with its purpose; add one, edit one, retire one."""
    failures.tell(_PAGE)
    every = read.library(reader)
    if every.is_empty():
        empty.nothing(
            "The library is empty.",
            "Add the short films, guides and letters that you send, each with the event it should lead to.",
            ":material/library_books:",
        )
    for row in every.iter_rows(named=True):
        _piece(row)
    _form(reader)


def _piece(row: dict[str, Any]) -> None:
    retired = row["retired_at"] is not None
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        gone = " :gray-badge[Retired]" if retired else ""
        st.markdown(f"{read.piece_words(row)}{gone}", width="stretch")
        what = words.plain(row["title"])
        if not retired:
            st.button(
                "Edit",
                key=f"content-edit-{row['content_id']}",
                type="tertiary",
                help=f"Edit {what}",
                on_click=_edit,
                args=(row,),
            )
        st.button(
            "Offer again" if retired else "Retire",
            key=f"content-retire-{row['content_id']}",
            type="tertiary",
            help=f"{'Offer' if retired else 'Retire'} {what}",
            on_click=_retire,
            args=(row["content_id"], row["version"], not retired),
        )


def _form(reader: Reader) -> None:
    editing = st.session_state.get(_EDITING)
    st.markdown("**Edit the piece**" if editing else "**Add a piece**")
    with st.form("content", border=False):
        st.text_input("Title", key="content-title", max_chars=120, persist_state="session")
        st.text_input("What it is for", key="content-purpose", max_chars=300, persist_state="session")
        st.text_input(
            "Link", key="content-link", placeholder="https://…", max_chars=500, persist_state="session"
        )
        st.text_input(
            "Event it should lead to",
            key="content-event",
            placeholder="A usage event, as your data names it",
            help=_events(reader),
            max_chars=120,
            persist_state="session",
        )
        with st.container(horizontal=True):
            st.form_submit_button("Save piece", type="primary", on_click=_save)
            if editing:
                st.form_submit_button("Cancel", on_click=_blank)


def _events(reader: Reader) -> str:
    known = queries.fact(reader, "features")["event"].drop_nulls().unique().sort().head(12).to_list()
    return "Known events: " + ", ".join(f"`{event}`" for event in known) if known else "None is known yet."


def _edit(row: dict[str, Any]) -> None:
    st.session_state[_EDITING] = (row["content_id"], row["version"])
    for field in _FIELDS:
        st.session_state[f"content-{field}"] = row[field] or ""


def _blank() -> None:
    st.session_state.pop(_EDITING, None)
    for field in _FIELDS:
        st.session_state[f"content-{field}"] = ""


def _save() -> None:
    reader, state = session.reader(), st.session_state
    piece = Piece(*(str(state.get(f"content-{field}") or "") for field in _FIELDS))
    who = (reader.store, reader.viewer, session.now_utc())
    editing: tuple[int, int] | None = state.get(_EDITING)
    act = partial(deeds.add_content, *who, piece)
    if editing:
        act = partial(deeds.edit_content, *who, editing[0], editing[1], piece)
    if failures.attempt(act, _PAGE):
        _blank()


def _retire(content_id: int, version: int, retired: bool) -> None:
    reader = session.reader()
    who = (reader.store, reader.viewer, session.now_utc())
    failures.attempt(partial(deeds.retire_content, *who, content_id, version, retired=retired), _PAGE)
