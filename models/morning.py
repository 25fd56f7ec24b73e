"""The calls as they stood when the day began."""

from __future__ import annotations

from datetime import datetime

import polars as pl


def as_of_morning(calls: pl.DataFrame, since: datetime) -> pl.DataFrame:
    """Take the calls logged since the morning back, so that a list made from them does not move.

    In and out: calls as stored (account_id, state, origin, done_at). Calls done at or after `since` (UTC)
    are waiting again when a person had added them, and gone when they came from the list itself;
    the next steps they led to do not wait yet. At most one call waits for each account.
    """
    today = ((pl.col("state") == "done") & (pl.col("done_at") >= since)).fill_null(value=False)
    called = calls.filter(today)["account_id"].unique().implode()
    next_steps = (pl.col("origin") == "follow") & (pl.col("state") == "open")
    before = calls.filter(~(next_steps & pl.col("account_id").is_in(called)))
    known = before.filter(~(today & (pl.col("origin") == "list")))
    waiting = known.filter(today | (pl.col("state") == "open")).with_columns(state=pl.lit("open"))
    first = waiting.unique("account_id", keep="first", maintain_order=True)
    return pl.concat([known.filter(~today & (pl.col("state") != "open")), first])
