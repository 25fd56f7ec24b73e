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

SHORTEST_TERM = 80
TERM_MONTHS = (3, 6, 12, 24, 36)
DAYS_A_MONTH = 365.25 / 12

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


def ends_as_known(subscriptions: pl.DataFrame, as_of: date, until: date) -> pl.DataFrame:
    """The subscriptions with every end made unknown that came true after `as_of`, up to `until`.

    In and out: `facts.SUBSCRIPTIONS`. A period closed since then may have been planned to end there or
    cut short: on `as_of` nobody could tell which. An end that lies after `until`, the last day that the
    data know, is a plan, and stays.
    """
    since = (pl.col("ends_on") > as_of) & (pl.col("ends_on") <= until)
    return subscriptions.with_columns(ends_on=pl.when(since.not_()).then("ends_on"))


def book(
    accounts: pl.DataFrame, subscriptions: pl.DataFrame, as_of: date, *, until: date | None = None
) -> pl.DataFrame:
    """The live book on `as_of` with tenure, next decision day and MRR.

    In: `facts.ACCOUNTS` and `facts.SUBSCRIPTIONS`; where these know more than `as_of`, give the last day
    that they know as `until` (see `ends_as_known`). Out: `BOOK`, sorted by account_id.

    `renewal_on` is the earliest end of the account's current terms (periods of at least 80 days: shorter
    ones are invoices). Only where no term tells it, the account's own `renewal_on` is used, taken back by
    terms as long as the one it completed last (a year where it completed none) to the first such day from
    `as_of` on: as imported today it would tell, on a past day, who renewed since.
    """
    known = subscriptions if until is None else ends_as_known(subscriptions, as_of, until)
    term = (pl.col("ends_on") - pl.col("starts_on")).dt.total_days() >= SHORTEST_TERM
    current = known.filter((pl.col("starts_on") <= as_of) & (pl.col("ends_on") > as_of) & term)
    ends = current.group_by("account_id").agg(term_end=pl.col("ends_on").min())
    customers = (
        live(accounts, as_of)
        .join(mrr_on(known, as_of), on="account_id", how="left")
        .join(ends, on="account_id", how="left")
        .join(_terms(known, as_of), on="account_id", how="left")
        .with_columns(
            renewal_on=pl.coalesce("term_end", _taken_back("renewal_on", "months", as_of)),
            tenure_days=(pl.lit(as_of) - pl.col("signed_on")).dt.total_days(),
        )
    )
    return BOOK.check(customers.sort("account_id"))


def _terms(subscriptions: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """account_id, months: how long the last completed term was; only whole quarters, half-years and years."""
    days = (pl.col("ends_on") - pl.col("starts_on")).dt.total_days()
    months = (days / DAYS_A_MONTH).round().cast(pl.Int64)
    over = subscriptions.filter((pl.col("ends_on") <= as_of) & (days >= SHORTEST_TERM))
    whole = over.with_columns(months=months).filter(
        pl.col("months").is_in(TERM_MONTHS)
        & (pl.col("starts_on").dt.offset_by(pl.format("{}mo", "months")) - pl.col("ends_on"))
        .dt.total_days()
        .is_between(-3, 3)
    )
    return whole.group_by("account_id").agg(pl.col("months").sort_by("ends_on", "months").last())


def _taken_back(day: str, months: str, as_of: date) -> pl.Expr:
    """The first day from `as_of` on that lies whole terms before `day`; null when `day` is past."""
    term = pl.col(months).fill_null(12)
    ahead = 12 * (pl.col(day).dt.year() - as_of.year) + pl.col(day).dt.month() - as_of.month
    passed = pl.col(day).dt.day() < as_of.day
    terms = (ahead - passed.cast(pl.Int32)) // term
    back = pl.format("-{}mo", pl.when(terms > 0).then(terms * term).otherwise(0))
    return pl.when(pl.col(day) >= as_of).then(pl.col(day).dt.offset_by(back))
