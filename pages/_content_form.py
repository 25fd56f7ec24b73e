"""The form of one piece of content; what is typed stays until it is saved, also when others save first."""

from __future__ import annotations

from functools import partial
from typing import Any

import streamlit as st

from actions import playbooks as deeds
from actions.playbooks import Piece
from components import failures, queries, session, words
from components.queries import Reader
from components.queries import playbooks as read

PIECE, NEW = "piece", "new"
"""The link's parameter that opens a form: a piece's id, or `NEW`."""

_FIELDS = ("title", "purpose", "link", "event")
_SEEN = "seen"


def open_form(token: str) -> None:
    """Open the form of a piece, or of a new one. For callbacks only."""
    st.query_params[PIECE] = token


def close_form() -> None:
    """For callbacks only."""
    st.query_params.pop(PIECE, None)


def form(reader: Reader, where: str, row: dict[str, Any] | None = None) -> None:
    """Add a piece, or change the one in `row` (`data_access.content.CONTENT`); refusals are told `where`."""
    token = str(row["content_id"]) if row else NEW
    if _key(token, _SEEN) not in st.session_state:
        _fill(token, row)
    with st.form(f"content-{token}", border=False, enter_to_submit=False):
        _text("Title", token, "title", max_chars=120)
        _text("What it is for", token, "purpose", max_chars=300, placeholder="In a sentence")
        with st.container(horizontal=True):
            _text("Link", token, "link", max_chars=500, placeholder="https://…")
            _text(
                "Event it should lead to",
                token,
                "event",
                max_chars=120,
                placeholder="A usage event, as your data names it",
                help=_events(reader),
            )
        with st.container(horizontal=True):
            st.form_submit_button("Save", type="primary", on_click=_save, args=(where, token))
            st.form_submit_button("Cancel", on_click=_cancel, args=(token,))


def events(reader: Reader) -> set[str]:
    """Every event that the catalog of features names; none where no catalog was imported."""
    return set(queries.fact(reader, "features")["event"].drop_nulls())


def _events(reader: Reader) -> str:
    known = sorted(events(reader))[:12]
    return "Known events: " + ", ".join(f"`{event}`" for event in known) if known else "None is known yet."


def _text(label: str, token: str, field: str, **more: Any) -> None:
    st.text_input(label, key=_key(token, field), persist_state="session", **more)


def _key(token: str, field: str) -> str:
    return f"content-{token}-{field}"


def _fill(token: str, row: dict[str, Any] | None) -> None:
    for field in _FIELDS:
        st.session_state[_key(token, field)] = (row[field] or "") if row else ""
    st.session_state[_key(token, _SEEN)] = row["version"] if row else 0


def _cancel(token: str) -> None:
    """The next time the form opens it begins from what is saved."""
    st.session_state.pop(_key(token, _SEEN), None)
    close_form()


def _save(where: str, token: str) -> None:
    reader, state = session.reader(), st.session_state
    piece = Piece(*(str(state.get(_key(token, field)) or "") for field in _FIELDS))
    who = (reader.store, reader.viewer, session.now_utc())
    act = partial(deeds.add_content, *who, piece)
    if token != NEW:
        act = partial(deeds.edit_content, *who, int(token), int(state[_key(token, _SEEN)]), piece)
    if failures.attempt(act, where):
        _cancel(token)
        return
    # Read what they saved, then save yours over it: the second time is meant.
    now = read.library(queries.refreshed(reader)).filter(content_id=int(token)) if token != NEW else None
    if now is not None and now.height:
        state[_key(token, _SEEN)] = now["version"][0]


def retire(where: str, row: dict[str, Any], *, retired: bool) -> None:
    """Offer a piece no longer, or again. For callbacks only."""
    reader = session.reader()
    who = (reader.store, reader.viewer, session.now_utc())
    act = partial(deeds.retire_content, *who, row["content_id"], row["version"], retired=retired)
    failures.attempt(act, where)


def called(row: dict[str, Any]) -> str:
    """A piece's title as part of a label."""
    return words.plain(row["title"])
