"""How far the book has come on each path: step by step, and by state."""

from __future__ import annotations

import polars as pl

from models.contracts import Column, Contract
from models.facts import REAL, TEXT, WHOLE

FUNNEL = Contract(
    "path_funnel",
    (
        Column("path_key", TEXT, required=True),
        Column("path", TEXT, required=True),
        Column("step", TEXT, required=True, doc="its key"),
        Column("position", WHOLE, required=True),
        Column("label", TEXT, required=True),
        Column("kind", TEXT, required=True),
        Column("accounts", WHOLE, required=True, doc="on this path"),
        Column("done", WHOLE, required=True, doc="of these, how many did the step"),
        Column("share", REAL, doc="done / accounts; null where nobody is on the path"),
        Column("waiting", WHOLE, required=True, doc="it is the next step of so many"),
        Column("stuck", WHOLE, required=True, doc="of the waiting, those stuck"),
        Column("skipped", WHOLE, required=True, doc="went on without it"),
    ),
    key=("path_key", "step"),
)

STATE_COUNTS = Contract(
    "path_state_counts",
    (
        Column("of", TEXT, doc="a CSM, segment, path or cohort; null where it is not known"),
        Column("state", TEXT, required=True),
        Column("accounts", WHOLE, required=True),
        Column("share", REAL, required=True, doc="of the accounts of its group, 0-1"),
    ),
    key=("of", "state"),
)


def funnel(steps: pl.DataFrame, progress: pl.DataFrame, times: pl.DataFrame) -> pl.DataFrame:
    """How many accounts did each step, and where the others wait; columns of `FUNNEL`, in order.

    In: `PRESCRIBED`, and the rows of `PROGRESS` and `STEP_TIMES` that count (of one CSM, say).
    """
    on = progress.filter(pl.col("path_key").is_not_null())
    sizes = on.group_by("path_key").agg(accounts=pl.len().cast(pl.Int64))
    states = on.select("account_id", standing="state", next_step="next_step")
    is_next = pl.col("step") == pl.col("next_step")
    counted = (
        times.join(states, on="account_id")
        .group_by("path_key", "step")
        .agg(
            done=(pl.col("state") == "done").sum().cast(pl.Int64),
            waiting=is_next.sum().cast(pl.Int64),
            stuck=(is_next & (pl.col("standing") == "stuck")).sum().cast(pl.Int64),
            skipped=(pl.col("state") == "skipped").sum().cast(pl.Int64),
        )
    )
    every = (
        steps.join(sizes, on="path_key", how="left", maintain_order="left")
        .join(counted, on=["path_key", "step"], how="left", maintain_order="left")
        .with_columns(pl.col("accounts", "done", "waiting", "stuck", "skipped").fill_null(0))
    )
    share = pl.when(pl.col("accounts") > 0).then(pl.col("done") / pl.col("accounts"))
    return FUNNEL.check(every.with_columns(share=share).sort("path_key", "position", maintain_order=True))


def state_counts(progress: pl.DataFrame, of: str) -> pl.DataFrame:
    """How many accounts are in each state, by any column of theirs; columns of `STATE_COUNTS`.

    In: `PROGRESS` with that column joined on.

    >>> rows = pl.DataFrame({"csm": ["Eva", "Eva"], "state": ["stuck", "done"]})
    >>> state_counts(rows, "csm")["share"].to_list()
    [0.5, 0.5]
    """
    counted = progress.group_by(of=pl.col(of).cast(pl.String), state="state").agg(
        accounts=pl.len().cast(pl.Int64)
    )
    share = pl.col("accounts") / pl.col("accounts").sum().over("of")
    return STATE_COUNTS.check(counted.with_columns(share=share).sort("of", "state", nulls_last=True))
