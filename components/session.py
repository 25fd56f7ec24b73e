"""Who is using this session, and what time it is for them."""

from __future__ import annotations

import hashlib
import os
from datetime import UTC, datetime

import streamlit as st

from components import queries
from components.queries import NotAllowed, Reader, Viewer

VIEWER_KEY = "viewer"
"""Session state: the address of the person picked in the sidebar, while sign-in is not configured."""


def now() -> datetime:
    """The present moment, with its zone; ROUNDS_NOW (ISO 8601) stands in for it in rehearsals."""
    told = os.environ.get("ROUNDS_NOW")
    return datetime.fromisoformat(told).astimezone(UTC) if told else datetime.now(UTC)


def now_utc() -> datetime:
    """The present moment in UTC without a zone, as the store keeps it."""
    return now().replace(tzinfo=None)


def signs_in() -> bool:
    """Whether people sign in: an identity provider is configured."""
    return bool(st.secrets.load_if_toml_exists()) and "auth" in st.secrets


def address() -> str:
    """The address that the identity provider vouches for; empty when nobody is signed in.

    A provider that says the address is not verified does not vouch for it.
    """
    if not st.user.get("is_logged_in", False) or st.user.get("email_verified") is False:
        return ""
    return str(st.user.get("email") or "").strip().lower()


def sign_in() -> str:
    """What tells this sign-in from the same person's others, as a digest; empty where the token says nothing.

    It stays the same while the cookie lives: through reloads, in every tab, at every replica.
    """
    told = [str(st.user.get(name) or "") for name in ("sub", "iat", "nonce")]
    return hashlib.sha256("|".join(told).encode()).hexdigest()[:16] if any(told[1:]) else ""


def expired() -> bool:
    """Whether the sign-in is older than ROUNDS_SESSION_HOURS."""
    since = st.user.get("iat")
    if not isinstance(since, int | float):
        return False
    return (now().timestamp() - since) / 3600 > queries.store().configuration.session_hours


def viewer() -> Viewer:
    """The person whose book is shown; looked up at every rerun, so that a lost role is lost at once."""
    if not signs_in():
        chosen = st.session_state.get(VIEWER_KEY)
        return queries.viewer_of(str(chosen) if chosen else None, now().date())
    found = queries.signed_in(address(), now().date()) if address() and not expired() else None
    if found is None:
        raise NotAllowed("You are not signed in, or have no role here any more. Reload the page.")
    return found


def reader() -> Reader:
    """What every page starts with."""
    return queries.reader(viewer())
