"""Why an emotion score moved between two days, exactly: new answers, older ones fading, or the company."""

from __future__ import annotations

from datetime import date

import polars as pl

from models.contracts import Column, Contract
from models.emotion import Felt, level

CAUSES = ("new", "fading", "company")

EMOTION_CHANGE = Contract(
    "emotion_change",
    (
        Column("account_id", pl.String(), required=True),
        *(Column(f"emotion_{cause}", pl.Float64(), required=True) for cause in CAUSES),
    ),
    key=("account_id",),
)


def change(before: Felt, after: Felt, as_of: date) -> pl.DataFrame:
    """Split the change of every score into three parts that sum to it exactly.

    `as_of` is the day of `after`. Out: `EMOTION_CHANGE`, one row an account with a score on both days.

    With e0, e1 the scores and A0 the answers known on the first day: fading = level(A0, the second day,
    the first model) - e0; company = the same with the second day's model less that; new = e1 less what A0
    gives under it, so an answer that came in carries also what it takes from the weight of older ones.
    """
    faded = level(before.answers, before.models, as_of).rename({"level": "faded"})
    modelled = level(before.answers, after.models, as_of).rename({"level": "modelled"})
    pair = _told(before, "was").join(_told(after, "now"), on="account_id")
    known = pair.join(faded, on="account_id", how="left").join(modelled, on="account_id", how="left")
    split = known.with_columns(pl.col("faded", "modelled").fill_null(pl.col("was"))).with_columns(
        emotion_new=pl.col("now") - pl.col("modelled"),
        emotion_fading=pl.col("faded") - pl.col("was"),
        emotion_company=pl.col("modelled") - pl.col("faded"),
    )
    return EMOTION_CHANGE.check(split.sort("account_id"))


def _told(felt: Felt, name: str) -> pl.DataFrame:
    return felt.scores.select("account_id", pl.col("emotion").alias(name)).drop_nulls()
