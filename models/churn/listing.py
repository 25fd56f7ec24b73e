"""The live book by how likely each account leaves, with the reasons: what is shown and exported."""

from __future__ import annotations

import polars as pl

from models.contracts import Column, Contract
from models.facts import DAY, REAL, TEXT

LEAVING = Contract(
    "churn",
    (
        Column("account_id", TEXT, required=True),
        Column("name", TEXT, required=True),
        Column("segment", TEXT),
        Column("csm_id", TEXT),
        Column("mrr", REAL),
        Column("currency", TEXT),
        Column("churn", REAL, doc="chance of leaving at the decision, 0-1; null without a signal"),
        Column("churn_on", DAY, doc="the decision that is meant, or the end of the horizon"),
        Column("risk", REAL, doc="0-100, transparent points"),
        Column("priority", REAL, doc="what ranks: chance (else risk share) x MRR"),
        Column("reasons", TEXT, doc="the weightiest first"),
        Column("churn_outside", TEXT, doc="how it differs from what the model was trained on, if it does"),
    ),
    key=("account_id",),
)


def leaving(scores: pl.DataFrame, reasons: pl.DataFrame) -> pl.DataFrame:
    """The likeliest to leave first; by risk where no model has a signal.

    In: `snapshot.SCORES` and `words.REASONS` of the same snapshot. Out: `LEAVING`.
    """
    strongest = reasons.sort(pl.col("log_odds").abs(), "family", descending=[True, False])
    told = strongest.group_by("account_id", maintain_order=True).agg(reasons=pl.col("sentence").str.join(" "))
    rows = scores.join(told, on="account_id", how="left")
    order = rows.sort(
        "churn", "risk", "account_id", descending=[True, True, False], nulls_last=[True, True, False]
    )
    return LEAVING.check(order)
