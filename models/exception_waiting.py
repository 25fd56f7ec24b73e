"""Exceptions of our own making: a customer wrote to us and waits longer than the service level."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

import polars as pl

from models.book import live
from models.findings import WAITING_ON_US, close_of, count_words, day_words, finding_rows
from models.prescriptions import prescription
from models.touches import touches

SETTING = "reply_days"
"""Where the settings keep the service levels that people chose: working days by channel."""
USUAL: dict[str, float] = {"chat": 1.0, "ticket": 1.0, "email": 2.0, "community": 3.0, "social": 1.0}
OTHERWISE = 2.0
STALE_DAYS = 60
"""Open for longer, it is a gap in the records rather than somebody who waits."""


def waiting_on_us(
    accounts: pl.DataFrame,
    interactions: pl.DataFrame,
    as_of: date,
    levels: Mapping[str, float] | None = None,
) -> pl.DataFrame:
    """Find live accounts that wrote to us and wait past the service level. Out: `FINDINGS`, one an account.

    In: `facts.ACCOUNTS`, `facts.INTERACTIONS`; `levels` replaces `USUAL` by channel, in working days (Monday
    to Friday). Waiting: direction in, neither answered nor closed by as_of, at most 60 days old, and nobody
    called, met or wrote to the account since. The longest wait speaks; severity grows from .4 at the level
    to 1 at five times it. Due at once.
    """
    end = close_of(as_of)
    chosen = {**USUAL, **{channel: float(days) for channel, days in (levels or {}).items()}}
    answered = pl.col("first_reply_at").fill_null(end) < end
    closed = pl.col("closed_at").fill_null(end) < end
    asked = interactions.filter(
        pl.col("direction") == "in",
        pl.col("opened_at").is_between(end - timedelta(STALE_DAYS), end, closed="left"),
        ~answered & ~closed,
    )
    last = touches(interactions, as_of).group_by("account_id").agg(touched_at=pl.col("at").max())
    channel = pl.col("channel").str.to_lowercase()
    opened = pl.col("opened_at").dt.date()
    waits = (
        asked.join(live(accounts, as_of), on="account_id", how="semi")
        .join(last, on="account_id", how="left")
        .filter(pl.col("touched_at").is_null() | (pl.col("touched_at") <= pl.col("opened_at")))
        .with_columns(
            channel=channel,
            since=opened,
            working_days=pl.business_day_count(opened, pl.lit(as_of)).cast(pl.Int64),
            reply_level=channel.replace_strict(chosen, default=OTHERWISE, return_dtype=pl.Float64),
            waiting=pl.len().over("account_id").cast(pl.Int64),
        )
        .filter(pl.col("working_days") > pl.col("reply_level"))
    )
    rows = (
        waits.sort("opened_at", "interaction_id")
        .unique("account_id", keep="first", maintain_order=True)
        .with_columns(
            severity=0.4 + 0.15 * (pl.col("working_days") / pl.col("reply_level") - 1),
            sentence=_sentence(as_of),
        )
    )
    return finding_rows(
        rows,
        WAITING_ON_US,
        prescription(WAITING_ON_US),
        ["interaction_id", "channel", "subject", "opened_at", "working_days", "reply_level", "waiting"],
        due_on=pl.lit(as_of),
    )


def _sentence(as_of: date) -> pl.Expr:
    subject = pl.col("subject").str.replace_all(r"\s+", " ").str.strip_chars().str.slice(0, 120)
    about = pl.when(subject.str.len_chars() > 0).then(pl.format(" about “{}”", subject)).otherwise(pl.lit(""))
    level = pl.col("reply_level").cast(pl.String).str.strip_suffix(".0")
    return pl.format(
        "Wrote to us ({}) on {}{} and had waited {} by {}; the level is {}.",
        "channel",
        day_words(pl.col("since")),
        about.fill_null(""),
        count_words(pl.col("working_days"), "working day"),
        day_words(pl.lit(as_of)),
        level,
    )
