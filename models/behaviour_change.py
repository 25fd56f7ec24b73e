"""Why a behaviour score moved between two days, exactly: the account, the others, or the weights."""

from __future__ import annotations

import polars as pl

from models.behaviour import BASELINE_SHARE, PARTS, Compared
from models.contracts import Column, Contract
from models.measures import frequency
from models.reference import MEASURES

CAUSES = ("own", "reference", "weights")

BEHAVIOUR_CHANGE = Contract(
    "behaviour_change",
    (
        Column("account_id", pl.String(), required=True),
        Column("change", pl.Float64(), doc="points; null when there is no score on one of the days"),
        *(Column(f"{part}_{cause}", pl.Float64()) for part in PARTS for cause in CAUSES),
    ),
    key=("account_id",),
)


def change(before: pl.DataFrame, after: Compared) -> pl.DataFrame:
    """Split the change of every score into nine parts that sum to it exactly.

    In: `BEHAVIOUR` of the first day and the comparison of the second. Out: `BEHAVIOUR_CHANGE`, one row an
    account that is in both, sorted.

    With x0, x1 the account's measures, ref0, ref1 the references and w0, w1 the weights of the two days:
    own = w1 (share(x1, ref1) - share(x0, ref1)); reference = w1 (share(x0, ref1) - share(x0, ref0)), the
    others moved or the account grew older; weights = what is left, w1 share(x0, ref0) - w0 part0, which is
    (w1 - w0) share(x0, ref0) while frequency is made of the same measures. A part that is known on one day
    only is a change of weights.
    """
    old = before.filter(pl.col("behaviour").is_not_null())
    pair = after.scores.join(old, on="account_id", suffix="_0").sort("account_id")
    then = pair.select("account_id", "segment", "age", **{name: f"{name}_0" for name in MEASURES})
    made_of, age = pl.lit(pair["frequency_of"]), pl.lit(pair["age"])
    middle = after.reference.shares(then).select(
        frequency_middle=frequency(made_of, age, BASELINE_SHARE, pl.col("active_days_28_share")),
        effectiveness_middle=pl.col("value_events_share"),
        breadth_middle=pl.col("distinct_events_91_share"),
    )
    was = (pl.col("age_0"), pl.col("baseline_share_0"), pl.col("active_share_0"))
    split = pl.concat([pair, middle], how="horizontal").with_columns(
        frequency_then=frequency(pl.col("frequency_of"), *was),
        effectiveness_then=pl.col("effectiveness_0"),
        breadth_then=pl.col("breadth_0"),
    )
    split = split.with_columns(
        **{name: expr for part in PARTS for name, expr in _causes(part).items()},
        change=pl.col("behaviour") - pl.col("behaviour_0"),
    )
    both = before.select("account_id").join(after.scores.select("account_id"), on="account_id")
    return BEHAVIOUR_CHANGE.check(both.join(split, on="account_id", how="left").sort("account_id"))


def _causes(part: str) -> dict[str, pl.Expr]:
    now, was, between = pl.col(part), pl.col(f"{part}_0"), pl.col(f"{part}_middle")
    then = pl.col(f"{part}_then")
    weight, weight_then = pl.col(f"{part}_weight"), pl.col(f"{part}_weight_0")
    told = pl.col("behaviour").is_not_null()
    known = now.is_not_null() & then.is_not_null() & between.is_not_null()
    total = weight * now.fill_null(0.0) - weight_then * was.fill_null(0.0)
    zero = pl.when(told).then(0.0)
    return {
        f"{part}_own": pl.when(known).then(weight * (now - between)).otherwise(zero),
        f"{part}_reference": pl.when(known).then(weight * (between - then)).otherwise(zero),
        f"{part}_weights": pl.when(known).then(weight * then - weight_then * was).when(told).then(total),
    }
