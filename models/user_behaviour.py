"""What each user of an account does: how often now and before, when last, and whether they are a champion."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl

from models.contracts import Column, Contract

MOST_USERS = 20
"""Users kept of each account, the busiest first."""

LOOKED_BACK = 182
YEAR_DAYS = 365

NOW, BEFORE, HALF_YEAR, YEAR = range(4)
"""The windows of `user_windows` by their position."""

USERS = Contract(
    "users",
    (
        Column("account_id", pl.String(), required=True),
        Column("user_id", pl.String(), required=True),
        Column("active_days_28", pl.Int64(), required=True),
        Column("active_days_prev_28", pl.Int64(), required=True, doc="the 28 days before those"),
        Column("events_28", pl.Int64(), required=True),
        Column("use_share", pl.Float64(), doc="of the account's events by named users in 28 days, 0-1"),
        Column("last_seen_on", pl.Date(), required=True),
        Column("champion", pl.Boolean(), required=True, doc="a contact of that id who is a champion"),
        Column("users_of_account", pl.Int64(), required=True, doc="users seen in half a year, also unlisted"),
        Column("behaviour", pl.Float64(), doc="0-100, as the three parts, by `user_score`"),
        Column("frequency", pl.Float64()),
        Column("effectiveness", pl.Float64()),
        Column("breadth", pl.Float64()),
        Column("reference_n", pl.Int64(), doc="users compared with"),
        Column("reference_scope", pl.String(), doc="segment, all or book"),
    ),
    key=("account_id", "user_id"),
)


def user_windows(as_of: date) -> list[tuple[date, date]]:
    """The last 28 days, the 28 before them, half a year, and a year (which tells of champions).

    >>> user_windows(date(2025, 3, 1))[0]
    (datetime.date(2025, 2, 2), datetime.date(2025, 3, 1))
    """
    return [
        (as_of - timedelta(days=27), as_of),
        (as_of - timedelta(days=55), as_of - timedelta(days=28)),
        (as_of - timedelta(days=LOOKED_BACK - 1), as_of),
        (as_of - timedelta(days=YEAR_DAYS - 1), as_of),
    ]


def user_behaviour(
    book: pl.DataFrame, windows: pl.DataFrame, contacts: pl.DataFrame, scores: pl.DataFrame
) -> pl.DataFrame:
    """The busiest users of each live account; columns of `USERS`, sorted by account, busiest first.

    In: `account_id` of the live book; account_id, user_id, window (of `user_windows`; half a year counts),
    events, active_days, last_at, one row a named user and window; `facts.CONTACTS`;
    `user_score.USER_SCORES`. Users without a name
    are in no row. Of every account the 20 with most active days are kept, and champions always.
    """
    half_year = windows.filter(pl.col("window") <= HALF_YEAR)
    live = half_year.join(book.select("account_id"), on="account_id")
    now, before = pl.col("window") == NOW, pl.col("window") == BEFORE
    users = live.group_by("account_id", "user_id").agg(
        active_days_28=(pl.col("active_days") * now).sum(),
        active_days_prev_28=(pl.col("active_days") * before).sum(),
        events_28=(pl.col("events") * now).sum(),
        last_seen_on=pl.col("last_at").max().dt.date(),
    )
    champions = contacts.filter(pl.col("is_champion").fill_null(value=False)).select(
        "account_id", user_id="contact_id", champion=pl.lit(value=True)
    )
    total = pl.col("events_28").sum().over("account_id")
    told = (
        users.join(champions, on=["account_id", "user_id"], how="left")
        .join(scores, on=["account_id", "user_id"], how="left")
        .with_columns(
            pl.col("champion").fill_null(value=False),
            use_share=pl.when(total > 0).then(pl.col("events_28") / total),
            users_of_account=pl.len().over("account_id").cast(pl.Int64),
        )
        .sort(
            "account_id",
            "active_days_28",
            "active_days_prev_28",
            "last_seen_on",
            "user_id",
            descending=[False, True, True, True, False],
        )
    )
    place = pl.int_range(pl.len()).over("account_id")
    return USERS.check(told.filter((place < MOST_USERS) | pl.col("champion")))
