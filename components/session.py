"""Who is using this session, and what time it is for them."""

from __future__ import annotations

import os
from datetime import UTC, datetime

import streamlit as st

from components import queries
from components.queries import Reader
from data_access.errors import NotFound
from data_access.viewer import Viewer

DEMO_ADMIN = Viewer("demo@localhost", "Everyone's book", "admin")
"""Who looks while no sign-in is configured and nobody was picked: sees all, may change all."""

_CHOICE = "viewer"


def now() -> datetime:
    """The present moment, with its zone; ROUNDS_NOW (ISO 8601) stands in for it in rehearsals."""
    told = os.environ.get("ROUNDS_NOW")
    return datetime.fromisoformat(told).astimezone(UTC) if told else datetime.now(UTC)


def now_utc() -> datetime:
    """The present moment in UTC without a zone, as the store keeps it."""
    return now().replace(tzinfo=None)


def viewer() -> Viewer:
    """The person whose book is shown: chosen in the sidebar while sign-in is not configured."""
    chosen = st.session_state.get(_CHOICE)
    if not chosen:
        return DEMO_ADMIN
    try:
        return queries.viewer_of(str(chosen))
    except NotFound:
        return DEMO_ADMIN


def reader() -> Reader:
    """What every page starts with."""
    return queries.reader(viewer())
