"""The paths, and where everybody stands, as flat tables: what the screen lists and an export holds."""

from __future__ import annotations

import polars as pl

from models.contracts import Column, Contract
from models.facts import DAY, REAL, TEXT, WHOLE
from models.paths.frames import STEPS
from models.paths.funnel import FUNNEL
from models.paths.progress_frames import PRESCRIBED, PROGRESS

PATH_TABLE = Contract(
    "path_table",
    (
        *PRESCRIBED.columns,
        Column("n", WHOLE, doc="successful accounts of the found path that did it; null for others"),
        Column("base_rate", REAL, doc="share of all decided accounts that did it"),
        Column("lift", REAL, doc="share of success with the step, over that without"),
        Column("lift_low", REAL, doc="95 % interval"),
        Column("lift_high", REAL),
        Column("accounts", WHOLE, required=True, doc="the viewer's accounts on this path"),
        Column("done", WHOLE, required=True, doc="of these, how many did the step"),
        Column("share", REAL, doc="done / accounts"),
        Column("waiting", WHOLE, required=True, doc="it is the next step of so many"),
        Column("stuck", WHOLE, required=True),
        Column("skipped", WHOLE, required=True),
    ),
    key=("path_key", "step"),
)
"""One row a step of each path in force: what it is, what the search found, and how far the book is."""

_LISTS = ("skipped", "swapped", "looped")

PROGRESS_TABLE = Contract(
    "progress_table",
    (
        Column("account_id", TEXT, required=True),
        Column("name", TEXT, required=True),
        Column("segment", TEXT),
        Column("csm_id", TEXT),
        Column("mrr", REAL, doc="a month, in `currency`"),
        Column("currency", TEXT),
        Column("renewal_on", DAY),
        *(
            Column(column.name, TEXT, True, f"{column.doc}; joined with ;")
            if column.name in _LISTS
            else column
            for column in PROGRESS.columns
            if column.name != "account_id"
        ),
    ),
    key=("account_id",),
)
"""`PROGRESS` with who the account is; lists as text."""


def path_table(steps: pl.DataFrame, funnel: pl.DataFrame, found: pl.DataFrame) -> pl.DataFrame:
    """Every step of the paths in force; columns of `PATH_TABLE`.

    In: `PRESCRIBED`, `FUNNEL` of the accounts that count, and `frames.STEPS` of the discovery.
    """
    learned = STEPS.check(found).select(
        "event",
        "nth",
        "n",
        "base_rate",
        "lift",
        "lift_low",
        "lift_high",
        path_key=pl.format("found {}", "path"),
    )
    counted = FUNNEL.check(funnel).drop("path", "position", "label", "kind")
    joined = steps.join(counted, on=["path_key", "step"], how="left", maintain_order="left").join(
        learned, on=["path_key", "event", "nth"], how="left", maintain_order="left"
    )
    counts = ("accounts", "done", "waiting", "stuck", "skipped")
    return PATH_TABLE.check(joined.with_columns(pl.col(*counts).fill_null(0)))


def progress_table(progress: pl.DataFrame, scores: pl.DataFrame) -> pl.DataFrame:
    """Where everybody stands, by name; columns of `PROGRESS_TABLE`. In: `PROGRESS`, `snapshot.SCORES`."""
    who = scores.select("account_id", "name", "segment", "csm_id", "mrr", "currency", "renewal_on")
    told = progress.with_columns(pl.col(*_LISTS).list.join("; "))
    return PROGRESS_TABLE.check(told.join(who, on="account_id").sort("name", "account_id"))
