"""What other weights would have changed in a snapshot, before anybody adopts them."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from models.behaviour import PARTS, Weights
from models.contracts import Column, Contract
from models.quadrant import quadrant

LOWEST = 0.1

EFFECT = Contract(
    "weights_effect",
    (
        Column("account_id", pl.String(), required=True),
        Column("name", pl.String(), required=True),
        Column("behaviour", pl.Float64(), required=True),
        Column("behaviour_then", pl.Float64(), required=True, doc="under the other weights"),
        Column("quadrant", pl.String()),
        Column("quadrant_then", pl.String()),
    ),
    key=("account_id",),
)


@dataclass(frozen=True)
class Effect:
    """`rows` (`EFFECT`), largest change first; how many change quadrant, and how many of the lowest tenth."""

    rows: pl.DataFrame
    moved: int
    lowest: int
    replaced: int


def effect(scores: pl.DataFrame, weights: Weights) -> Effect:
    """The book of a snapshot as other weights would have shown it.

    In: `snapshot.SCORES`. Accounts without a behaviour score are left out. A part that is not known
    (effectiveness without value events) hands its weight to the others.
    """
    known = scores.filter(pl.col("behaviour").is_not_null())
    with_all, without = (weights.shares(effectiveness=known_too) for known_too in (True, False))
    full, rest = (
        pl.sum_horizontal(pl.col(part).fill_null(0.0) * shares[part] for part in PARTS)
        for shares in (with_all, without)
    )
    then = pl.when(pl.col("effectiveness").is_null()).then(rest).otherwise(full)
    rows = (
        known.with_columns(behaviour_then=then)
        .with_columns(quadrant("behaviour_then").alias("quadrant_then"))
        .sort((pl.col("behaviour_then") - pl.col("behaviour")).abs(), descending=True)
    )
    size = max(round(LOWEST * rows.height), 1)
    lowest, then_lowest = (
        set(rows.sort(name, "account_id").head(size)["account_id"])
        for name in ("behaviour", "behaviour_then")
    )
    moved = int(rows["quadrant"].ne_missing(rows["quadrant_then"]).sum())
    return Effect(EFFECT.check(rows), moved, len(lowest), len(then_lowest - lowest))
