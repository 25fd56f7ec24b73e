"""What a customer is worth: margin x expected remaining life, less costs, plus the referrals they won.

Nothing that isn't known is made up: `Assumed` holds what a person stated for accounts whose own figure is
missing, and every row says what it lacks and what it borrowed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from models.contracts import Column, Contract
from models.facts import DAY, REAL, TEXT, WHOLE
from models.ledger import Ledger, live_on, paid_on
from models.lifetimes import FEWEST_ENDINGS, LifeCurve, Rest, spells

HORIZON_MONTHS = 36
"""How far ahead a life is counted, unless stated otherwise."""

MONTH = 30.4375

WORTH = Contract(
    "worth",
    (
        Column("account_id", TEXT, required=True),
        Column("name", TEXT, required=True),
        Column("segment", TEXT),
        Column("csm_id", TEXT),
        Column("currency", TEXT, required=True, doc="empty for who pays nothing"),
        Column("mrr", REAL, required=True),
        Column("signed_on", DAY),
        Column("margin", REAL, doc="share of MRR; null when not known"),
        Column("months", REAL, doc="expected months still to come within the horizon"),
        Column("brings", REAL, doc="margin x MRR x months"),
        Column("acquisition_cost", REAL, doc="once; null when not known, and then not subtracted"),
        Column("serving", REAL, doc="monthly cost to serve x months; null when not known, not subtracted"),
        Column(
            "referred", REAL, required=True, doc="margin x MRR x months of a new customer, of won referrals"
        ),
        Column("referrals_won", WHOLE, required=True),
        Column("worth", REAL, doc="brings - acquisition - serving + referred; null without margin or life"),
        Column("low", REAL, doc="90 % interval, from the uncertainty of the survival curve"),
        Column("high", REAL),
        Column("monthly", REAL, doc="margin x MRR - monthly cost to serve"),
        Column("payback_months", REAL, doc="acquisition cost / monthly; null where it never pays back"),
        Column("lacks", TEXT, required=True, doc="what isn't known, and what was borrowed; empty: all known"),
    ),
    key=("account_id",),
)


@dataclass(frozen=True)
class Assumed:
    """What a person stated for accounts whose own figure is missing; None: not known."""

    margin: float | None = None
    acquisition_cost: float | None = None
    monthly_cost_to_serve: float | None = None
    horizon_months: int = HORIZON_MONTHS


@dataclass(frozen=True)
class Worth:
    """`WORTH`, and which segments have a curve of their own (the others share the company's)."""

    accounts: pl.DataFrame
    own_curve: tuple[str, ...]
    endings: int
    seen_to_months: float


def worth(
    book: Ledger, accounts: pl.DataFrame, referrals: pl.DataFrame, assumed: Assumed | None = None
) -> Worth:
    """What each live account is worth: `WORTH`, highest first.

    In: the ledger (currencies apart, or converted), `ACCOUNTS` and `REFERRALS` as of its day. Costs and
    referrals are in the account's own currency. A won referral counts once, with the referrer's margin and
    the months a new customer of the company is expected to stay. A segment with 20 departures or more has
    a survival curve of its own.
    """
    stated = assumed or Assumed()
    lives = spells(book).join(accounts.select("account_id", "segment"), on="account_id", how="left")
    rows = _customers(book, accounts, stated)
    endings = int(lives["ended"].sum())
    horizon = stated.horizon_months * MONTH
    if endings:
        rows, own, curve = _with_rest(rows, lives, horizon)
        fresh = float(curve.rest(np.zeros(1), horizon).days[0]) / MONTH
        seen = curve.seen_to / MONTH
    else:
        none = pl.lit(None, pl.Float64)
        rows = rows.with_columns(months=none, months_low=none, months_high=none)
        own, fresh, seen = (), 0.0, 0.0
    told = rows.join(_referred(referrals, book), on="account_id", how="left").with_columns(
        referrals_won=pl.col("referrals_won").fill_null(0),
        referred=(pl.col("referred_mrr").fill_null(0.0) * pl.col("margin") * fresh).fill_null(0.0).round(2),
    )
    valued = _valued(told, endings).sort("worth", "account_id", descending=[True, False], nulls_last=True)
    return Worth(WORTH.check(valued), own, endings, seen)


def by_group(accounts: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
    """What groups are worth: columns of `by`, currency, accounts, known, mrr, worth, low, high, cost_more.

    In: `WORTH`. `known` counts the accounts whose worth is known, the others add nothing. low and high add
    up the accounts' own bounds: they share a curve, so they are off together.
    """
    sums = [pl.col(name).sum().round(2) for name in ("mrr", "worth", "low", "high")]
    return (
        accounts.group_by(*by, "currency")
        .agg(
            pl.len().cast(pl.Int64).alias("accounts"),
            pl.col("worth").count().cast(pl.Int64).alias("known"),
            *sums,
            (pl.col("monthly") < 0).sum().cast(pl.Int64).alias("cost_more"),
        )
        .sort("worth", descending=True)
    )


def _customers(book: Ledger, accounts: pl.DataFrame, stated: Assumed) -> pl.DataFrame:
    paid = paid_on(book.periods, [book.as_of]).sort("cents", descending=True)
    mrr = paid.group_by("account_id", maintain_order=True).agg(
        pl.col("currency").first(), pl.col("cents").first(), pl.col("currency").len().alias("currencies")
    )
    live = live_on(book, [book.as_of]).select("account_id").join(accounts, on="account_id")
    return live.join(mrr, on="account_id", how="left").with_columns(
        pl.coalesce("name", "account_id"),
        pl.col("currency").fill_null(""),
        (pl.col("cents").fill_null(0) / 100).alias("mrr"),
        pl.coalesce("gross_margin", pl.lit(stated.margin, pl.Float64)).alias("margin"),
        pl.coalesce("acquisition_cost", pl.lit(stated.acquisition_cost, pl.Float64)).alias("acquired"),
        pl.coalesce("monthly_cost_to_serve", pl.lit(stated.monthly_cost_to_serve, pl.Float64)).alias(
            "served"
        ),
        (pl.lit(book.as_of) - pl.col("signed_on")).dt.total_days().cast(pl.Float64).alias("age"),
    )


def _with_rest(
    rows: pl.DataFrame, lives: pl.DataFrame, horizon: float
) -> tuple[pl.DataFrame, tuple[str, ...], LifeCurve]:
    oldest = rows["age"].max()
    longest = (float(oldest) if isinstance(oldest, float) else 0.0) + horizon
    company = LifeCurve(lives, longest)
    ended = lives.group_by("segment").agg(pl.col("ended").sum())
    own = ended.filter((pl.col("ended") >= FEWEST_ENDINGS) & pl.col("segment").is_not_null())[
        "segment"
    ].sort()
    parts = []
    for (segment,), group in rows.group_by("segment", maintain_order=True):
        mine = segment is not None and segment in own
        curve = LifeCurve(lives.filter(pl.col("segment") == segment), longest) if mine else company
        parts.append(_rest(group, curve.rest(group["age"].fill_null(0.0).to_numpy(), horizon)))
    if not parts:
        parts = [_rest(rows, company.rest(np.zeros(0), horizon))]
    return pl.concat(parts), tuple(own), company


def _rest(group: pl.DataFrame, rest: Rest) -> pl.DataFrame:
    known = pl.col("age").is_not_null()
    return group.with_columns(
        pl.Series("months", rest.days / MONTH),
        pl.Series("months_low", rest.low / MONTH),
        pl.Series("months_high", rest.high / MONTH),
    ).with_columns(pl.when(known).then(pl.col("months", "months_low", "months_high")))


def _referred(referrals: pl.DataFrame, book: Ledger) -> pl.DataFrame:
    won = referrals.filter(pl.col("won_on") <= book.as_of)
    return won.group_by(account_id="referrer_account_id").agg(
        pl.len().cast(pl.Int64).alias("referrals_won"), pl.col("mrr").sum().alias("referred_mrr")
    )


def _valued(rows: pl.DataFrame, endings: int) -> pl.DataFrame:
    once = pl.col("acquired").fill_null(0.0)
    served = pl.col("served").fill_null(0.0)

    def of(months: str) -> pl.Expr:
        gained = (pl.col("margin") * pl.col("mrr") - served) * pl.col(months)
        return (gained - once + pl.col("referred")).round(2)

    monthly = pl.col("margin") * pl.col("mrr") - served
    one_currency = pl.col("currencies").fill_null(1) == 1
    low, high = (
        pl.min_horizontal(of("months_low"), of("months_high")),
        pl.max_horizontal(of("months_low"), of("months_high")),
    )
    return rows.with_columns(
        brings=(pl.col("margin") * pl.col("mrr") * pl.col("months")).round(2),
        serving=(pl.col("served") * pl.col("months")).round(2),
        worth=pl.when(one_currency).then(of("months")),
        low=pl.when(one_currency).then(low),
        high=pl.when(one_currency).then(high),
        monthly=monthly.round(2),
        payback_months=pl.when(monthly > 0).then(pl.col("acquired") / monthly),
        lacks=_lacks(endings),
        acquisition_cost=pl.col("acquired"),
    )


def _lacks(endings: int) -> pl.Expr:
    """What isn't known of an account, and what was taken from the settings instead."""
    told = []
    for own, used, name in (
        ("gross_margin", "margin", "margin"),
        ("acquisition_cost", "acquired", "acquisition cost"),
        ("monthly_cost_to_serve", "served", "cost to serve"),
    ):
        told += [
            pl.when(pl.col(used).is_null()).then(pl.lit(f"{name} not known")),
            pl.when(pl.col(own).is_null() & pl.col(used).is_not_null()).then(
                pl.lit(f"{name} as stated in the settings")
            ),
        ]
    told.append(pl.when(pl.col("signed_on").is_null()).then(pl.lit("signing day not known")))
    told.append(pl.when(pl.col("currencies") > 1).then(pl.lit("pays in several currencies")))
    told.append(pl.when(pl.lit(endings) == 0).then(pl.lit("nobody left yet")))
    return pl.concat_str(told, separator="; ", ignore_nulls=True)
