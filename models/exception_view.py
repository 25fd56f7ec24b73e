"""Exceptions as a page lists them: by state, by whose account, by kind, and how often a rule was right."""

from __future__ import annotations

from datetime import date

import polars as pl

from models.findings import DETRACTOR, WAITING_ON_US
from models.wilson import low_and_high

OPEN, BEYOND, SNOOZED, FALSE, MENDED = "open", "beyond", "snoozed", "false", "mended"
STATES = {
    OPEN: "Open",
    BEYOND: "Over the budget",
    SNOOZED: "Snoozed",
    FALSE: "Judged false",
    MENDED: "Mended",
}
"""Where an exception stands; each is in exactly one state."""

BUDGET = 15
"""New exceptions a week for each CSM, unless the settings say otherwise."""
BUDGET_SETTING = "alert_budget"
ALWAYS = (DETRACTOR, WAITING_ON_US)
"""Kinds that people wait for an answer to: they are due in days and never left out."""
_OLDEST = 26


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


def within(exceptions: pl.DataFrame, as_of: date, budget: int) -> pl.DataFrame:
    """Which exceptions fit the alert budget, a row each.

    In: exceptions with csm_id and priority beside them. Week by week (ending on as_of's weekday, at most 26
    back) each CSM gets the `budget` with most at stake among the new ones and those left over from the
    weeks before; what was let in stays in. `ALWAYS` kinds come on top. Out: exception_id.
    """
    week = ((pl.lit(as_of) - pl.col("first_seen")).dt.total_days() // 7).clip(0, _OLDEST)
    closed = ((pl.lit(as_of) - pl.col("closed_on")).dt.total_days() // 7).clip(-1, _OLDEST)
    free = pl.col("kind").is_in(list(ALWAYS))
    waiting = exceptions.filter(~free).select(
        "exception_id", "csm_id", at_stake(), "severity", week=week, closed=closed.fill_null(-1)
    )
    let_in = [exceptions.filter(free).select("exception_id")]
    for past in range(_OLDEST, -1, -1):
        there = waiting.filter((pl.col("week") >= past) & (pl.col("closed") <= past))
        best = there.sort("at_stake", "severity", "exception_id", descending=[True, True, False])
        chosen = best.group_by("csm_id", maintain_order=True).head(budget).select("exception_id")
        let_in.append(chosen)
        waiting = waiting.join(chosen, on="exception_id", how="anti")
    return pl.concat(let_in).sort("exception_id")


def at_stake() -> pl.Expr:
    """Severity x priority; 0 where no MRR is known."""
    return (pl.col("severity") * pl.col("priority").fill_null(0)).alias("at_stake")


def narrowed(
    exceptions: pl.DataFrame,
    today: date,
    *,
    state: str,
    csm: str | None = None,
    segment: str | None = None,
    budgeted: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """The exceptions of one state, CSM and segment; where most is at stake first, mended ones by day.

    In: exceptions with csm_id, segment and priority (risk share x MRR) beside them; `budgeted` (`within`)
    says which fit the alert budget, without it all do. Out: the same with
    `state`. At stake is severity x priority; severity alone where no MRR is known.
    """
    wanted = [pl.col("state") == state]
    wanted += [pl.col("csm_id") == csm] if csm else []
    wanted += [pl.col("segment") == segment] if segment else []
    stated = exceptions.with_columns(state_on(today))
    if budgeted is not None:
        fits = pl.col("exception_id").is_in(budgeted["exception_id"].implode())
        beyond = (pl.col("state") == OPEN) & ~fits
        stated = stated.with_columns(state=pl.when(beyond).then(pl.lit(BEYOND)).otherwise("state"))
    placed = stated.filter(*wanted)
    order = ["closed_on", at_stake(), "severity", "exception_id"]
    return placed.sort(order, descending=[True, True, True, False], nulls_last=True)


def counts(exceptions: pl.DataFrame) -> dict[str, int]:
    """How many there are of each kind."""
    return dict(exceptions.group_by("kind").len().iter_rows())


def precision(exceptions: pl.DataFrame) -> pl.DataFrame:
    """How often each kind was judged true, by those who looked; most judged first.

    Out: kind, right, early (judged premature), judged, low and high (Wilson's 95 % of right / judged).
    """
    judged = exceptions.drop_nulls("verdict")
    low, high = low_and_high(pl.col("right"), pl.col("judged"))
    return (
        judged.group_by("kind")
        .agg(
            right=(pl.col("verdict") == "true").sum().cast(pl.Int64),
            early=(pl.col("verdict") == "premature").sum().cast(pl.Int64),
            judged=pl.len().cast(pl.Int64),
        )
        .with_columns(low=low, high=high)
        .sort("judged", "kind", descending=[True, False])
    )


def earlier(exceptions: pl.DataFrame, exception_id: int) -> pl.DataFrame:
    """The times the same account had the same kind of exception before this one, newest first."""
    this = exceptions.row(by_predicate=pl.col("exception_id") == exception_id, named=True)
    same = (pl.col("account_id") == this["account_id"]) & (pl.col("kind") == this["kind"])
    before = exceptions.filter(same & (pl.col("first_seen") < this["first_seen"]))
    return before.sort("first_seen", "exception_id", descending=True)
