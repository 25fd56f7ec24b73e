"""Where each account stands in the picture of the quadrant, and which marks the eye can tell apart."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from models.contracts import Column, Contract
from models.facts import REAL, TEXT, WHOLE
from models.quadrant import ADRIFT, ADVOCATE, CAPTIVE, FAN, SILENT

UNPLACED = "no place yet"
"""What the screens call an account whose behaviour can't be told, or that was never asked."""

QUARTERS = (ADVOCATE, CAPTIVE, FAN, ADRIFT, SILENT, UNPLACED)
PLANE, STRIP = "plane", "strip"
CELL = 2.5
"""Points of 0-100 along each side of a cell; both borders of the quadrant (50, 70) are edges of cells."""

MOST_DOTS = 1500
"""More accounts than this are drawn as cells with a count."""

_LANE = {SILENT: 1.0, UNPLACED: 0.0}
_SPREAD = 0.44
_LAST_CELL = int(100 / CELL) - 1

POINTS = Contract(
    "quadrant_points",
    (
        Column("account_id", TEXT, required=True),
        Column("name", TEXT, required=True),
        Column("quarter", TEXT, required=True, doc="its quadrant, or `UNPLACED`"),
        Column("panel", TEXT, required=True, doc="plane, or strip where emotion gives no place"),
        Column("x", REAL, required=True, doc="behaviour, 0-100"),
        Column("y", REAL, required=True, doc="emotion in the plane; the lane (0 or 1, spread) in the strip"),
        Column("cell_x", WHOLE, required=True),
        Column("cell_y", WHOLE, required=True),
        Column("size", REAL, required=True, doc="1 is usual; 0 where it is not known"),
        Column("mrr", REAL),
        Column("currency", TEXT),
    ),
    key=("account_id",),
)
MARKS = Contract(
    "quadrant_marks",
    (
        Column("quarter", TEXT, required=True),
        Column("panel", TEXT, required=True),
        Column("x", REAL, required=True, doc="mean of the accounts it stands for"),
        Column("y", REAL, required=True),
        Column("n", WHOLE, required=True, doc="accounts it stands for"),
        Column("size", REAL, required=True, doc="1 is usual: of the account, or of the count in a cell"),
        Column("name", TEXT, doc="of the account; null where it stands for several"),
        Column("mrr", REAL, doc="of the account; null where it stands for several"),
        Column("currency", TEXT),
        Column("region", TEXT, required=True, doc="what a click selects, for `models.quadrant_region`"),
    ),
)


@dataclass(frozen=True)
class Drawn:
    """The marks (`MARKS`), whether they are cells, and how many accounts they stand for."""

    marks: pl.DataFrame
    cells: bool
    accounts: int


def quarter() -> pl.Expr:
    """The column `quarter`: the quadrant, or `UNPLACED` where there is none yet."""
    return pl.col("quadrant").fill_null(UNPLACED).alias("quarter")


def points(book: pl.DataFrame, size: str = "mrr") -> pl.DataFrame:
    """One point an account whose behaviour is known: `POINTS`.

    In: columns account_id, name, quadrant, behaviour, emotion, mrr, currency, and the one named by `size`.
    MRR is taken relative to the median of its currency, anything else relative to its own median above 0.
    The spread within a lane of the strip depends on the account alone, so a point never wanders.
    """
    of = ["currency"] if size == "mrr" else []
    usual = pl.col(size).filter(pl.col(size) > 0).median()
    usual = usual.over(of) if of else usual
    spread = (pl.col("account_id").hash(seed=1) % 1000).cast(pl.Float64) / 999 - 0.5
    lane = pl.col("quarter").replace_strict(_LANE, default=None, return_dtype=pl.Float64)
    told = book.filter(pl.col("behaviour").is_not_null())
    known = told.with_columns(quarter()).with_columns(
        panel=pl.when(lane.is_null()).then(pl.lit(PLANE)).otherwise(pl.lit(STRIP)),
        x=pl.col("behaviour"),
        y=pl.coalesce(lane + (spread * _SPREAD if told.height <= MOST_DOTS else 0.0), "emotion"),
        size=(pl.col(size) / usual).fill_null(0.0).cast(pl.Float64),
    )
    tall = pl.when(pl.col("panel") == PLANE).then(_cell("y")).otherwise(lane.cast(pl.Int64))
    return POINTS.check(known.with_columns(cell_x=_cell("x"), cell_y=tall))


def drawn(found: pl.DataFrame, most: int = MOST_DOTS) -> Drawn:
    """What to draw of these points: each account, or beyond `most` one mark a cell and quarter.

    In: `POINTS`. A cell stands at the mean of its accounts; its size grows with their number.

    >>> drawn(POINTS.empty()).accounts
    0
    """
    if found.height <= most:
        one = found.with_columns(n=pl.lit(1, dtype=pl.Int64), region=_alone("account_id"))
        return Drawn(MARKS.check(one), cells=False, accounts=found.height)
    grouped = found.group_by("panel", "quarter", "cell_x", "cell_y", maintain_order=True).agg(
        pl.col("x").mean(),
        pl.col("y").mean(),
        n=pl.len().cast(pl.Int64),
        name=_only("name"),
        mrr=_only("mrr"),
        currency=_only("currency"),
        only=_only("account_id"),
    )
    place = pl.format("cell:{}:{},{}:{}", "panel", "cell_x", "cell_y", "quarter")
    marked = grouped.with_columns(
        size=(pl.col("n") / pl.col("n").median()).cast(pl.Float64),
        region=pl.when(pl.col("n") == 1).then(_alone("only")).otherwise(place),
    )
    return Drawn(MARKS.check(marked), cells=True, accounts=found.height)


def _cell(name: str) -> pl.Expr:
    return (pl.col(name) / CELL).floor().cast(pl.Int64).clip(0, _LAST_CELL)


def _only(name: str) -> pl.Expr:
    return pl.when(pl.len() == 1).then(pl.col(name).first()).otherwise(None)


def _alone(name: str) -> pl.Expr:
    """A region of one account; `|` parts regions, so an id that holds one is written otherwise."""
    safe = pl.col(name).str.replace_all("%", "%25", literal=True).str.replace_all("|", "%7C", literal=True)
    return pl.concat_str(pl.lit("id:"), safe)
