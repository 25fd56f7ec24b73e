"""Who is using this session, and what time it is for them."""

from __future__ import annotations

import os
from datetime import UTC, datetime

import streamlit as st

from components import queries
from components.queries import Reader, Viewer

VIEWER_KEY = "viewer"
"""Session state: the address of the person picked in the sidebar, while sign-in is not configured."""


def now() -> datetime:
    """The present moment, with its zone; ROUNDS_NOW (ISO 8601) stands in for it in rehearsals."""
    told = os.environ.get("ROUNDS_NOW")
    return datetime.fromisoformat(told).astimezone(UTC) if told else datetime.now(UTC)


def now_utc() -> datetime:
    """The present moment in UTC without a zone, as the store keeps it."""
    return now().replace(tzinfo=None)


def viewer() -> Viewer:
    """The person whose book is shown."""
    chosen = st.session_state.get(VIEWER_KEY)
    return queries.viewer_of(str(chosen) if chosen else None)


def reader() -> Reader:
    """What every page starts with."""
    return queries.reader(viewer())
