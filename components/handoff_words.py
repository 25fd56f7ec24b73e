"""Handoffs in words: who waits, how long a step takes, what came of the ones before."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl

from components import words
from models.exception_handoffs import STALE_DAYS


def headline(waiting: pl.DataFrame, today: date) -> str:
    """Who waits to be taken over, the longest by name.

    `waiting` has live accounts' open handoffs of the past year, with name, step, handed_on, days and level.
    """
    if waiting.is_empty():
        return "**Nobody is waiting between teams.** Every handoff of the past year was taken over."
    longest = waiting.sort("days", "name", descending=[True, False]).row(0, named=True)
    accounts = waiting["account_id"].n_unique()
    over = waiting.filter(pl.col("days") > pl.col("level"))["account_id"].n_unique()
    verb = "is" if accounts == 1 else "are"
    late = {0: "none past its time", accounts: "past their time" if accounts > 1 else "past its time"}.get(
        over, f"{over:,} of them past their time"
    )
    return (
        f"**{words.count(accounts, 'customer')} {verb} waiting to be taken over, {late}; the longest, "
        f"{words.plain(longest['name'])}, {words.count(int(longest['days']), 'day')}** "
        f"({words.plain(longest['step'])}, handed over on {words.day(longest['handed_on'], today)})."
    )


def stale(rows: pl.DataFrame) -> str:
    """How many handoffs stand open for so long that the record is the likelier fault; empty for none."""
    if rows.is_empty():
        return ""
    more = "handoff has" if rows.height == 1 else "handoffs have"
    return (
        f"{rows.height:,} more {more} stood open for over {STALE_DAYS} days: most likely somebody took "
        "over and nobody wrote it down. They count as open in the times below, and raise no exception."
    )


def level(row: dict[str, Any]) -> str:
    """Where a step's service level comes from; a row of `handoff_times.LEVELS`."""
    days = words.count(int(row["level"]), "day")
    if row["source"] == "chosen":
        return f"{days}, chosen"
    if row["source"] == "learned":
        return f"{days}, learned: 85 % of {row['learned_n']:,} were taken over by then"
    return f"{days}, the usual; {row['learned_n']:,} past ones are too few to learn from"


def took(row: dict[str, Any]) -> str:
    """A step's times; a row of `handoff_times.TIMES`."""
    if row["median"] is None:
        return f"{row['step']}: half are not taken over yet (n = {row['handed']:,})"
    p85 = "not reached" if row["p85"] is None else f"{row['p85']:.0f} days"
    return f"{row['step']}: median {row['median']:.0f} days, 85 % {p85} (n = {row['handed']:,})"
