"""An e-mail instead of the call, with the facts filled in."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any

import streamlit as st

from actions import sending
from components import failures, queries, session, words
from components.queries import Reader
from components.queries import content as read_content
from models.call_email import draft


def draw(reader: Reader, row: dict[str, Any], today: date) -> None:
    """The draft of a row of the call list, to copy or to open in a mail program."""
    name = "" if reader.viewer == queries.EVERYONE else reader.viewer.name
    offered = read_content.offered(reader)
    titles = dict(offered.select("content_id", "title").iter_rows())
    links = dict(offered.select("content_id", "link").iter_rows())
    account = row["account_id"]
    with st.expander("Write instead", icon=":material/mail:"):
        failures.tell(_where(account))
        chosen = (
            st.multiselect(
                "Send along",
                list(titles),
                format_func=lambda piece: titles.get(piece, str(piece)),
                key=f"along-{account}",
                placeholder="From the content library",
            )
            if titles
            else []
        )
        letter = draft(row, name, today, [(titles[piece], links[piece]) for piece in chosen])
        if "@" in letter.to:
            st.markdown(f"[Open in your mail program]({letter.link}), to {words.plain(letter.to)}.")
        elif letter.to:
            st.caption("Their address is for those who call them.")
        else:
            st.caption("No e-mail address was imported for them: copy the text.")
        st.code(f"{letter.subject}\n\n{letter.body}", language=None, wrap_lines=True)
        if chosen:
            st.button(
                "I sent it",
                key=f"sent-{account}",
                icon=":material/outgoing_mail:",
                on_click=_sent,
                args=(account,),
            )
            st.caption("Kept for the content library, which tells whether use followed.")
        told = st.session_state.pop(f"mailed-{account}", None)
        if told:
            st.markdown(f":material/check: {words.count(told, 'piece')} kept as sent.")


def _sent(account: str) -> None:
    reader, pieces = session.reader(), st.session_state.get(f"along-{account}", [])
    act = partial(sending.send_by_mail, reader.store, reader.viewer, session.now_utc(), account, pieces)
    if failures.attempt(act, _where(account)):
        st.session_state[f"mailed-{account}"] = len(pieces)
        st.session_state[f"along-{account}"] = []


def _where(account: str) -> str:
    return f"letter-{account}"
