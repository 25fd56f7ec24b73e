"""Retention month by month: every figure of the Retention page in one long frame."""

from __future__ import annotations

from datetime import date

import polars as pl

from models.bridge import PARTS, bridge
from models.contracts import Column, Contract
from models.facts import DAY, REAL, TEXT, WHOLE
from models.ledger import Ledger, ledger, month_ends
from models.retention import logo_retention, logo_rows, revenue_retention, revenue_rows

RETENTION_SERIES = Contract(
    "retention_series",
    (
        Column("until", DAY, required=True, doc="a month's last day; the snapshot's day last"),
        Column("currency", TEXT, required=True, doc="empty for figures that count accounts"),
        Column("figure", TEXT, required=True),
        Column("value", REAL, doc="a share, or MRR; null without a base"),
        Column("accounts", WHOLE, doc="accounts in the base of a rate; null for amounts"),
    ),
    key=("until", "currency", "figure"),
)


def series(
    accounts: pl.DataFrame, subscriptions: pl.DataFrame, as_of: date, months: int = 24
) -> pl.DataFrame:
    """Logo retention, GRR, NRR (12-month base) and the MRR bridge at each month's end: `RETENTION_SERIES`.

    In: `ACCOUNTS` and `SUBSCRIPTIONS`; nothing after `as_of` counts. The current month ends on `as_of`.
    """
    book = ledger(accounts, subscriptions, as_of)
    days = month_ends(as_of, months)[1:]
    rates = [rates_on(book, day) for day in days]
    return RETENTION_SERIES.check(
        pl.concat([*rates, _amounts(book, months)]).sort("until", "figure", "currency")
    )


def rates_on(book: Ledger, day: date) -> pl.DataFrame:
    """Logo retention, GRR and NRR over the 12 months to one day; columns of `RETENTION_SERIES`."""
    logos = logo_retention(logo_rows(book, day)).select(
        currency=pl.lit(""), figure=pl.lit("logo retention"), value="rate", accounts="accounts"
    )
    money = revenue_retention(revenue_rows(book, day))
    parts = [
        money.select("currency", figure=pl.lit(name.upper()), value=name, accounts="accounts")
        for name in ("grr", "nrr")
    ]
    return pl.concat([logos, *parts]).select(pl.lit(day).alias("until"), pl.all())


def _amounts(book: Ledger, months: int) -> pl.DataFrame:
    named = ["opening", *PARTS, "closing"]
    return (
        bridge(book, months)
        .unpivot(named, index=["until", "currency"], variable_name="figure", value_name="value")
        .with_columns(figure=pl.format("MRR {}", "figure"), accounts=pl.lit(None, pl.Int64))
    )
