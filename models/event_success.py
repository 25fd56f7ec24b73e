"""How many accounts each event would call successful, if reaching it were success."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl

from models.book import as_known
from models.contracts import Column, Contract
from models.facts import TEXT, WHOLE

RECENT = timedelta(days=365)

EVENT_SUCCESS = Contract(
    "event_success",
    (
        Column("event", TEXT, required=True),
        Column("decided", WHOLE, required=True, doc="accounts with a known result"),
        Column("succeeded", WHOLE, required=True, doc="used it, and have not left since"),
        Column("recent", WHOLE, required=True, doc="successes of the last 365 days"),
    ),
    key=("event",),
)


def event_success(accounts: pl.DataFrame, event_spans: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Count what `decisions` would find for each event, as of a day; columns of `EVENT_SUCCESS`.

    In: `facts.ACCOUNTS` and `facts.EVENT_SPANS`. The newest decision of an account counts: its first use
    is a success, leaving after it (or without it) is none. The most successes first.
    """
    known = as_known(accounts, as_of).select("account_id", "churned_on")
    left = known["churned_on"].count()
    first = event_spans.select("account_id", "event", on=pl.col("first_at").dt.date()).filter(
        pl.col("on") <= as_of
    )
    stands = pl.col("churned_on").is_null() | (pl.col("on") > pl.col("churned_on"))
    used = first.join(known, on="account_id").with_columns(stands=stands)
    counted = used.group_by("event").agg(
        succeeded=pl.col("stands").sum().cast(pl.Int64),
        recent=(pl.col("stands") & (pl.col("on") >= as_of - RECENT)).sum().cast(pl.Int64),
        back=(pl.col("stands") & pl.col("churned_on").is_not_null()).sum().cast(pl.Int64),
    )
    decided = pl.lit(left, pl.Int64) - pl.col("back") + pl.col("succeeded")
    return EVENT_SUCCESS.check(
        counted.with_columns(decided=decided).sort("succeeded", "event", descending=[True, False])
    )
