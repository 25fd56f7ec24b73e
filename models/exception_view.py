"""Exceptions as a page lists them: by state, by whose account, by kind, and how often a rule was right."""

from __future__ import annotations

from datetime import date

import polars as pl

OPEN, SNOOZED, FALSE, MENDED = "open", "snoozed", "false", "mended"
STATES = {OPEN: "Open", SNOOZED: "Snoozed", FALSE: "Judged false", MENDED: "Mended"}
"""Where an exception stands; each is in exactly one state."""


def state_on(today: date) -> pl.Expr:
    """Where each exception stands today: mended, judged false, snoozed or open."""
    return (
        pl.when(pl.col("closed_on").is_not_null())
        .then(pl.lit(MENDED))
        .when(pl.col("verdict") == "false")
        .then(pl.lit(FALSE))
        .when(pl.col("snoozed_until") > today)
        .then(pl.lit(SNOOZED))
        .otherwise(pl.lit(OPEN))
        .alias("state")
    )


def narrowed(
    exceptions: pl.DataFrame, today: date, *, state: str, csm: str | None = None, segment: str | None = None
) -> pl.DataFrame:
    """The exceptions of one state, CSM and segment; where most is at stake first, mended ones by day.

    In: exceptions with csm_id, segment and priority (risk share x MRR) beside them. Out: the same with
    `state`. At stake is severity x priority; severity alone where no MRR is known.
    """
    wanted = [pl.col("state") == state]
    wanted += [pl.col("csm_id") == csm] if csm else []
    wanted += [pl.col("segment") == segment] if segment else []
    placed = exceptions.with_columns(state_on(today)).filter(*wanted)
    at_stake = pl.col("severity") * pl.col("priority").fill_null(0)
    order = ["closed_on", at_stake, "severity", "exception_id"]
    return placed.sort(order, descending=[True, True, True, False], nulls_last=True)


def counts(exceptions: pl.DataFrame) -> dict[str, int]:
    """How many there are of each kind."""
    return dict(exceptions.group_by("kind").len().iter_rows())


def precision(exceptions: pl.DataFrame) -> pl.DataFrame:
    """How often each kind was judged true, by those who looked: kind, right, judged; most judged first."""
    judged = exceptions.drop_nulls("verdict")
    return (
        judged.group_by("kind")
        .agg(right=(pl.col("verdict") == "true").sum().cast(pl.Int64), judged=pl.len().cast(pl.Int64))
        .sort("judged", "kind", descending=[True, False])
    )
