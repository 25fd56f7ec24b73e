"""What stands around every page: whose book it is, and that a demo is a demo."""

from __future__ import annotations

import streamlit as st

from components import queries, session
from components.navigation import link
from components.queries import Reader, imported, staff
from components.words import plain

_ALL = ""


def draw(reader: Reader) -> None:
    """The sidebar below the navigation."""
    with st.sidebar:
        if session.signs_in():
            st.caption(f"Signed in as {plain(reader.viewer.name)} ({reader.viewer.role}).")
            st.button("Sign out", icon=":material/logout:", on_click=st.logout)
        else:
            _picker(reader)


def demo_banner(reader: Reader) -> None:
    """One line above the page while what it shows was made up."""
    if not imported.is_demo(reader):
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(
            ":material/science: A demo company: names and numbers are made up, as is what they say.",
            width="content",
        )
        link("data", "Import your data", icon=":material/upload:")


def _picker(reader: Reader) -> None:
    labels = {_ALL: "Everyone's book", queries.AUDITOR.person: "An auditor", **staff.labels(reader)}
    st.selectbox(
        "Who looks",
        list(labels),
        format_func=lambda address: labels.get(address, address),
        key=session.VIEWER_KEY,
        persist_state="session",
        help="Type to search.",
    )
    st.caption("Sign-in is not configured: only this machine can open Rounds, and anyone on it sees all.")
