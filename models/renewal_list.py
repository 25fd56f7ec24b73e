"""Who renews when: the open renewals with what is known of each, and those that are due or over."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl

from models.contracts import Column, Contract
from models.facts import DAY, REAL, TEXT, TIME, WHOLE

RENEWALS = Contract(
    "renewals",
    (
        Column("account_id", TEXT, required=True),
        Column("name", TEXT, required=True),
        Column("due_on", DAY, required=True),
        Column("days", WHOLE, required=True, doc="from the snapshot's day; below 0: past"),
        Column("mrr", REAL),
        Column("currency", TEXT),
        Column("risk", REAL, doc="0-100; null for who left"),
        Column("quadrant", TEXT),
        Column("path", TEXT, doc="where the account stands; null where no path is adopted"),
        Column("path_step", TEXT),
        Column("path_state", TEXT),
        Column("last_contact_on", DAY),
        Column("said", TEXT, doc="the last comment in a survey"),
        Column("said_on", DAY),
        Column("told", TEXT, doc="won or lost as the data tells; null while open or not settled"),
        Column("result", TEXT, doc="won or lost as a person recorded it"),
        Column("reason", TEXT),
        Column("note", TEXT),
        Column("recorded_by", TEXT),
        Column("recorded_at", TIME),
        Column("result_id", WHOLE),
        Column("version", WHOLE),
        Column("csm_id", TEXT),
        Column("segment", TEXT),
    ),
    key=("account_id", "due_on"),
)

LOOK_BACK = timedelta(days=120)
_PATH = ("path", "path_step", "path_state")


def renewals(
    scores: pl.DataFrame,
    past: pl.DataFrame,
    accounts: pl.DataFrame,
    responses: pl.DataFrame,
    results: pl.DataFrame,
    as_of: date,
) -> pl.DataFrame:
    """Every renewal from 120 days back on: `RENEWALS`, by due day.

    In: `SCORES` (the open ones), `RENEWAL_ROWS` of the same ledger (those that came due), `ACCOUNTS`,
    `SURVEY_RESPONSES` and `RENEWAL_RESULTS`. What the data tells is settled 31 days after the due day.
    """
    ahead = scores.filter(pl.col("renewal_on") >= as_of).select(
        "account_id", "mrr", "currency", due_on="renewal_on", told=pl.lit(None, pl.String)
    )
    told = pl.when(pl.col("won")).then(pl.lit("won")).otherwise(pl.lit("lost"))
    over = (
        past.filter(pl.col("due_on") > as_of - LOOK_BACK)
        .sort("mrr_then", descending=True)
        .unique(["account_id", "due_on"], keep="first", maintain_order=True)
        .select("account_id", "currency", "due_on", mrr="mrr_then", told=told)
    )
    both = pl.concat([ahead, over.select(ahead.columns)]).unique(["account_id", "due_on"], keep="first")
    known = scores.select("account_id", "risk", "quadrant", "last_contact_on", *_paths(scores))
    names = accounts.select("account_id", pl.coalesce("name", "account_id"), "csm_id", "segment")
    recorded = results.drop("withdrawn_at")
    rows = (
        both.join(names, on="account_id")
        .join(known, on="account_id", how="left")
        .join(_said(responses), on="account_id", how="left")
        .join(recorded, on=["account_id", "due_on"], how="left")
        .with_columns(days=(pl.col("due_on") - pl.lit(as_of)).dt.total_days())
    )
    return RENEWALS.check(rows.sort("due_on", "account_id"))


def due_now(rows: pl.DataFrame) -> pl.DataFrame:
    """Renewals that came due and nobody recorded, settled or not. In and out: `RENEWALS`."""
    return rows.filter((pl.col("days") <= 0) & pl.col("result").is_null())


def disagree(rows: pl.DataFrame) -> pl.DataFrame:
    """Renewals where the data tells otherwise than what a person recorded. In and out: `RENEWALS`."""
    return rows.filter(pl.col("told") != pl.col("result"))


def _paths(scores: pl.DataFrame) -> list[pl.Expr]:
    return [pl.col(name) if name in scores.columns else pl.lit(None, pl.String).alias(name) for name in _PATH]


def _said(responses: pl.DataFrame) -> pl.DataFrame:
    wrote = responses.filter(pl.col("comment").str.strip_chars().str.len_chars() > 0).sort("responded_at")
    return wrote.group_by("account_id").agg(
        said=pl.col("comment").last(), said_on=pl.col("responded_at").last().dt.date()
    )
