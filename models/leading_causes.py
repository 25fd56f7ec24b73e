"""The causes that count most in what moved many accounts, in a few words each."""

from __future__ import annotations

import polars as pl

from models.snapshot import MOVES

_WORDS = {
    "frequency_own": "use",
    "effectiveness_own": "value events",
    "breadth_own": "suite",
    "reference": "the others moved",
    "weights": "what counts changed",
    "emotion_new": "new answers",
    "emotion_fading": "older answers fading",
    "emotion_company": "what others answered",
}
_SAID = 2


def summed(steps: pl.DataFrame, signs: dict[int, int]) -> pl.DataFrame:
    """`MOVES` between two snapshots, from each account's steps (with snapshot_id) along `links.way`."""
    sign = pl.col("snapshot_id").replace_strict(signs, default=0, return_dtype=pl.Float64)
    causes = [name for name in MOVES.names if name != "account_id"]
    return MOVES.check(steps.group_by("account_id").agg((pl.col(causes) * sign).sum()).sort("account_id"))


def leading_causes(moved: pl.DataFrame) -> pl.DataFrame:
    """The two largest causes of each account's change that make a whole point, in words.

    In: `MOVES`. Out: account_id, behaviour_why and emotion_why, such as "suite −9, use −3"; null where no
    cause makes a point.
    """
    parts = ("frequency", "effectiveness", "breadth")
    joined = moved.with_columns(
        **{
            cause: pl.sum_horizontal(f"{part}_{cause}" for part in parts)
            for cause in ("reference", "weights")
        }
    )
    long = (
        joined.select("account_id", *_WORDS)
        .unpivot(index="account_id", variable_name="cause", value_name="points")
        .filter(pl.col("points").abs() >= 0.5)
        .sort("account_id", pl.col("points").abs(), descending=[False, True])
        .with_columns(
            score=pl.when(pl.col("cause").str.starts_with("emotion"))
            .then(pl.lit("emotion_why"))
            .otherwise(pl.lit("behaviour_why")),
            said=pl.concat_str(pl.col("cause").replace_strict(_WORDS), pl.lit(" "), _signed()),
        )
    )
    told = long.group_by("account_id", "score", maintain_order=True).agg(
        pl.col("said").head(_SAID).str.join(", ")
    )
    rows = moved.select("account_id")
    for score in ("behaviour_why", "emotion_why"):
        mine = told.filter(pl.col("score") == score).select("account_id", pl.col("said").alias(score))
        rows = rows.join(mine, on="account_id", how="left", maintain_order="left")
    return rows


def _signed() -> pl.Expr:
    whole = pl.col("points").round(0).cast(pl.Int64)
    sign = pl.when(whole < 0).then(pl.lit("−")).otherwise(pl.lit("+"))
    return pl.concat_str(sign, whole.abs().cast(pl.String))
