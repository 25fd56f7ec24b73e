"""When each account was spoken or written to."""

from __future__ import annotations

from datetime import date

import polars as pl

from models.findings import close_of


def touches(interactions: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """When each account was spoken or written to: account_id, at (UTC), channel, spoken.

    A call, a meeting or an answered message is `spoken` (both sides took part); a message of ours
    that has no answer yet is a touch that is not. Answers after as_of are not known yet.
    """
    end = close_of(as_of)
    together = pl.col("channel").str.to_lowercase().is_in(["call", "meeting"])
    met = interactions.filter(pl.col("opened_at") < end)
    spoken = met.filter(together).select("account_id", at="opened_at", channel="channel", spoken=True)
    answered = met.filter(~together & (pl.col("first_reply_at") < end)).select(
        "account_id", at="first_reply_at", channel="channel", spoken=True
    )
    sent = met.filter(~together & (pl.col("direction") == "out")).select(
        "account_id", at="opened_at", channel="channel", spoken=False
    )
    return pl.concat([spoken, answered, sent])
