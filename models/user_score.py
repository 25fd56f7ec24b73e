"""The behaviour score of a user: what they do, held against users of accounts that succeeded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl

from models.behaviour import PARTS
from models.contracts import Column, Contract
from models.reference import MIN_MEMBERS
from models.user_behaviour import HALF_YEAR, NOW

LOOKED_AT_DAYS = 91
"""Effectiveness and breadth look at events of so many days, as the account's breadth does."""

_REAL = pl.Float64()
_OF = dict(zip(PARTS, ("active_days", "value_events", "events"), strict=True))

USER_SCORES = Contract(
    "user_scores",
    (
        Column("account_id", pl.String(), required=True),
        Column("user_id", pl.String(), required=True),
        Column("behaviour", _REAL, doc="0-100; null while fewer than 30 users can be compared with"),
        *(Column(part, _REAL, doc="share of the reference equalled or beaten, 0-100") for part in PARTS),
        Column("reference_n", pl.Int64(), required=True, doc="users compared with"),
        Column("reference_scope", pl.String(), doc="segment, all (segments) or book (too few successes)"),
    ),
    key=("account_id", "user_id"),
)


def user_scores(
    book: pl.DataFrame,
    decided: pl.DataFrame,
    windows: pl.DataFrame,
    used: pl.DataFrame,
    value: Sequence[str],
    shares: Mapping[str, float],
) -> pl.DataFrame:
    """Score every named user of half a year; columns of `USER_SCORES`, sorted by its key.

    In: account_id and segment of the live book; account_id and succeeded of past decisions; windows of
    `user_behaviour.user_windows`; account_id, user_id, event of the last 91 days, one row each; the value
    events; the weight of each part, 0-1, summing to 1.

    behaviour = sum of weight x share. The shares are those of the reference that the user equals or beats
    in active days of the last 28 (frequency), in different value events (effectiveness) and in different
    events (breadth) of the last 91. The reference are the users of live accounts that succeeded, in the
    same days: of the user's segment where there are 30, else of all segments, else all users of the book.
    A part of weight 0 is null.
    """
    users = _measured(book, windows, used, value)
    succeeded = decided.filter("succeeded")["account_id"].unique()
    model = pl.col("account_id").is_in(succeeded.implode())
    scored = [
        _scored(rows, *_reference(users, model, segment), shares)
        for (segment,), rows in users.group_by("segment", maintain_order=True)
    ]
    return USER_SCORES.check(pl.concat([USER_SCORES.empty(), *scored]).sort(*USER_SCORES.key))


def _measured(
    book: pl.DataFrame, windows: pl.DataFrame, used: pl.DataFrame, value: Sequence[str]
) -> pl.DataFrame:
    """One row a user: segment and the three counts."""
    key = ["account_id", "user_id"]
    days = (
        windows.filter(pl.col("window") <= HALF_YEAR)
        .group_by(key, maintain_order=True)
        .agg(active_days=(pl.col("active_days") * (pl.col("window") == NOW)).sum())
    )
    counts = used.group_by(key).agg(
        events=pl.col("event").n_unique(),
        value_events=pl.col("event").filter(pl.col("event").is_in(list(value))).n_unique(),
    )
    known = days.join(book.select("account_id", "segment"), on="account_id").join(counts, on=key, how="left")
    return known.with_columns(pl.col("events", "value_events").fill_null(0)).sort(key)


def _reference(users: pl.DataFrame, model: pl.Expr, segment: str | None) -> tuple[pl.DataFrame, str | None]:
    """Whom users of a segment are compared with, and what that is called."""
    for name, rows in (
        ("segment", users.filter(model & pl.col("segment").eq_missing(segment))),
        ("all", users.filter(model)),
        ("book", users),
    ):
        if rows.height >= MIN_MEMBERS:
            return rows, name
    return users.clear(), None


def _scored(
    rows: pl.DataFrame, reference: pl.DataFrame, scope: str | None, shares: Mapping[str, float]
) -> pl.DataFrame:
    parts = {
        part: _beaten(rows[name], reference[name]) if scope and shares[part] else None
        for part, name in _OF.items()
    }
    told = rows.select(
        "account_id",
        "user_id",
        *(pl.lit(share, dtype=_REAL).alias(part) for part, share in parts.items() if share is None),
        *(share.alias(part) for part, share in parts.items() if share is not None),
        reference_n=pl.lit(reference.height, pl.Int64),
        reference_scope=pl.lit(scope, pl.String),
    )
    points = [pl.col(part) * shares[part] for part, share in parts.items() if share is not None]
    total = pl.sum_horizontal(points) if points else pl.lit(None, _REAL)
    return told.with_columns(behaviour=total.cast(_REAL)).select(USER_SCORES.names)


def _beaten(values: pl.Series, reference: pl.Series) -> pl.Series:
    """The share (0-100) of the reference that each value equals or beats."""
    sorted_reference = np.sort(reference.to_numpy())
    below = np.searchsorted(sorted_reference, values.to_numpy(), side="right")
    return pl.Series(below / max(len(sorted_reference), 1) * 100, dtype=_REAL)
