"""What moved every account's scores from one snapshot to another, to the last digit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from models import behaviour_change, emotion_change
from models.behaviour import PARTS, Compared
from models.emotion import Felt
from models.reference import MEASURES
from models.snapshot import MOVES

_NEEDED = (
    "account_id",
    "segment",
    "age",
    "behaviour",
    "baseline_share",
    "active_share",
    *MEASURES,
    *PARTS,
    *(f"{part}_weight" for part in PARTS),
)
_BEHAVIOUR = [f"{part}_{cause}" for part in PARTS for cause in behaviour_change.CAUSES]
_EMOTION = [f"emotion_{cause}" for cause in emotion_change.CAUSES]


@dataclass(frozen=True, eq=False)
class State:
    """One snapshot as an explanation needs it; `compared` is known only while it is being made.

    `felt.scores` holds account_id, behaviour, emotion and the measures: `SCORES`.
    """

    as_of: date
    felt: Felt
    compared: Compared | None = None

    @property
    def scores(self) -> pl.DataFrame:
        return self.felt.scores


def moves(before: State, after: State) -> pl.DataFrame:
    """Why the scores of `after` differ from those of `before`; one of the two carries `compared`.

    Out: `MOVES`, one row an account that is in either. The causes of each score sum to its change, a score
    that is not there counting as 0: where it could be told on one of the two only, the whole of it is
    `behaviour_told` or `emotion_told`. So steps from snapshot to snapshot add up whatever lies between.
    """
    ids = pl.concat([before.scores.select("account_id"), after.scores.select("account_id")]).unique()
    felt = emotion_change.change(before.felt, after.felt, after.as_of)
    rows = (
        ids.join(_behaviour(before, after), on="account_id", how="left")
        .join(felt, on="account_id", how="left")
        .join(_scores(before, "_0"), on="account_id", how="left")
        .join(_scores(after, "_1"), on="account_id", how="left")
    )
    told = {f"{name}_told": _told(name) for name in ("behaviour", "emotion")}
    filled = rows.with_columns(**told).with_columns(pl.col(_BEHAVIOUR + _EMOTION).fill_null(0.0))
    return MOVES.check(filled.sort("account_id"))


def _behaviour(before: State, after: State) -> pl.DataFrame:
    if after.compared is not None:
        split = behaviour_change.change(before.scores.select(_NEEDED), after.compared)
    elif before.compared is not None:
        back = behaviour_change.change(after.scores.select(_NEEDED), before.compared)
        split = back.with_columns(-pl.col(_BEHAVIOUR))
    else:
        raise ValueError("neither snapshot carries what it was compared with; pass `compared` of one")
    return split.select("account_id", *_BEHAVIOUR)


def _scores(state: State, suffix: str) -> pl.DataFrame:
    return state.scores.select("account_id", pl.col("behaviour", "emotion").name.suffix(suffix))


def _told(name: str) -> pl.Expr:
    was, now = pl.col(f"{name}_0"), pl.col(f"{name}_1")
    both = was.is_not_null() & now.is_not_null()
    return pl.when(both).then(0.0).otherwise(now.fill_null(0.0) - was.fill_null(0.0))
