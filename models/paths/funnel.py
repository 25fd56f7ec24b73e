"""How far the book has come on each path: step by step, and by state."""

from __future__ import annotations

import polars as pl

from models.contracts import Column, Contract
from models.facts import REAL, TEXT, WHOLE
from models.paths.picture import ORDER
from models.paths.progress_frames import STUCK

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

STATES_BY = Contract(
    "path_states_by",
    (
        Column("of", TEXT, required=True, doc="a CSM, a segment, a cohort or a path"),
        Column("accounts", WHOLE, required=True),
        *(Column(state, WHOLE, required=True, doc="accounts in this state") for state in ORDER),
        Column("stuck_share", REAL, required=True, doc="of the accounts of its group, 0-1"),
    ),
    key=("of",),
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


def states_by(rows: pl.DataFrame, of: str) -> pl.DataFrame:
    """How many accounts of each group are in each state; columns of `STATES_BY`, most stuck first.

    In: one row an account with `state` and the column `of`.

    >>> rows = pl.DataFrame({"csm": ["Eva", "Eva", "Jo"], "state": ["stuck", "done", "done"]})
    >>> states_by(rows, "csm").select("of", "accounts", "stuck", "done", "stuck_share").rows()
    [('Eva', 2, 1, 1, 0.5), ('Jo', 1, 0, 1, 0.0)]
    """
    counts = [(pl.col("state") == state).sum().cast(pl.Int64).alias(state) for state in ORDER]
    counted = rows.group_by(of=pl.col(of)).agg(*counts, accounts=pl.len().cast(pl.Int64))
    told = counted.with_columns(stuck_share=pl.col(STUCK) / pl.col("accounts"))
    return STATES_BY.check(told.sort("stuck_share", "of", descending=[True, False]))
