"""What the churn model learns from and is asked about: an account, a day, and whether it then left."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Literal

import polars as pl

from models.book import SHORTEST_TERM, as_known, book
from models.contracts import Column, Contract
from models.decisions import CONTINUES_WITHIN
from models.facts import DAY, FLAG, TEXT

Kind = Literal["renewal", "monthly"]

RENEWAL: Kind = "renewal"
MONTHLY: Kind = "monthly"

LEAD = 7
"""Days before a renewal, or before the horizon begins, at which the model looks."""

HORIZON = 28
"""Days in which a monthly observation leaves or stays."""

AT_RENEWAL = 0.8
"""From this share of leavers gone at a renewal on, only renewals are decisions."""

SAME_DAY = 3
"""Days by which the ends of one contract's terms may differ within a month."""

OBSERVATIONS = Contract(
    "churn_observations",
    (
        Column("account_id", TEXT, required=True),
        Column("as_of", DAY, required=True, doc="only what is dated before this day is used"),
        Column("outcome_on", DAY, required=True, doc="day on which it is clear who left"),
        Column("left", FLAG, doc="null while it is not known"),
        Column("kind", TEXT, required=True, doc="renewal or monthly"),
    ),
    key=("account_id", "as_of"),
)

RENEWALS = Contract(
    "renewals",
    (
        Column("account_id", TEXT, required=True),
        Column("decided_on", DAY, required=True, doc="a term of the contract ended"),
        Column("left", FLAG, required=True, doc="it was the last one"),
    ),
    key=("account_id", "decided_on"),
)

RENEWED = Contract(
    "renewed",
    (
        Column("account_id", TEXT, required=True),
        Column("known_on", DAY, required=True, doc="the next term began"),
    ),
    key=("account_id", "known_on"),
)


def renewed(accounts: pl.DataFrame, subscriptions: pl.DataFrame) -> pl.DataFrame:
    """Every renewal kept so far, by the day on which the next term began: `RENEWED`.

    In: `facts.ACCOUNTS`, `facts.SUBSCRIPTIONS`. Terms are those of `renewals`.
    """
    kept = _continued(subscriptions, accounts)
    return RENEWED.check(kept.select("account_id", "known_on").unique().sort(RENEWED.key))


def renewals(accounts: pl.DataFrame, subscriptions: pl.DataFrame, until: date) -> pl.DataFrame:
    """Every renewal decided by `until`: kept or lost.

    In: `facts.ACCOUNTS`, `facts.SUBSCRIPTIONS`. Out: `RENEWALS`, sorted by its key. Kept: a term of at
    least 80 days after which the same product goes on within 31 days, on the contract's day of the
    month (a change in mid-term is no renewal); without any term, the yearly days before the account's
    renewal_on. Lost: the account left within 31 days of its due renewal_on, or at the end of whole months
    where none is stated; leaving in mid-term is no renewal.
    """
    over = pl.col("outcome_on").is_not_null() & pl.col("churned_on").is_null()
    known = as_known(accounts, until).filter(~over)
    begun = subscriptions.filter(pl.col("starts_on") <= until)
    ended = begun.filter(pl.col("ends_on") <= until)
    kept = _continued(ended, known, begun).select("account_id", "decided_on").unique()
    yearly = _anniversaries(known.join(kept, on="account_id", how="anti"), until)
    lost = _lost(known, begun)
    every = pl.concat(
        [kept.with_columns(left=pl.lit(value=False)), yearly.with_columns(left=pl.lit(value=False)), lost]
    )
    gone = known.select("account_id", "churned_on")
    before = pl.col("churned_on").is_null() | pl.col("left") | (pl.col("decided_on") < pl.col("churned_on"))
    rows = every.join(gone, on="account_id").filter(before & (pl.col("decided_on") <= until))
    return RENEWALS.check(
        rows.sort("account_id", "decided_on", "left").unique(RENEWALS.key, keep="last").sort(RENEWALS.key)
    )


def _continued(ended: pl.DataFrame, known: pl.DataFrame, begun: pl.DataFrame | None = None) -> pl.DataFrame:
    """account_id, decided_on, known_on: terms of `ended` after which the same product went on in `begun`."""
    long_enough = (pl.col("ends_on") - pl.col("starts_on")).dt.total_days() >= SHORTEST_TERM
    follows = (ended if begun is None else begun).select("account_id", "product", next_start="starts_on")
    gap = pl.col("next_start") - pl.col("ends_on")
    went_on = (
        ended.filter(long_enough)
        .join(follows, on=["account_id", "product"])
        .filter((gap >= timedelta(0)) & (gap <= CONTINUES_WITHIN))
        .join(known.select("account_id", "renewal_on"), on="account_id")
    )
    due = went_on.filter(_same_day_of_month("ends_on", pl.coalesce("renewal_on", "starts_on")))
    return due.select("account_id", decided_on="ends_on", known_on="next_start")


def _same_day_of_month(day: str, other: pl.Expr) -> pl.Expr:
    apart = (pl.col(day).dt.day().cast(pl.Int32) - other.dt.day().cast(pl.Int32)).abs()
    return (apart <= SAME_DAY) | (apart >= 31 - SAME_DAY)


def _anniversaries(people: pl.DataFrame, until: date) -> pl.DataFrame:
    """account_id, decided_on: the days whole years before renewal_on, from a term after signing on."""
    years = pl.DataFrame({"years": list(range(30))}, schema={"years": pl.Int64})
    days = people.select("account_id", "signed_on", "renewal_on").drop_nulls().join(years, how="cross")
    back = days.with_columns(decided_on=pl.col("renewal_on").dt.offset_by(pl.format("-{}y", "years")))
    first = pl.col("signed_on") + timedelta(days=SHORTEST_TERM)
    return back.filter((pl.col("decided_on") >= first) & (pl.col("decided_on") < until)).select(
        "account_id", "decided_on"
    )


def _lost(known: pl.DataFrame, begun: pl.DataFrame) -> pl.DataFrame:
    gone = known.filter(pl.col("churned_on").is_not_null())
    last = begun.group_by("account_id").agg(term_start=pl.col("starts_on").min())
    near = (pl.col("churned_on") - pl.col("renewal_on")).dt.total_days().abs() <= CONTINUES_WITHIN.days
    term = (pl.col("churned_on") - pl.col("term_start")).dt.total_days()
    whole = _same_day_of_month("churned_on", pl.col("term_start")) & (term >= SHORTEST_TERM)
    due = pl.when(pl.col("renewal_on").is_not_null()).then(near).otherwise(whole.fill_null(value=False))
    return (
        gone.join(last, on="account_id", how="left")
        .filter(due)
        .select("account_id", decided_on="churned_on", left=pl.lit(value=True))
    )


def kind_of(accounts: pl.DataFrame, subscriptions: pl.DataFrame, until: date) -> Kind:
    """Whether decisions are renewals: at least 80 % of those who left by `until` left at one."""
    gone = as_known(accounts, until).filter(pl.col("churned_on").is_not_null()).height
    lost = int(renewals(accounts, subscriptions, until)["left"].sum())
    return RENEWAL if gone and lost >= AT_RENEWAL * gone else MONTHLY


def observations(
    accounts: pl.DataFrame,
    subscriptions: pl.DataFrame,
    until: date,
    *,
    since: date | None = None,
    kind: Kind | None = None,
    lead: int = LEAD,
    horizon: int = HORIZON,
) -> pl.DataFrame:
    """All observations whose outcome is known on `until`, the oldest from `since` on.

    In: `facts.ACCOUNTS`, `facts.SUBSCRIPTIONS`. Out: `OBSERVATIONS`, sorted by its key, `left` never
    null. Renewal: as_of is `lead` days before it. Monthly: as_of is the first of a month, of every
    account that is live then and through the lead; left means within the `horizon` days after the lead.
    `kind` is `kind_of` where it is not given; give `since` the first day of usage.
    """
    chosen = kind or kind_of(accounts, subscriptions, until)
    if chosen == RENEWAL:
        rows = renewals(accounts, subscriptions, until).select(
            "account_id", "left", as_of=pl.col("decided_on") - timedelta(days=lead), outcome_on="decided_on"
        )
    else:
        rows = _monthly(accounts, until, since, lead, horizon)
    signed = accounts.select("account_id", "signed_on")
    there = pl.col("signed_on").is_null() | (pl.col("signed_on") < pl.col("as_of"))
    recent = pl.lit(value=True) if since is None else pl.col("as_of") >= since
    kept = rows.join(signed, on="account_id").filter(there & recent).with_columns(kind=pl.lit(chosen))
    return OBSERVATIONS.check(kept.sort("account_id", "as_of").unique(OBSERVATIONS.key, maintain_order=True))


def _monthly(
    accounts: pl.DataFrame, until: date, since: date | None, lead: int, horizon: int
) -> pl.DataFrame:
    known = as_known(accounts, until)
    earliest = known["signed_on"].min()
    first = since or (earliest if isinstance(earliest, date) else until)
    last = until - timedelta(days=lead + horizon)
    days = pl.DataFrame(
        {"as_of": pl.date_range(first, last, "1d", eager=True) if first <= last else []},
        schema={"as_of": pl.Date},
    ).filter(pl.col("as_of").dt.day() == 1)
    begins, ends = pl.col("as_of") + timedelta(days=lead), pl.col("as_of") + timedelta(days=lead + horizon)
    over = pl.min_horizontal("churned_on", "outcome_on")
    there = over.is_null() | (over >= begins)
    rows = known.select("account_id", "churned_on", "outcome_on").join(days, how="cross").filter(there)
    return rows.select(
        "account_id",
        "as_of",
        outcome_on=ends,
        left=(pl.col("churned_on") < ends).fill_null(value=False),
    )


def upcoming(
    accounts: pl.DataFrame,
    subscriptions: pl.DataFrame,
    as_of: date,
    kind: Kind,
    *,
    lead: int = LEAD,
    horizon: int = HORIZON,
) -> pl.DataFrame:
    """One observation for each account of the live book: what the model is asked about on `as_of`.

    Out: `OBSERVATIONS`, `left` null. For renewals outcome_on is the next one, or `lead` days on where none
    is known or it is nearer; the probability is that of leaving then, as things stand.
    """
    live = book(accounts, subscriptions, as_of)
    soon = pl.lit(as_of + timedelta(days=lead))
    outcome = (
        pl.max_horizontal(pl.col("renewal_on").fill_null(soon), soon)
        if kind == RENEWAL
        else soon + timedelta(days=horizon)
    )
    return OBSERVATIONS.check(
        live.select(
            "account_id",
            as_of=pl.lit(as_of),
            outcome_on=outcome,
            left=pl.lit(None, pl.Boolean),
            kind=pl.lit(kind, pl.String),
        )
    )
