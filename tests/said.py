"""What a viewer's rows say and what only the rows of others say, and whether a message tells it."""

from __future__ import annotations

import polars as pl
from streamlit.testing.v1 import AppTest

from data_access import facts
from data_access.store import Store
from data_access.viewer import SYSTEM, Viewer
from models.call_email import grouped

NAMED = {
    "accounts": ("account_id", "name"),
    "contacts": ("contact_id", "name", "email", "phone"),
    "survey_responses": ("response_id", "comment"),
    "interactions": ("interaction_id",),
    "community_posts": ("post_id",),
    "referrals": ("referred_name",),
}
"""What tells one customer from another, by fact."""

DETAILS = {"contacts": ("email", "phone")}
"""How contacts are reached."""


def said(store: Store, viewer: Viewer, columns: dict[str, tuple[str, ...]] = NAMED) -> set[str]:
    """Every telling value that a viewer's rows hold; phone numbers also as the screen writes them."""
    found: set[str] = set()
    for name, wanted in columns.items():
        rows = facts.fact(store.database, viewer, name)
        for column in wanted:
            found |= set(rows[column].drop_nulls().unique().to_list())
    return found | {grouped(one) for one in found if one.startswith("+")}


def only_others(store: Store, viewer: Viewer) -> frozenset[str]:
    """What only rows say that this viewer must not see: other books', and masked details."""
    own = said(store, viewer)
    whole = "\n".join(own)
    return frozenset(one for one in said(store, SYSTEM) - own if len(one) > 5 and one not in whole)


def leaked(secrets: frozenset[str], *bodies: bytes) -> set[str]:
    """Which secrets messages tell.

    Cells of a table stand in a message without anything between them, so values are looked for as they are.
    """
    texts = pl.Series([body.decode("utf-8", errors="replace") for body in bodies], dtype=pl.String)
    found = texts.str.extract_many(sorted(secrets), overlapping=True)
    return set(found.explode().drop_nulls())


def everything(app: AppTest) -> bytes:
    """All that a page drew, as it would be sent."""
    parts = []
    for place in (app.main, app.sidebar):
        parts += [
            node.proto.SerializeToString() for node in place if getattr(node, "proto", None) is not None
        ]
    return b"\n".join(parts)
