"""Reach: how many people an account's own people are heard by, and whether they speak up for us.

The third dimension beside behaviour and emotion: audience (followers), activity (community posts and the
replies, likes and views they drew) and referrals made and won.
"""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl

from models.contracts import Column, Contract
from models.reference import mid_rank

YEAR = timedelta(days=365)

REACH = Contract(
    "reach",
    (
        Column("account_id", pl.String(), required=True),
        Column("reach", pl.Float64(), doc="0-100; null where nothing about anybody's reach is known"),
        Column("reach_audience", pl.Float64(), doc="share of the book with fewer followers, 0-100"),
        Column("reach_activity", pl.Float64(), doc="the same for posts and what they drew in 365 days"),
        Column("reach_referrals", pl.Float64(), doc="the same for referrals, a won one counting double"),
        Column("followers", pl.Int64(), doc="of all its contacts; null where none is known"),
        Column("posts_365", pl.Int64(), required=True),
        Column("echo_365", pl.Int64(), required=True, doc="replies and likes its posts drew"),
        Column("referrals_made", pl.Int64(), required=True, doc="ever"),
        Column("referrals_won", pl.Int64(), required=True, doc="ever"),
    ),
    key=("account_id",),
)

PARTS = ("reach_audience", "reach_activity", "reach_referrals")


def reach(
    book: pl.DataFrame,
    contacts: pl.DataFrame,
    posts: pl.DataFrame,
    referrals: pl.DataFrame,
    as_of: date,
) -> pl.DataFrame:
    """The reach of every account of the live book on `as_of`.

    In: `book.BOOK`, `facts.CONTACTS`, `facts.COMMUNITY_POSTS`, `facts.REFERRALS`. Out: `REACH`, sorted by
    account_id. Each part is the share of the book that the account equals or beats, an equal one counting
    half, except that who has nothing stands at 0. Reach is the mean of the parts that anybody in the book
    has; a part nobody has is null. What a post weighs: 1, and 1 more each time its replies and likes grow
    by e (views count a tenth of a reply). Followers are as the contacts say now: they have no date.
    """
    rows = (
        book.select("account_id")
        .join(_audience(contacts), on="account_id", how="left")
        .join(_activity(posts, as_of), on="account_id", how="left")
        .join(_referrals(referrals, as_of), on="account_id", how="left")
        .with_columns(
            pl.col("posts_365", "echo_365", "referrals_made", "referrals_won").fill_null(0),
            pl.col("voice", "advocacy").fill_null(0.0),
        )
        .sort("account_id")
    )
    measures = dict(zip(PARTS, ("followers", "voice", "advocacy"), strict=True))
    parts = rows.with_columns(_share(rows[measure]).alias(part) for part, measure in measures.items())
    return REACH.check(parts.with_columns(reach=pl.mean_horizontal(*PARTS)))


def _audience(contacts: pl.DataFrame) -> pl.DataFrame:
    known = contacts.filter(pl.col("followers").is_not_null())
    return known.group_by("account_id").agg(pl.col("followers").sum())


def _activity(posts: pl.DataFrame, as_of: date) -> pl.DataFrame:
    day = pl.col("posted_at").dt.date()
    recent = posts.filter((day <= as_of) & (day > as_of - YEAR))
    echo = pl.col("replies").fill_null(0) + pl.col("likes").fill_null(0)
    heard = echo + pl.col("views").fill_null(0) / 10
    return recent.group_by("account_id").agg(
        posts_365=pl.len().cast(pl.Int64),
        echo_365=echo.sum().cast(pl.Int64),
        voice=(1 + heard.clip(lower_bound=0).log1p()).sum(),
    )


def _referrals(referrals: pl.DataFrame, as_of: date) -> pl.DataFrame:
    made = referrals.filter(pl.col("referred_on") <= as_of)
    won = (pl.col("won_on") <= as_of).fill_null(value=False)
    return made.group_by(account_id="referrer_account_id").agg(
        referrals_made=pl.len().cast(pl.Int64),
        referrals_won=won.sum().cast(pl.Int64),
        advocacy=(1.0 + won.cast(pl.Float64)).sum(),
    )


def _share(measure: pl.Series) -> pl.Series:
    """0-100 against the whole book; all null where nobody has any."""
    values = measure.cast(pl.Float64).fill_null(0.0).to_numpy()
    if not len(values) or not (values > 0).any():
        return pl.Series([None] * len(values), dtype=pl.Float64)
    return pl.Series(np.where(values > 0, mid_rank(values, values), 0.0))
