"""Had you used this list on a past day: who would have been on it, and who left."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from models.churn.evaluation import JUDGED
from models.contracts import Column, Contract
from models.facts import FLAG, WHOLE

AHEAD = 91
"""Days that a list is held against."""

LISTED = Contract(
    "churn_listed",
    (
        *JUDGED.columns,
        Column("position", WHOLE, required=True, doc="1 is the most likely to leave"),
        Column("listed", FLAG, required=True, doc="among the first so many"),
    ),
    key=("account_id",),
)


@dataclass(frozen=True, eq=False)
class Backtest:
    """A list of `size` from `on`, held against what happened up to `until`.

    `n` accounts came up, `left` of them left; `caught` were on the list. As many by chance would have
    caught `chance`, in 95 of 100 draws between `low` and `high`.
    """

    on: date
    until: date
    n: int
    left: int
    size: int
    caught: int
    chance: float
    low: int
    high: int
    rows: pl.DataFrame

    @property
    def missed(self) -> pl.DataFrame:
        """`LISTED`: who left and was not on the list, the likeliest first."""
        return self.rows.filter(pl.col("left") & ~pl.col("listed"))

    @property
    def wrong(self) -> pl.DataFrame:
        """`LISTED`: who was on the list and stayed, the likeliest first."""
        return self.rows.filter(~pl.col("left") & pl.col("listed"))


def backtest(judged: pl.DataFrame, on: date, size: int, ahead: int = AHEAD) -> Backtest:
    """Rank what came up within `ahead` days from `on`, and see who left.

    In: `JUDGED`. An account that came up several times stands with its first probability, and left if it
    left at any of them. `size` is cut to those there were; equal probabilities stand by account.
    """
    until = on + timedelta(days=ahead)
    rows = judged.filter((pl.col("as_of") >= on) & (pl.col("as_of") < until)).sort("as_of")
    each = rows.group_by("account_id").agg(
        pl.col("as_of", "tenure_days", "probability").first(),
        pl.col("outcome_on").last(),
        pl.col("left").any(),
    )
    size = min(size, each.height)
    ranked = each.sort("probability", "account_id", descending=[True, False]).with_columns(
        position=pl.int_range(1, pl.len() + 1, dtype=pl.Int64)
    )
    found = LISTED.check(ranked.with_columns(listed=pl.col("position") <= size))
    n, left = found.height, int(found["left"].sum())
    from scipy.stats import hypergeom  # slow to load, and most commands judge nothing

    draw = hypergeom(n, left, size)
    low, high = (int(draw.ppf(share)) for share in (0.025, 0.975)) if n else (0, 0)
    caught = int(found.filter("listed")["left"].sum())
    return Backtest(on, until, n, left, size, caught, size * left / n if n else 0.0, low, high, found)


def first_and_last(judged: pl.DataFrame, ahead: int = AHEAD) -> tuple[date, date] | None:
    """The first and last day on which a list can be held against `ahead` days; None without decisions.

    Where all decisions lie closer together, both are the first.
    """
    first, last = judged["as_of"].min(), judged["as_of"].max()
    if not isinstance(first, date) or not isinstance(last, date):
        return None
    return first, max(first, last - timedelta(days=ahead - 1))
