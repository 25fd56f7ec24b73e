"""The pulse: a CSM's own judgement of an account, kept beside the scores and never mixed into them."""

from __future__ import annotations

from datetime import date

import polars as pl

from models.contracts import Column, Contract
from models.facts import DAY, TEXT, TIME, WHOLE

LEVELS: dict[int, str] = {6: "thriving", 5: "steady", 4: "fine", 3: "uneasy", 2: "shaky", 1: "leaving"}
"""The six steps, best first."""

LONGEST_REASON = 300

PULSES = Contract(
    "pulses",
    (
        Column("pulse_id", WHOLE, required=True),
        Column("account_id", TEXT, required=True),
        Column("level", WHOLE, required=True, doc="1 (leaving) to 6 (thriving)"),
        Column("reason", TEXT, required=True),
        Column("given_at", TIME, required=True),
        Column("given_by", TEXT, required=True),
        Column("withdrawn_at", TIME, doc="null while it stands"),
        Column("version", WHOLE, required=True),
    ),
    key=("pulse_id",),
)

NEWEST = Contract(
    "newest_pulse",
    (
        Column("account_id", TEXT, required=True),
        Column("pulse", TEXT, required=True, doc="one of LEVELS"),
        Column("pulse_reason", TEXT, required=True),
        Column("pulse_on", DAY, required=True),
        Column("pulse_by", TEXT, required=True),
    ),
    key=("account_id",),
)


def newest(pulses: pl.DataFrame, as_of: date | None = None) -> pl.DataFrame:
    """The pulse that stands for each account; accounts without one have no row.

    In: `PULSES`. Out: `NEWEST`. With `as_of`, those given by that day. A pulse that was withdrawn never
    stands, so the one before it does again.
    """
    standing = pulses.filter(pl.col("withdrawn_at").is_null())
    if as_of is not None:
        standing = standing.filter(pl.col("given_at").dt.date() <= as_of)
    last = standing.sort("given_at", "pulse_id").group_by("account_id", maintain_order=True).last()
    return NEWEST.check(
        last.select(
            "account_id",
            pulse=word(),
            pulse_reason="reason",
            pulse_on=pl.col("given_at").dt.date(),
            pulse_by="given_by",
        ).sort("account_id")
    )


def word() -> pl.Expr:
    """The column `level` in words."""
    return pl.col("level").replace_strict(LEVELS, return_dtype=pl.String)
