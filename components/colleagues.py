"""What colleagues do while a page is looked at: it is drawn anew by itself, and what is being typed stays."""

from __future__ import annotations

import streamlit as st

from components.queries import Reader, RoundsError
from components.queries import audit as queries_audit

EVERY = "10s"
"""How often a page that is open asks; one small question to the database."""

CALLS = ("call ", "next step", "exception changed", "refresh", "accounts placed")
"""Deeds, as the audit log names them, that move the list of calls."""


@st.fragment(run_every=EVERY)
def watch(reader: Reader) -> None:
    """Draw the page anew once a colleague changed a call since it was drawn.

    While the database is away nothing happens: the page says so at the next click.
    """
    try:
        moved = queries_audit.moved_by_others(reader, CALLS)
    except RoundsError:
        return
    if moved:
        st.rerun()
