"""Lists as calendar entries: what is to be done on which day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import polars as pl


def call_entries(calls: pl.DataFrame, today: date) -> pl.DataFrame:
    """Calls as calendar entries: account_id, account, due_on, summary, description.

    `today`: the day that their list is for; none is due before it.
    """
    due = pl.coalesce("due_on", pl.lit(today))
    who = pl.concat_str("contact_name", "phone", "email", separator=", ", ignore_nulls=True)
    return calls.select(
        "account_id",
        account="name",
        due_on=pl.max_horizontal(due, pl.lit(today)),
        summary=pl.format("Call {}", "name"),
        description=pl.concat_str(who, pl.col("reasons").list.join("\n"), "talk_track", separator="\n\n"),
    )


def exception_entries(exceptions: pl.DataFrame, today: date) -> pl.DataFrame:
    """Open exceptions on the day they are due (today where none is set, or it has passed)."""
    named = pl.coalesce("name", "account_id")
    return exceptions.select(
        account_id=pl.format("{}-{}", "account_id", "kind"),
        account=named,
        due_on=pl.max_horizontal(pl.coalesce("due_on", pl.lit(today)), pl.lit(today)),
        summary=pl.format("{}: {}", named, pl.col("kind").str.replace_all("_", " ")),
        description=pl.concat_str("sentence", "prescription", separator="\n\n"),
    )


def renewal_entries(accounts: pl.DataFrame, today: date) -> pl.DataFrame:
    """Accounts on the day they renew; those without a day to come are left out."""
    named = pl.coalesce("name", "account_id")
    return accounts.filter(pl.col("renewal_on") >= today).select(
        "account_id",
        account=named,
        due_on="renewal_on",
        summary=pl.format("Renewal: {}", named),
        description=pl.format("Risk {} of 100.", pl.col("risk").round(0)).fill_null("Risk not known."),
    )


CALENDARS: dict[str, Callable[[pl.DataFrame, date], pl.DataFrame]] = {
    "calls": call_entries,
    "exceptions": exception_entries,
    "accounts": renewal_entries,
}
"""The exports that can be a calendar."""
