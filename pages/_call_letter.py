"""An e-mail instead of the call, with the facts filled in."""

from __future__ import annotations

from datetime import date
from typing import Any

import streamlit as st

from components import queries, words
from components.queries import Reader
from models.call_email import draft


def draw(reader: Reader, row: dict[str, Any], today: date) -> None:
    """The draft of a row of the call list, to copy or to open in a mail program."""
    name = "" if reader.viewer == queries.EVERYONE else reader.viewer.name
    letter = draft(row, name, today)
    with st.expander("Write instead", icon=":material/mail:"):
        if "@" in letter.to:
            st.markdown(f"[Open in your mail program]({letter.link}), to {words.plain(letter.to)}.")
        elif letter.to:
            st.caption("Their address is for those who call them.")
        else:
            st.caption("No e-mail address was imported for them: copy the text.")
        st.code(f"{letter.subject}\n\n{letter.body}", language=None, wrap_lines=True)
