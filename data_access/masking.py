"""How to reach a contact, left out for a viewer whose role needs it for nothing."""

from __future__ import annotations

import polars as pl

from data_access.viewer import Viewer

HIDDEN = {"phone": "phone hidden", "email": "e-mail hidden"}
"""What stands in a contact's phone number and address instead; an unknown one stays null."""

_KEYS = ("contact_id", "user_id")
_WORDS = ("comment", "subject", "note", "next_step", "reason")
_ADDRESS = r"[\w.!#$%&'*+/=?^`{|}~-]+@[\w.-]+\.\w{2,}"
_NUMBER = r"\+?\d(?:[ ()/.-]{0,2}\d){8,}"


def masked(viewer: Viewer, rows: pl.DataFrame) -> pl.DataFrame:
    """The rows without phone numbers and addresses, where the viewer's role does not need them.

    Also those written into words, and keys that are addresses themselves (cut after the @, so that the same
    person keeps the same key). Everybody else gets the rows as they are.
    """
    if viewer.sees_contact_details:
        return rows
    texts = {name for name, dtype in rows.schema.items() if dtype == pl.String}
    told = [pl.when(pl.col(name).is_not_null()).then(pl.lit(HIDDEN[name])).alias(name) for name in HIDDEN]
    keys = [pl.col(name).str.replace("@.*$", "@…") for name in _KEYS]
    words = [
        pl.col(name).str.replace_all(_ADDRESS, HIDDEN["email"]).str.replace_all(_NUMBER, HIDDEN["phone"])
        for name in _WORDS
    ]
    have = [one for one in (*told, *keys, *words) if one.meta.output_name() in texts]
    return rows.with_columns(have)
