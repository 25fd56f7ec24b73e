"""Handoffs between teams as known on a day: taken over, still waiting, handed on past somebody, or lost."""

from __future__ import annotations

from datetime import date

import polars as pl

from models.book import as_known
from models.contracts import Column, Contract
from models.facts import DAY, REAL, TEXT

ACCEPTED, WAITING, PASSED, LEFT = "taken over", "waiting", "passed on", "left"
STATES = {
    ACCEPTED: "the next team took it over",
    WAITING: "nobody took it over yet",
    PASSED: "no acceptance on record, but it was handed on or handed over again later",
    LEFT: "the customer left before anybody took it over",
}

STEPS = Contract(
    "handoff_steps",
    (
        Column("account_id", TEXT, required=True),
        Column("step", TEXT, required=True, doc="from → to"),
        Column("from_team", TEXT, required=True),
        Column("to_team", TEXT, required=True),
        Column("handed_on", DAY, required=True),
        Column("accepted_on", DAY, doc="null when nobody had taken it over by as_of"),
        Column("state", TEXT, required=True, doc="a key of STATES"),
        Column("ended_on", DAY, required=True, doc="taken over, or the last day it was watched"),
        Column("days", REAL, required=True, doc="from handed_on to ended_on, never below 0"),
    ),
    key=("account_id", "from_team", "to_team", "handed_on"),
)

HOLDS = Contract(
    "team_holds",
    (
        Column("account_id", TEXT, required=True),
        Column("team", TEXT, required=True),
        Column("from_on", DAY, required=True, doc="taken over; for the first team, signed"),
        Column("to_on", DAY, doc="handed on; null while the team holds the account, or held it to the end"),
        Column("ended_on", DAY, required=True, doc="to_on, the day the customer left, or as_of"),
        Column("state", TEXT, required=True, doc="handed on, there, left"),
        Column("start_day", REAL, doc="days from signing (or the first handoff) to from_on"),
        Column("days", REAL, required=True, doc="from_on to ended_on"),
    ),
)


def step_name(giver: str, taker: str) -> str:
    """What a step is called: "sales → onboarding"."""
    return f"{giver} → {taker}"


def steps(handoffs: pl.DataFrame, accounts: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Every handoff known on `as_of` with its state and how long it took or has been waiting; `STEPS`.

    In: `facts.HANDOFFS`, `facts.ACCOUNTS`. An acceptance after `as_of` is not known yet. Waiting ends,
    without being taken over, when the customer leaves, and when a later handoff of the account comes from
    the team that should have taken it or from the one that gave it: then somebody had it. An acceptance
    dated before the handoff took 0 days.
    """
    ends = _ends(accounts, as_of)
    known = handoffs.filter(pl.col("handed_on") <= as_of).with_columns(
        accepted_on=pl.when(pl.col("accepted_on") <= as_of).then("accepted_on")
    )
    moved = _moved_on(known)
    rows = known.join(ends, on="account_id", how="left").join(
        moved, on=list(STEPS.key), how="left", maintain_order="left"
    )
    earliest = pl.min_horizontal("moved_on", "gone_on")
    state = (
        pl.when(pl.col("accepted_on").is_not_null())
        .then(pl.lit(ACCEPTED))
        .when(earliest.is_null())
        .then(pl.lit(WAITING))
        .when(pl.col("moved_on") <= earliest)
        .then(pl.lit(PASSED))
        .otherwise(pl.lit(LEFT))
    )
    dated = rows.with_columns(
        step=pl.format("{} → {}", "from_team", "to_team"),
        state=state,
        ended_on=pl.max_horizontal("handed_on", pl.coalesce("accepted_on", earliest, pl.lit(as_of))),
    )
    return STEPS.check(
        dated.with_columns(days=_days("handed_on", "ended_on")).sort("handed_on", "account_id", "step")
    )


def holds(found: pl.DataFrame, accounts: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Which team held each account when; `HOLDS`, by account and day.

    In: `STEPS` and `facts.ACCOUNTS`. A team holds an account from the day it took it over to the day it
    handed it on; the team of the first handoff, from the day of signing. Between handing over and taking
    over nobody does: that is the hole.
    """
    signed = as_known(accounts, as_of).select("account_id", "signed_on")
    first = (
        found.sort("handed_on", "ended_on")
        .unique("account_id", keep="first", maintain_order=True)
        .join(signed, on="account_id", how="left")
        .with_columns(origin=pl.min_horizontal("signed_on", "handed_on"))
    )
    begun = pl.concat(
        [
            first.select("account_id", team="from_team", from_on="origin"),
            found.drop_nulls("accepted_on").select("account_id", team="to_team", from_on="accepted_on"),
        ]
    ).unique(maintain_order=True)
    given = found.select("account_id", team="from_team", given_on="handed_on")
    let_go = (
        begun.join(given, on=["account_id", "team"])
        .filter(pl.col("given_on") >= pl.col("from_on"))
        .group_by("account_id", "team", "from_on")
        .agg(to_on=pl.col("given_on").min())
    )
    rows = (
        begun.join(let_go, on=["account_id", "team", "from_on"], how="left")
        .join(_ends(accounts, as_of), on="account_id", how="left")
        .join(first.select("account_id", "origin"), on="account_id", how="left")
    )
    gone = pl.col("to_on").is_null() & pl.col("gone_on").is_not_null()
    dated = rows.with_columns(
        state=pl.when(pl.col("to_on").is_not_null())
        .then(pl.lit("handed on"))
        .when(gone)
        .then(pl.lit("left"))
        .otherwise(pl.lit("there")),
        ended_on=pl.max_horizontal("from_on", pl.coalesce("to_on", "gone_on", pl.lit(as_of))),
        start_day=_days("origin", "from_on"),
    )
    return HOLDS.check(dated.with_columns(days=_days("from_on", "ended_on")).sort("account_id", "from_on"))


def _ends(accounts: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """The day each account was no longer a customer, for those that are not; account_id, gone_on."""
    gone = pl.min_horizontal("churned_on", "outcome_on")
    return as_known(accounts, as_of).select("account_id", gone_on=gone).drop_nulls("gone_on")


def _moved_on(known: pl.DataFrame) -> pl.DataFrame:
    """For handoffs without acceptance: the first later one that shows somebody had it."""
    opened = known.filter(pl.col("accepted_on").is_null()).drop("accepted_on")
    later = known.select("account_id", later_from="from_team", later_on="handed_on")
    had_it = (pl.col("later_from") == pl.col("to_team")) | (pl.col("later_from") == pl.col("from_team"))
    return (
        opened.join(later, on="account_id")
        .filter((pl.col("later_on") > pl.col("handed_on")) & had_it)
        .group_by(list(STEPS.key))
        .agg(moved_on=pl.col("later_on").min())
    )


def _days(first: str, last: str) -> pl.Expr:
    return (pl.col(last) - pl.col(first)).dt.total_days().clip(0).cast(pl.Float64)
