"""In which order accounts are called, and which of them fit the day."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

SMALL = 1.0
"""Below this many times the median MRR of its currency an account is small."""


def ranked(
    wanted: pl.DataFrame,
    scores: pl.DataFrame,
    used: pl.DataFrame,
    *,
    capacity: int,
    capacities: Mapping[str, int],
    small_share: float,
) -> pl.DataFrame:
    """Add size, likely, worth, stake, saving, position, planned and fair to the accounts that are wanted.

    In: accounts with csm_id, mrr, currency, risk, by_hand, created_at, saveability; scores (with `churn`
    where a model has a signal); `used` (csm_id, used) are calls already done today.
    `size` is MRR over the median MRR of its currency, `likely` the chance of leaving or else risk/100, and
    worth = likely x size x saveability. The day holds capacity - used calls: calls by hand first, oldest
    first; then small accounts (size below 1) up to `small_share` of the capacity, and the rest by worth.
    `fair` is true for a small account that fits only because of that share.
    """
    sized = _terms(wanted, scores).join(used, on="csm_id", how="left")
    limit = pl.col("csm_id").replace_strict(dict(capacities), default=capacity, return_dtype=pl.Int64)
    left = (limit - pl.col("used").fill_null(0)).alias("_left")
    small = ((pl.col("size") < SMALL) & ~pl.col("by_hand")).cast(pl.Int64)
    kept = (limit * small_share + 1e-9).floor()
    placed = (
        sized.sort("csm_id", ~pl.col("by_hand"), "created_at", *_BY_WORTH, descending=_DOWN, nulls_last=True)
        .with_columns(left, _plain=_place())
        .with_columns(_kept=(small == 1) & (small.cum_sum().over("csm_id") <= kept))
    )
    chosen = placed.sort("csm_id", ~pl.col("by_hand"), ~pl.col("_kept"), "_plain").with_columns(
        planned=_place() <= pl.col("_left")
    )
    return (
        chosen.with_columns(fair=pl.col("planned") & (pl.col("_plain") > pl.col("_left")))
        .sort("csm_id", ~pl.col("planned"), "_plain")
        .with_columns(position=_place())
        .drop("_left", "_plain", "_kept", "used", "usual")
    )


_BY_WORTH = ("worth", "likely", "account_id")
_DOWN = [False, False, False, True, True, False]


def _place() -> pl.Expr:
    return pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over("csm_id")


def _terms(wanted: pl.DataFrame, scores: pl.DataFrame) -> pl.DataFrame:
    """What is multiplied: likely, size and saveability; and the money at stake."""
    paying = scores.filter(pl.col("mrr") > 0)
    usual = paying.group_by("currency").agg(pl.col("mrr").median().alias("usual"))
    risk = pl.col("risk").fill_null(scores["risk"].median() if scores["risk"].count() else 50) / 100
    if "churn" in scores.columns:
        wanted = wanted.join(scores.select("account_id", "churn"), on="account_id", how="left")
        risk = pl.coalesce("churn", risk)
    size = pl.lit(1.0) if paying.is_empty() else (pl.col("mrr") / pl.col("usual")).fill_null(0)
    return (
        wanted.join(usual, on="currency", how="left", nulls_equal=True)
        .with_columns(likely=risk, size=size)
        .with_columns(
            worth=pl.col("likely") * pl.col("size") * pl.col("saveability"),
            stake=pl.col("likely") * pl.col("mrr"),
        )
        .with_columns(saving=pl.col("stake") * pl.col("saveability"))
    )
