"""The live book: which accounts are customers on a day, how long they have been, what they pay."""

from __future__ import annotations

from datetime import date

import polars as pl

from models.contracts import Column, Contract

BOOK = Contract(
    "book",
    (
        Column("account_id", pl.String(), required=True),
        Column("segment", pl.String(), doc="accounts that are compared with each other"),
        Column("signed_on", pl.Date(), doc="first day of the relation; null when not known"),
        Column("renewal_on", pl.Date(), doc="next decision day, from as_of on"),
        Column("tenure_days", pl.Int64(), doc="as_of - signed_on; null when not known"),
        Column("mrr", pl.Float64(), doc="a month on as_of; null when the account has no subscription"),
    ),
    key=("account_id",),
)

MRR = Contract(
    "mrr",
    (Column("account_id", pl.String(), required=True), Column("mrr", pl.Float64(), required=True)),
    key=("account_id",),
)


def as_known(accounts: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """The accounts signed by `as_of`, with every end that lies after it made unknown.

    In and out: one row an account (`facts.ACCOUNTS`). A `churned_on` after `as_of` becomes null, and so
    do `outcome` and `outcome_on` when the outcome was not known yet.

    >>> from models.facts import ACCOUNTS
    >>> row = {"account_id": "a", "signed_on": date(2024, 1, 1), "churned_on": date(2024, 6, 1)}
    >>> later = pl.DataFrame([row], schema=ACCOUNTS.schema)
    >>> as_known(later, date(2024, 5, 31))["churned_on"].to_list()
    [None]
    """
    known = pl.col("outcome_on") <= as_of
    return accounts.filter(pl.col("signed_on").is_null() | (pl.col("signed_on") <= as_of)).with_columns(
        churned_on=pl.when(pl.col("churned_on") <= as_of).then("churned_on"),
        outcome=pl.when(known).then("outcome"),
        outcome_on=pl.when(known).then("outcome_on"),
    )


def live(accounts: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """The accounts that are customers on `as_of`: signed, not churned, no outcome yet.

    In and out: one row an account (`facts.ACCOUNTS`). An unknown `signed_on` counts as signed.
    """
    known = as_known(accounts, as_of)
    return known.filter(pl.col("churned_on").is_null() & pl.col("outcome_on").is_null())


def mrr_on(subscriptions: pl.DataFrame, day: date) -> pl.DataFrame:
    """What each account pays a month on `day`: its periods that cover the day, summed.

    In: `facts.SUBSCRIPTIONS`; a period covers starts_on ≤ day < ends_on (open when null).
    Out: `MRR`, only accounts with a period on that day, currencies summed as they are.
    """
    covers = (pl.col("starts_on") <= day) & (pl.col("ends_on").is_null() | (pl.col("ends_on") > day))
    paid = subscriptions.filter(covers).group_by("account_id").agg(pl.col("mrr").sum())
    return MRR.check(paid.sort("account_id"))


def book(accounts: pl.DataFrame, subscriptions: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """The live book on `as_of` with tenure, next decision day and MRR.

    In: `facts.ACCOUNTS` and `facts.SUBSCRIPTIONS`. Out: `BOOK`, sorted by account_id. Where
    `renewal_on` is unknown or past, the earliest term end from `as_of` on among the account's current
    periods stands in.
    """
    current = subscriptions.filter((pl.col("starts_on") <= as_of) & (pl.col("ends_on") > as_of))
    ends = current.group_by("account_id").agg(term_end=pl.col("ends_on").min())
    customers = (
        live(accounts, as_of)
        .join(mrr_on(subscriptions, as_of), on="account_id", how="left")
        .join(ends, on="account_id", how="left")
        .with_columns(
            renewal_on=pl.coalesce(pl.when(pl.col("renewal_on") >= as_of).then("renewal_on"), "term_end"),
            tenure_days=(pl.lit(as_of) - pl.col("signed_on")).dt.total_days(),
        )
    )
    return BOOK.check(customers.sort("account_id"))
