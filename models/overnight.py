"""What changed between two snapshots: accounts that moved on the quadrant, exceptions new and mended."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import polars as pl

from models.contracts import Column, Contract
from models.facts import REAL, TEXT
from models.leading_causes import leading_causes
from models.snapshot import MOVES

MOVED, OPENED, MENDED = "moved", "new", "mended"

OVERNIGHT = Contract(
    "overnight",
    (
        Column("account_id", TEXT, required=True),
        Column("name", TEXT, required=True),
        Column("change", TEXT, required=True, doc="moved, new or mended"),
        Column("sentence", TEXT, required=True),
        Column("mrr", REAL),
    ),
)


def overnight(
    now: pl.DataFrame,
    before: pl.DataFrame,
    exceptions: pl.DataFrame,
    since: date,
    kinds: Mapping[str, str],
    moved: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """List what changed after `since`, the day of the earlier snapshot.

    In: `SCORES` of both snapshots; exceptions with account_id, kind, first_seen, closed_on and sentence,
    closed ones too; `kinds` names each kind on screen; `moved` (`MOVES` between the two) says why scores
    moved. Out: `OVERNIGHT`, an account and change a row: moves, then new exceptions, then mended ones, each
    by MRR. Accounts that are not in `now` are left out.
    """
    accounts = now.select("account_id", "name", "mrr")
    seen = exceptions.join(accounts, on="account_id", how="inner")
    kind = pl.col("kind").replace(dict(kinds))
    opened = seen.filter((pl.col("first_seen") > since) & pl.col("closed_on").is_null())
    mended = seen.filter(pl.col("closed_on") > since).with_columns(sentence=pl.format("{}: no longer.", kind))
    why = leading_causes(MOVES.empty() if moved is None else moved)
    parts = [_moves(now, before, why), _as(opened, OPENED), _as(mended, MENDED)]
    return OVERNIGHT.check(pl.concat(parts))


def _moves(now: pl.DataFrame, before: pl.DataFrame, why: pl.DataFrame) -> pl.DataFrame:
    scores = ("behaviour", "emotion")
    earlier = before.select("account_id", was="quadrant", **{f"{name}_was": name for name in scores})
    changed = now.join(earlier, on="account_id", how="inner").filter(pl.col("was") != pl.col("quadrant"))
    changed = changed.join(why, on="account_id", how="left")
    steps = [
        pl.when(_differs(name))
        .then(pl.format(f", {name} {{}} → {{}}{{}}", _whole(f"{name}_was"), _whole(name), _because(name)))
        .otherwise(pl.lit(""))
        for name in scores
    ]
    said = pl.concat_str(pl.format("was {}, is {} now", "was", "quadrant"), *steps, pl.lit("."))
    return _as(changed.with_columns(sentence=said), MOVED)


def _because(score: str) -> pl.Expr:
    return pl.format(" ({})", pl.col(f"{score}_why")).fill_null("")


def _differs(name: str) -> pl.Expr:
    """Both known, and not the same whole number."""
    return (pl.col(name).round(0) != pl.col(f"{name}_was").round(0)).fill_null(value=False)


def _whole(name: str) -> pl.Expr:
    return pl.col(name).round(0).cast(pl.Int64)


def _as(frame: pl.DataFrame, change: str) -> pl.DataFrame:
    rows = frame.sort("mrr", "account_id", descending=[True, False], nulls_last=True)
    return rows.select("account_id", "name", pl.lit(change).alias("change"), "sentence", "mrr")
