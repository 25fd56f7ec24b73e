"""The tree of what is critical to quality as rows: every branch with its share, interval and trend."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from models.contracts import Column, Contract
from models.ctq import Branch, Share, change, in_words, judged, share
from models.ctq_measures import MEASURES
from models.facts import REAL, TEXT, WHOLE

TABLE = Contract(
    "quality_table",
    (
        Column("need", TEXT, required=True),
        Column("driver", TEXT, required=True),
        Column("measure", TEXT, required=True, doc="in words; what nothing measures says so"),
        Column("target", TEXT, required=True, doc="with at most or at least, and the unit"),
        Column("share", REAL, doc="of the accounts that can be judged; null when none can"),
        Column("low", REAL, doc="95 % interval (Wilson)"),
        Column("high", REAL),
        Column("n", WHOLE, required=True, doc="accounts judged"),
        Column("missing", WHOLE, required=True, doc="of them, those that do not meet it"),
        Column("open", WHOLE, required=True, doc="accounts that can't be told yet"),
        Column("share_before", REAL, doc="in the earlier snapshot, by the same target"),
        Column("n_before", WHOLE, required=True),
        Column("gained", WHOLE, required=True, doc="meet it now and did not then"),
        Column("lost", WHOLE, required=True, doc="met it then and do not now"),
        Column("trend", TEXT, required=True),
        Column("written_by", TEXT, required=True),
        Column("written_at", TEXT, required=True, doc="UTC; empty for a proposal"),
    ),
)


@dataclass(frozen=True)
class Told:
    """A branch with the share that meets it."""

    branch: Branch
    share: Share


def told(branches: Sequence[Branch], values: pl.DataFrame) -> list[Told]:
    """Each branch with its share; in: `ctq_measures.VALUES`. What nothing measures has n 0."""
    return [Told(one, _share(one, values)) for one in branches]


def table(branches: Sequence[Branch], values: pl.DataFrame, before: pl.DataFrame | None) -> pl.DataFrame:
    """Every branch as a row; `TABLE`, in the tree's order.

    In: `VALUES` of the day shown and of an earlier one (None: there is none).
    """
    rows = [_row(one, values, before) for one in branches]
    return TABLE.check(pl.DataFrame(rows, schema=TABLE.schema))


def headline(rows: Sequence[Told]) -> str:
    """The branch that the fewest accounts get, in words; empty while nothing can be judged."""
    known = [one for one in rows if one.share.share is not None and one.share.n >= 10]
    if not known:
        return ""
    worst = min(known, key=lambda one: (one.share.share or 0.0, one.branch.driver))
    part = worst.share
    return (
        f"{in_words(worst.branch)}: {100 * (part.share or 0):.0f} % of {part.n:,} accounts meet it "
        f"(95 %: {100 * (part.low or 0):.0f} to {100 * (part.high or 0):.0f})"
    )


def _share(one: Branch, values: pl.DataFrame) -> Share:
    if one.measure not in MEASURES or one.target is None:
        return Share(0, 0, 0, None, None, None)
    return share(judged(values, one.measure, one.target))


def _row(one: Branch, values: pl.DataFrame, before: pl.DataFrame | None) -> dict[str, object]:
    now = _share(one, values)
    base: dict[str, object] = {
        "need": one.need,
        "driver": one.driver,
        "written_by": one.by,
        "written_at": one.at,
        "n": now.n,
        "missing": now.n - now.met,
        "open": now.open,
        "share": now.share,
        "low": now.low,
        "high": now.high,
        "share_before": None,
        "n_before": 0,
        "gained": 0,
        "lost": 0,
    }
    if one.measure not in MEASURES or one.target is None:
        return base | {"measure": "not measured", "target": "", "trend": ""}
    measure = MEASURES[one.measure]
    named = {"measure": measure.what, "target": f"{measure.good} {one.target:g} {measure.unit}"}
    if before is None:
        return base | named | {"trend": "no earlier snapshot keeps it"}
    then = judged(before, one.measure, one.target)
    was, moved = share(then), change(judged(values, one.measure, one.target), then)
    trend = {"share_before": was.share, "n_before": was.n, "gained": moved.gained, "lost": moved.lost}
    return base | named | trend | {"trend": moved.words}
