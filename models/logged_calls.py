"""Calls that people logged here, told as interactions, so that rules see them as contact."""

from __future__ import annotations

import polars as pl

from models.facts import INTERACTIONS, TIME

_CHANNEL = {"reached": "call", "left message": "voicemail"}


def as_interactions(calls: pl.DataFrame) -> pl.DataFrame:
    """Done calls that reached the customer or left them a message; `models.facts.INTERACTIONS`.

    In: one row a call with task_id, account_id, contact_id, outcome, note, done_at. Somebody reached is
    a call; a message left is a voicemail, a touch without an answer. A wrong person is no contact.

    >>> calls = pl.DataFrame({"task_id": [7], "account_id": ["a"], "contact_id": [None],
    ...     "outcome": ["reached"], "note": [None], "done_at": [None]})
    >>> as_interactions(calls).select("interaction_id", "channel", "direction").row(0)
    ('call 7', 'call', 'out')
    """
    done = calls.filter(pl.col("outcome").is_in(list(_CHANNEL)))
    none = pl.lit(None)
    rows = done.select(
        interaction_id=pl.format("call {}", "task_id"),
        account_id="account_id",
        contact_id=pl.col("contact_id").cast(pl.String),
        channel=pl.col("outcome").replace_strict(_CHANNEL, return_dtype=pl.String),
        direction=pl.lit("out"),
        subject=pl.col("note").cast(pl.String),
        opened_at=pl.col("done_at").cast(TIME),
        first_reply_at=none.cast(TIME),
        closed_at=pl.col("done_at").cast(TIME),
        sentiment=none.cast(pl.Float64),
    )
    return rows.select(INTERACTIONS.names)
