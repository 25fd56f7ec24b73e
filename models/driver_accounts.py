"""Who stands behind a success driver: those who did it early, and those they are compared with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from models.contracts import Column, Contract
from models.driver_activities import Activity

STRATUM = ("segment", "cohort")
"""Accounts are compared within these: segment and signing half-year."""

MOST = 60
"""So many of the clearest drivers keep their accounts: each costs a mark an account in every snapshot."""

_NAMES = pl.List(pl.String())

DRIVER_ACCOUNTS = Contract(
    "driver_accounts",
    (
        Column("account_id", pl.String(), required=True),
        Column("segment", pl.String()),
        Column("signed_on", pl.Date(), required=True),
        Column("decided_on", pl.Date(), required=True),
        Column("succeeded", pl.Boolean(), required=True),
        Column("did", _NAMES, required=True, doc="the drivers it is counted under as having done them"),
        Column("did_not", _NAMES, required=True, doc="those it is counted under as not having done them"),
    ),
    key=("account_id",),
)

CHOSEN = Contract(
    "driver_rows",
    (
        Column("account_id", pl.String(), required=True),
        Column("segment", pl.String()),
        Column("signed_on", pl.Date(), required=True),
        Column("did", pl.Boolean(), required=True, doc="did it by the landmark"),
        Column("succeeded", pl.Boolean(), required=True),
        Column("decided_on", pl.Date(), required=True, doc="day of the newest known result"),
    ),
    key=("account_id",),
)


@dataclass(frozen=True)
class Early:
    """What was done by a landmark: `there` is who was open then, `counts` how often each did what."""

    activity: Activity
    landmark: int
    there: pl.DataFrame
    counts: pl.DataFrame


def name() -> pl.Expr:
    """A driver's name among those of a snapshot: "contact support at least twice, first 30 days"."""
    return pl.format("{}, first {} days", "driver", "landmark")


def behind(decided: pl.DataFrame, listed: pl.DataFrame, looked: Sequence[Early]) -> pl.DataFrame:
    """One row an account that one of the `MOST` first drivers counts, with their names; `DRIVER_ACCOUNTS`.

    `listed`: the drivers, clearest first, with `driver_key`, `activity`, `landmark`, `times` and `driver`.
    As in their figures, only segments and half-years count where somebody did it and somebody did not.
    """
    sides = [_sides(listed.head(MOST), early) for early in looked]
    rows = pl.concat([frame for frame in sides if frame.height])
    named = rows.group_by("account_id").agg(
        did=pl.col("name").filter(pl.col("does")).sort(),
        did_not=pl.col("name").filter(~pl.col("does")).sort(),
    )
    told = decided.select("account_id", "segment", "signed_on", "decided_on", "succeeded")
    return DRIVER_ACCOUNTS.check(named.join(told, on="account_id").sort("account_id"))


def of(accounts: pl.DataFrame, driver: str) -> pl.DataFrame:
    """The rows of `DRIVER_ACCOUNTS` that one driver counts, who did it first; columns of `CHOSEN`."""
    did = pl.col("did").list.contains(driver)
    counted = accounts.filter(did | pl.col("did_not").list.contains(driver)).with_columns(did=did)
    return CHOSEN.check(counted.sort("did", "succeeded", "account_id", descending=[True, False, False]))


def _sides(listed: pl.DataFrame, early: Early) -> pl.DataFrame:
    """account_id, name, does: a row for each driver of this look and each account it counts."""
    mine = listed.filter(
        (pl.col("activity") == early.activity.name) & (pl.col("landmark") == early.landmark)
    ).select("driver_key", "times", name=name())
    done = early.counts.select("account_id", "driver_key", "done")
    rows = (
        early.there.select("account_id", *STRATUM)
        .join(mine, how="cross")
        .join(done, on=["account_id", "driver_key"], how="left")
        .with_columns(does=(pl.col("done") >= pl.col("times")).fill_null(value=False))
    )
    both = pl.col("does").any() & (~pl.col("does")).any()
    return rows.filter(both.over("name", *STRATUM)).select("account_id", "name", "does")
