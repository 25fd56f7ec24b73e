"""How many stand in each quarter, what they pay, and who changed quarter since an earlier day."""

from __future__ import annotations

import polars as pl

from models.contracts import Column, Contract
from models.facts import REAL, TEXT, WHOLE
from models.quadrant import ADRIFT, ADVOCATE, BEHAVIOUR_BORDER, CAPTIVE, EMOTION_BORDER, FAN, SILENT
from models.quadrant_points import QUARTERS, UNPLACED, quarter

DOWN, UP, ACROSS = "moved down", "moved up", "moved across"
FELL_SILENT, SPOKE, OTHER = "fell silent", "spoke again", "found or lost their place"
DIRECTIONS = (DOWN, UP, ACROSS, FELL_SILENT, SPOKE, OTHER)

_PLACED = (ADVOCATE, CAPTIVE, FAN, ADRIFT)

COUNTS = Contract(
    "quarter_counts",
    (
        Column("quarter", TEXT, required=True),
        Column("accounts", WHOLE, required=True),
        Column("before", WHOLE, required=True, doc="accounts on the earlier day"),
        Column("came", WHOLE, required=True, doc="from another quarter"),
        Column("went", WHOLE, required=True, doc="to another quarter"),
        Column("joined", WHOLE, required=True, doc="were not in the book on the earlier day"),
        Column("left", WHOLE, required=True, doc="are not in the book any more"),
    ),
    key=("quarter",),
)
AMOUNTS = Contract(
    "quarter_amounts",
    (
        Column("quarter", TEXT, required=True),
        Column("currency", TEXT, doc="null where none was imported"),
        Column("mrr", REAL, required=True),
        Column("before", REAL, required=True),
    ),
)
MOVES = Contract(
    "quarter_moves",
    (
        Column("account_id", TEXT, required=True),
        Column("name", TEXT, required=True),
        Column("was", TEXT, required=True, doc="quarter on the earlier day"),
        Column("quarter", TEXT, required=True),
        Column("direction", TEXT, required=True, doc="one of `DIRECTIONS`"),
        Column("behaviour_before", REAL),
        Column("emotion_before", REAL),
        Column("behaviour", REAL),
        Column("emotion", REAL),
        Column("distance", REAL, doc="points across the plane; null unless placed on both days"),
    ),
    key=("account_id",),
)


def counts(now: pl.DataFrame, before: pl.DataFrame) -> pl.DataFrame:
    """Accounts of each quarter on both days: `COUNTS`, a row for each of `QUARTERS`.

    In: account_id and quadrant of the accounts wanted on either day. For every quarter
    accounts = before + came - went + joined - left.
    """
    both = now.select("account_id", quarter()).join(
        before.select("account_id", quarter().alias("was")), on="account_id", how="full", coalesce=True
    )
    here, there = pl.col("quarter").is_not_null(), pl.col("was").is_not_null()
    moved = here & there & (pl.col("quarter") != pl.col("was"))
    gained = both.group_by(name="quarter").agg(accounts=pl.len(), came=moved.sum(), joined=there.not_().sum())
    lost = both.group_by(name="was").agg(before=pl.len(), went=moved.sum(), left=here.not_().sum())
    every = pl.DataFrame({"name": QUARTERS}, schema={"name": pl.String})
    joined = every.join(gained, on="name", how="left", maintain_order="left").join(
        lost, on="name", how="left", maintain_order="left"
    )
    whole = pl.col("accounts", "before", "came", "went", "joined", "left").fill_null(0).cast(pl.Int64)
    return COUNTS.check(joined.with_columns(whole).rename({"name": "quarter"}))


def amounts(now: pl.DataFrame, before: pl.DataFrame) -> pl.DataFrame:
    """MRR of each quarter and currency on both days: `AMOUNTS`, the largest first within a quarter.

    In: quadrant, mrr and currency. An account without MRR adds nothing; currencies are never added.
    """
    then = _amounts(before).rename({"mrr": "before"})
    both = _amounts(now).join(then, on=["quarter", "currency"], how="full", coalesce=True, nulls_equal=True)
    filled = both.with_columns(pl.col("mrr", "before").fill_null(0.0))
    return AMOUNTS.check(filled.sort("quarter", pl.col("mrr"), "currency", descending=[False, True, False]))


def moves(now: pl.DataFrame, before: pl.DataFrame) -> pl.DataFrame:
    """The accounts of both days whose quarter is another: `MOVES`, the farthest first.

    In: account_id, name, quadrant, behaviour, emotion. Down: crossed a border downward and none
    upward; up the reverse; across: one of each.
    """
    then = before.select(
        "account_id",
        quarter().alias("was"),
        behaviour_before="behaviour",
        emotion_before="emotion",
    )
    both = now.with_columns(quarter()).join(then, on="account_id").filter(pl.col("quarter") != pl.col("was"))
    placed = pl.col("quarter").is_in(_PLACED) & pl.col("was").is_in(_PLACED)
    along = pl.col("behaviour") - pl.col("behaviour_before")
    up = pl.col("emotion") - pl.col("emotion_before")
    far = pl.when(placed).then((along**2 + up**2).sqrt())
    said = both.with_columns(direction=_direction(placed), distance=far)
    return MOVES.check(said.sort("distance", "account_id", descending=[True, False], nulls_last=True))


def _amounts(book: pl.DataFrame) -> pl.DataFrame:
    paying = book.drop_nulls("mrr").with_columns(quarter())
    return paying.group_by("quarter", "currency").agg(pl.col("mrr").sum())


def _direction(placed: pl.Expr) -> pl.Expr:
    does = _side("behaviour", BEHAVIOUR_BORDER)
    feels = _side("emotion", EMOTION_BORDER)
    return (
        pl.when(placed & (does <= 0) & (feels <= 0))
        .then(pl.lit(DOWN))
        .when(placed & (does >= 0) & (feels >= 0))
        .then(pl.lit(UP))
        .when(placed)
        .then(pl.lit(ACROSS))
        .when(pl.col("quarter") == SILENT)
        .then(pl.lit(FELL_SILENT))
        .when((pl.col("was") == SILENT) & (pl.col("quarter") != UNPLACED))
        .then(pl.lit(SPOKE))
        .otherwise(pl.lit(OTHER))
    )


def _side(name: str, border: float) -> pl.Expr:
    """-1 where the border was crossed downward, 1 upward, 0 where it was not."""
    now, then = pl.col(name) >= border, pl.col(f"{name}_before") >= border
    return now.cast(pl.Int8) - then.cast(pl.Int8)
