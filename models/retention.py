"""Retention: logo, gross and net revenue, on the 12-month base and on the renewal base.

Every rate is made of rows; the rows are functions of their own, so that a figure opens into them.
Money is per currency unless the ledger was made with rates.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import polars as pl

from models.contracts import Column, Contract
from models.facts import DAY, FLAG, REAL, TEXT
from models.ledger import Ledger, live_on, money, months_before, paid_on

BASE_MONTHS = 12
DECIDED_AFTER = 31
"""Days after a renewal day by which it is settled who stayed."""

LOGO_ROWS = Contract(
    "logo_rows",
    (
        Column("account_id", TEXT, required=True),
        Column("kept", FLAG, required=True),
        Column("ended_on", DAY, doc="null while alive"),
    ),
    key=("account_id",),
)
REVENUE_ROWS = Contract(
    "revenue_rows",
    (
        Column("account_id", TEXT, required=True),
        Column("currency", TEXT, required=True),
        Column("mrr_then", REAL, required=True, doc="above 0"),
        Column("mrr_now", REAL, required=True),
        Column("mrr_kept", REAL, required=True, doc="the smaller of the two"),
    ),
    key=("account_id", "currency"),
)
RENEWAL_ROWS = Contract(
    "renewal_rows",
    (
        Column("account_id", TEXT, required=True),
        Column("due_on", DAY, required=True),
        Column("currency", TEXT, required=True, doc="empty without a subscription"),
        Column("won", FLAG, required=True, doc="a customer 31 days after"),
        Column("mrr_then", REAL, required=True, doc="the day before, or before they left early"),
        Column("mrr_now", REAL, required=True, doc="31 days after"),
        Column("mrr_kept", REAL, required=True, doc="the smaller of the two"),
    ),
    key=("account_id", "due_on", "currency"),
)


def logo_rows(book: Ledger, day: date | None = None) -> pl.DataFrame:
    """The customers of 12 months before `day` (as_of by default), and whether they still are: `LOGO_ROWS`."""
    now = book.as_of if day is None else day
    then = months_before(now, BASE_MONTHS)
    days = live_on(book, [then, now])
    base = days.filter(pl.col("day") == then)
    kept = days.filter(pl.col("day") == now).select("account_id", kept=pl.lit(value=True))
    ended = book.lives.select("account_id", pl.when(pl.col("ended_on") <= now).then("ended_on"))
    rows = base.join(kept, on="account_id", how="left").join(ended, on="account_id", how="left")
    return LOGO_ROWS.check(rows.with_columns(pl.col("kept").fill_null(value=False)).sort("account_id"))


def logo_retention(rows: pl.DataFrame, by: Sequence[str] = ()) -> pl.DataFrame:
    """Share of customers kept: accounts, kept, rate, per group of `by`.

    In: `LOGO_ROWS`, with the columns of `by` joined on. rate = kept / accounts, null without accounts.
    """
    return _grouped(
        rows,
        by,
        pl.len().cast(pl.Int64).alias("accounts"),
        pl.col("kept").sum().cast(pl.Int64).alias("kept"),
    ).with_columns(_share("kept", "accounts").alias("rate"))


def revenue_rows(book: Ledger, day: date | None = None) -> pl.DataFrame:
    """What payers of 12 months before `day` (as_of by default) paid then and pay now: `REVENUE_ROWS`.

    An account that changed its currency left the one and is no part of the base of the other.
    """
    now = book.as_of if day is None else day
    then = months_before(now, BASE_MONTHS)
    paid = paid_on(book.periods, [then, now])
    base = paid.filter(pl.col("day") == then).drop("day").rename({"cents": "then"})
    today = paid.filter(pl.col("day") == now).drop("day").rename({"cents": "now"})
    rows = base.join(today, on=["account_id", "currency"], how="left")
    return REVENUE_ROWS.check(_then_and_now(rows).sort("currency", "account_id"))


def revenue_retention(rows: pl.DataFrame, by: Sequence[str] = ()) -> pl.DataFrame:
    """GRR and NRR: accounts, mrr_then, mrr_now, mrr_kept, grr, nrr per currency and group of `by`.

    In: `REVENUE_ROWS` or `RENEWAL_ROWS`, with the columns of `by` joined on.
    GRR = sum of min(now, then) / sum of then; NRR = sum of now / sum of then; null when nothing was paid.
    """
    totals = [pl.col(name).sum().round(2) for name in ("mrr_then", "mrr_now", "mrr_kept")]
    accounts = pl.col("account_id").n_unique().cast(pl.Int64).alias("accounts")
    return _grouped(rows, ["currency", *by], accounts, *totals).with_columns(
        _share("mrr_kept", "mrr_then").alias("grr"), _share("mrr_now", "mrr_then").alias("nrr")
    )


def renewal_rows(book: Ledger, months: int = BASE_MONTHS, *, term_months: int = 12) -> pl.DataFrame:
    """The renewals that were due and are settled, and how they went: `RENEWAL_ROWS`.

    Due days lie in the `months` up to 31 days before as_of, so that each is settled. An account's due days
    are its renewal_on and the same day of each term before it; where renewal_on isn't known, the ends of
    its subscription periods (31 days apart at least). Who left during the term counts as due and lost.
    """
    last = book.as_of - timedelta(days=DECIDED_AFTER)
    first = months_before(last, months)
    days = pl.concat([_anniversaries(book, first, last, term_months), _term_ends(book, first, last)])
    began = pl.col("due_on").dt.offset_by(f"-{term_months}mo")
    due = (
        days.join(book.lives.select("account_id", "signed_on", "ended_on"), on="account_id")
        .filter(
            (
                pl.col("signed_on").is_null()
                | (pl.col("signed_on") < pl.col("due_on") - timedelta(DECIDED_AFTER))
            )
            & (pl.col("ended_on").is_null() | (pl.col("ended_on") > began))
        )
        .with_columns(
            (pl.min_horizontal("due_on", "ended_on") - timedelta(days=1)).alias("before"),
            (pl.col("due_on") + timedelta(days=DECIDED_AFTER)).alias("after"),
        )
    )
    then = _paid_at(book, due, "before").rename({"cents": "then"})
    now = _paid_at(book, due, "after").rename({"cents": "now"})
    key = ["account_id", "due_on", "currency"]
    rows = (
        due.join(then.filter(pl.col("then") > 0), on=["account_id", "due_on"], how="left")
        .with_columns(pl.col("currency").fill_null(""), pl.col("then").fill_null(0))
        .join(now, on=key, how="left")
    )
    pays = pl.col("now").fill_null(0).sum().over("account_id", "due_on") > 0
    stays = pl.col("ended_on").is_null() | (pl.col("ended_on") > pl.col("after"))
    return RENEWAL_ROWS.check(_then_and_now(rows.with_columns((stays | pays).alias("won"))).sort(key))


def renewal_logos(rows: pl.DataFrame, by: Sequence[str] = (), *, each: Sequence[str] = ()) -> pl.DataFrame:
    """Renewals won of those due: due, won, rate, per group of `by`.

    In: `RENEWAL_ROWS`; `each` names columns that tell rows of the same renewal apart.
    """
    once = rows.unique(["account_id", "due_on", *each], maintain_order=True)
    return _grouped(
        once, by, pl.len().cast(pl.Int64).alias("due"), pl.col("won").sum().cast(pl.Int64).alias("won")
    ).with_columns(_share("won", "due").alias("rate"))


def _anniversaries(book: Ledger, first: date, last: date, term_months: int) -> pl.DataFrame:
    terms = pl.DataFrame({"back": list(range(0, 50 * 12, term_months))})
    named = book.lives.filter(pl.col("renewal_on").is_not_null()).select("account_id", "renewal_on")
    months = pl.format("-{}mo", "back")
    days = named.join(terms, how="cross").with_columns(
        pl.col("renewal_on").dt.offset_by(months).alias("due_on")
    )
    return days.filter((pl.col("due_on") > first) & (pl.col("due_on") <= last)).select("account_id", "due_on")


def _term_ends(book: Ledger, first: date, last: date) -> pl.DataFrame:
    unnamed = book.lives.filter(pl.col("renewal_on").is_null()).select("account_id")
    ends = book.periods.filter((pl.col("ends_on") > first) & (pl.col("ends_on") <= last))
    days = (
        ends.join(unnamed, on="account_id", how="semi")
        .select("account_id", due_on="ends_on")
        .unique()
        .sort("account_id", "due_on")
    )
    gap = (pl.col("due_on") - pl.col("due_on").shift(1).over("account_id")).dt.total_days()
    return days.filter(gap.is_null() | (gap > DECIDED_AFTER))


def _paid_at(book: Ledger, due: pl.DataFrame, day: str) -> pl.DataFrame:
    """What each due account paid on its own `day`: account_id, due_on, currency, cents."""
    pairs = due.select("account_id", "due_on", on=day).join(book.periods, on="account_id")
    covers = (pl.col("starts_on") <= pl.col("on")) & (
        pl.col("ends_on").is_null() | (pl.col("ends_on") > pl.col("on"))
    )
    return pairs.filter(covers).group_by("account_id", "due_on", "currency").agg(pl.col("cents").sum())


def _then_and_now(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.with_columns(pl.col("now").fill_null(0)).with_columns(
        money("then", "mrr_then"),
        money("now", "mrr_now"),
        (pl.min_horizontal("then", "now") / 100).alias("mrr_kept"),
    )


def _grouped(rows: pl.DataFrame, by: Sequence[str], *totals: pl.Expr) -> pl.DataFrame:
    return rows.group_by(*by).agg(*totals).sort(*by) if by else rows.select(*totals)


def _share(part: str, whole: str) -> pl.Expr:
    return pl.when(pl.col(whole) > 0).then(pl.col(part) / pl.col(whole))
