"""Whether what the model looks at has moved, and whether its probabilities still hold."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy.special import chdtri

from models.churn.boosting import bins
from models.churn.evaluation import BY_MONTH, by_month
from models.churn.model import Model
from models.churn.table import FAMILIES, Table, table
from models.churn.timeline import Floats
from models.contracts import Column, Contract
from models.facts import DAY, FLAG, REAL, TEXT, WHOLE

LATELY = "last 91 days"
RECENT = 91
BEFORE = 365
"""Days before a period that it is compared with."""

MONTHS = 12
LARGE = 0.25
"""A population stability index above this is commonly called a large shift."""

_BINS = 10
_LEAST_BEFORE = 50
_Z = 2.576

DRIFT = Contract(
    "churn_drift",
    (
        Column("period", TEXT, required=True, doc=f"a month as 2026-03, or “{LATELY}”"),
        Column("since", DAY, required=True, doc="first as_of that counts"),
        Column("feature", TEXT, required=True),
        Column("family", TEXT, required=True, doc="key of table.FAMILIES"),
        Column("n", WHOLE, required=True, doc="decisions in the period"),
        Column("index", REAL, required=True, doc="population stability index against the year before"),
        Column("limit", REAL, required=True, doc=f"{LARGE}, or what chance makes of so few if that is more"),
        Column("moved", FLAG, required=True, doc="the index passes the limit"),
    ),
    key=("period", "feature"),
)

ACTUAL = Contract(
    "churn_actual",
    (
        *BY_MONTH.columns,
        Column("low", REAL, required=True, doc="95 % of months would have at least so many if all were true"),
        Column("high", REAL, required=True),
    ),
    key=("month",),
)


def drift(model: Model, raw: pl.DataFrame) -> pl.DataFrame:
    """How the features of the last twelve months, and of the last 91 days, differ from the year before each.

    In: the raw features a model was trained on. Out: `DRIFT`, for the features that carry weight; tenure
    is left out, as it grows with the calendar. The index is Σ (p − q) ln(p / q) over tenths of the
    earlier decisions; by chance alone it is near χ² with one degree less than bins, times (1/n + 1/m)
    (Yurdakul, 2018). Periods with under 50 decisions before them are left out.
    """
    if raw.is_empty():
        return DRIFT.empty()
    columns, days = _weighing(model, table(raw, model.recipe)), raw["as_of"]
    last: date = days.sort()[-1]
    periods = [(LATELY, last - timedelta(days=RECENT - 1), last)]
    for first in days.dt.month_start().unique().sort(descending=True).head(MONTHS).to_list():
        end = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        periods.append((f"{first:%Y-%m}", first, end))
    found = [
        _compared(
            name,
            since,
            columns,
            days.is_between(since - timedelta(days=BEFORE), since, closed="left").to_numpy(),
            days.is_between(since, until).to_numpy(),
        )
        for name, since, until in periods
    ]
    return DRIFT.check(pl.concat([DRIFT.empty(), *found]))


def _weighing(model: Model, columns: Table) -> Table:
    terms = [
        term for term in model.equation.terms if (term.weight or any(term.points)) and term.family != "tenure"
    ]
    matrix = np.column_stack([np.zeros((len(columns.matrix), 0)), *(columns.column(t.name) for t in terms)])
    return Table(tuple(t.name for t in terms), tuple(t.family for t in terms), matrix)


def _compared(
    period: str, since: date, columns: Table, before: npt.NDArray[np.bool_], now: npt.NDArray[np.bool_]
) -> pl.DataFrame:
    n, m = int(now.sum()), int(before.sum())
    if m < _LEAST_BEFORE or not n or not columns.names:
        return DRIFT.empty()
    found = [_index(column[before], column[now]) for column in columns.matrix.T]
    chance = chdtri([max(kinds - 1, 1) for _, kinds in found], 0.01 / len(found)) * (1 / n + 1 / m)
    rows = pl.DataFrame(
        {
            "feature": columns.names,
            "family": columns.families,
            "index": [index for index, _ in found],
            "limit": np.maximum(chance, LARGE),
        }
    )
    return rows.with_columns(
        period=pl.lit(period),
        since=pl.lit(since),
        n=pl.lit(n, pl.Int64),
        moved=pl.col("index") > pl.col("limit"),
    ).select(DRIFT.names)


def _index(before: Floats, now: Floats) -> tuple[float, int]:
    """The index, and over how many bins; half a row is added to each so that none is empty."""
    cut = np.unique(np.quantile(before, np.linspace(0, 1, _BINS + 1)[1:-1], method="inverted_cdf"))
    p, q = (_shares(column, cut) for column in (now, before))
    return float(((p - q) * np.log(p / q)).sum()), len(p)


def _shares(column: Floats, cut: Floats) -> Floats:
    counts = np.bincount(bins(column, cut), minlength=len(cut) + 1) + 0.5
    found: Floats = counts / counts.sum()
    return found


def actual(judged: pl.DataFrame) -> pl.DataFrame:
    """Each month's churns beside those expected, and the room chance leaves: `ACTUAL`. In: `JUDGED`.

    The interval is the expected count ± 1.96 √Σ p (1 − p).
    """
    spread = (pl.col("probability") * (1 - pl.col("probability"))).sum().sqrt()
    rooms = judged.group_by(month=pl.col("as_of").dt.month_start()).agg(half=1.96 * spread)
    rows = by_month(judged).join(rooms, on="month", how="left", maintain_order="left")
    low = (pl.col("expected") - pl.col("half")).clip(0)
    high = pl.min_horizontal(pl.col("expected") + pl.col("half"), "n")
    return ACTUAL.check(rows.with_columns(low=low, high=high))


def alarms(judged: pl.DataFrame, moved: pl.DataFrame) -> list[str]:
    """What has drifted in the last 91 days, each in a sentence; empty when nothing has.

    In: `JUDGED`, `DRIFT`. Probabilities are called off when the churns of these days lie outside what
    they allow in 99 of 100 cases.
    """
    said = []
    lately = moved.filter((pl.col("period") == LATELY) & pl.col("moved"))
    if lately.height:
        worst = lately.sort("index", descending=True)
        named = ", ".join(f"“{name}”" for name in worst["feature"].head(3))
        families = sorted({FAMILIES[family] for family in worst["family"]})
        said.append(
            f"Drift: in the last 91 days {named} differ from the year before ({', '.join(families)}). "
            "What the model learned may hold less there."
        )
    last = judged["as_of"].max()
    if isinstance(last, date):
        recent = judged.filter(pl.col("as_of") > last - timedelta(days=RECENT))
        chance = recent["probability"].to_numpy()
        left, expected = int(recent["left"].sum()), float(chance.sum())
        if abs(left - expected) > _Z * float(np.sqrt((chance * (1 - chance)).sum())) + 0.5:
            more = "more" if left > expected else "fewer"
            said.append(
                f"Drift: of the last {recent.height:,} decisions {left:,} left, {more} than the "
                f"{expected:.1f} expected and than chance explains. The probabilities are off."
            )
    return said
