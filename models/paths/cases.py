"""The decisions that paths are learned from: renewals one after the other, watched from signing on."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl

from models.book import SHORTEST_TERM, as_known
from models.decisions import CONTINUES_WITHIN, Success, every_decision
from models.paths.frames import CASES, Learnable

BEFORE_USAGE = "signed before usage begins"
UNKNOWN_START = "signing day not known"
UNDECIDED = "no decision yet"
AT_ONCE = "decided on the day of signing"


def cases(
    accounts: pl.DataFrame,
    subscriptions: pl.DataFrame,
    account_days: pl.DataFrame,
    as_of: date,
    success: Success | None = None,
    event_spans: pl.DataFrame | None = None,
) -> Learnable:
    """Every decision of every account that was watched from its first day, known on `as_of`.

    In: `facts.ACCOUNTS`, `facts.SUBSCRIPTIONS`, `facts.ACCOUNT_DAYS` and, for `event` successes,
    `facts.EVENT_SPANS`. With "renewed" every term won is a success and leaving, or an outcome that is no
    success, a failure; the other kinds know one decision, the earliest. Nothing follows a failure.
    Accounts that signed before the first usage day are left out: what they did first was not seen.
    Accounts without a decision yet teach nothing. Out: `CASES` sorted by its key, and who was left out.
    """
    rule = success or Success()
    days = account_days.filter(pl.col("day") <= as_of)
    known = as_known(accounts, as_of).with_columns(reason=_reason(days))
    decided = _decided(accounts, subscriptions, as_of, rule, event_spans)
    watched = (
        known.filter(pl.col("reason").is_null())
        .select("account_id", "signed_on", segment=pl.col("segment").fill_null(""))
        .join(decided, on="account_id")
    )
    kept = _numbered(watched.filter(pl.col("decided_on") > pl.col("signed_on")))
    reasons = known.with_columns(
        reason=pl.when(pl.col("account_id").is_in(kept["account_id"].implode()))
        .then(None)
        .when(pl.col("reason").is_null() & pl.col("account_id").is_in(watched["account_id"].implode()))
        .then(pl.lit(AT_ONCE))
        .otherwise(pl.coalesce("reason", pl.lit(UNDECIDED)))
    )
    counted = reasons.drop_nulls("reason").group_by("reason").len().sort("reason")
    return Learnable(CASES.check(kept), dict(counted.iter_rows()))


def _reason(days: pl.DataFrame) -> pl.Expr:
    """Why an account can't be watched from its first day; null when it can."""
    first = days["day"].min()
    before = pl.lit(value=False) if first is None else pl.col("signed_on") < pl.lit(first)
    return (
        pl.when(pl.col("signed_on").is_null())
        .then(pl.lit(UNKNOWN_START))
        .when(before)
        .then(pl.lit(BEFORE_USAGE))
    )


def _decided(
    accounts: pl.DataFrame,
    subscriptions: pl.DataFrame,
    as_of: date,
    rule: Success,
    event_spans: pl.DataFrame | None,
) -> pl.DataFrame:
    """account_id, decided_on, succeeded: one row a day; a failure outweighs a success of that day."""
    if rule.kind == "renewed":
        named = every_decision(accounts, subscriptions, as_of, Success("outcome", rule.values))
        won = _terms_won(accounts, subscriptions, as_of).with_columns(succeeded=pl.lit(value=True))
        every = pl.concat([named, won])
    else:
        every = every_decision(accounts, subscriptions, as_of, rule, event_spans)
    every = every.group_by("account_id", "decided_on").agg(pl.col("succeeded").all())
    if rule.kind == "renewed":
        return every
    return every.sort("account_id", "decided_on").unique("account_id", keep="first", maintain_order=True)


def _terms_won(accounts: pl.DataFrame, subscriptions: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """The ends of terms around which another period starts.

    An add-on that ends while the rest goes on decides nothing; periods under 80 days are invoices. Where no
    term is known, a renewal day that went by counts.
    """
    begun = subscriptions.filter(pl.col("starts_on") <= as_of)
    terms = begun.filter(pl.col("ends_on") - pl.col("starts_on") >= timedelta(days=SHORTEST_TERM))
    ended = terms.filter(pl.col("ends_on") <= as_of).select("account_id", decided_on="ends_on").unique()
    follows = begun.select("account_id", "starts_on", next_end="ends_on")
    apart = (pl.col("starts_on") - pl.col("decided_on")).abs()
    won = ended.join(follows, on="account_id").filter(
        (apart <= CONTINUES_WITHIN)
        & (pl.col("next_end").is_null() | (pl.col("next_end") > pl.col("decided_on")))
    )
    known = as_known(accounts, as_of)
    passed = known.filter(
        pl.col("churned_on").is_null() & pl.col("outcome_on").is_null() & (pl.col("renewal_on") < as_of)
    ).join(terms, on="account_id", how="anti")
    return pl.concat(
        [won.select("account_id", "decided_on"), passed.select("account_id", decided_on="renewal_on")]
    )


def _numbered(watched: pl.DataFrame) -> pl.DataFrame:
    """Decisions numbered by account up to the first failure, with their `case_id`."""
    failed = (~pl.col("succeeded")).cast(pl.Int64).cum_sum().over("account_id")
    return (
        watched.sort("account_id", "decided_on")
        .with_columns(ordinal=pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over("account_id"), failed=failed)
        .filter((pl.col("failed") == 0) | ((pl.col("failed") == 1) & ~pl.col("succeeded")))
        .with_columns(case_id=pl.format("{}#{}", "account_id", "ordinal"))
    )
