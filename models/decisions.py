"""Decisions that are already known: who succeeded, who did not, and on which day it was clear."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from models.book import as_known
from models.contracts import Column, Contract

KINDS = ("renewed", "outcome", "alive_after_days", "event")
CONTINUES_WITHIN = timedelta(days=31)

DECISIONS = Contract(
    "decisions",
    (
        Column("account_id", pl.String(), required=True),
        Column("segment", pl.String()),
        Column("signed_on", pl.Date()),
        Column("decided_on", pl.Date(), required=True, doc="day the result was clear"),
        Column("succeeded", pl.Boolean(), required=True),
        Column("left_on", pl.Date(), doc="day the relation ended; null while it goes on"),
    ),
    key=("account_id",),
)


@dataclass(frozen=True)
class Success:
    """What this company calls success.

    `renewed`: went on after the end of a term, or an outcome named in `values`. `outcome`: an outcome
    named in `values`. `alive_after_days`: still a customer, and not paying less, `days` after signing.
    `event`: used `event` once.
    """

    kind: str = "renewed"
    values: tuple[str, ...] = ("renewed",)
    days: int = 365
    event: str = ""

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"success kind {self.kind!r} is not known; use one of {', '.join(KINDS)}")


def success_from(settings: Mapping[str, object]) -> Success:
    """Read the `success` entry of a mapping's settings.

    >>> success_from({"kind": "outcome", "values": ["pass"]}).values
    ('pass',)
    >>> success_from({"alive_after_days": 180}).days
    180
    """
    if "alive_after_days" in settings:
        return Success("alive_after_days", days=int(str(settings["alive_after_days"])))
    if "event" in settings:
        return Success("event", event=str(settings["event"]))
    kind = str(settings.get("kind", "renewed"))
    values = settings.get("values", ("renewed",))
    if isinstance(values, str) or not isinstance(values, list | tuple):
        raise ValueError(f"success values is {values!r}; give a list of outcomes, such as ['pass']")
    return Success(kind, tuple(str(value) for value in values), int(str(settings.get("days", 365))))


def decisions(
    accounts: pl.DataFrame,
    subscriptions: pl.DataFrame,
    as_of: date,
    success: Success | None = None,
    event_spans: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """The newest decision of each account that was known on `as_of`.

    In: `facts.ACCOUNTS`, `facts.SUBSCRIPTIONS` and, for `event` successes, `facts.EVENT_SPANS`.
    Out: `DECISIONS`, sorted by account_id. Leaving, or an outcome that is not a success, is a decision
    too; it is the newest one even when it falls on the day of a success. Nothing after `as_of` counts.
    """
    known = as_known(accounts, as_of)
    every = every_decision(accounts, subscriptions, as_of, success, event_spans)
    newest = every.sort("decided_on", "succeeded", descending=[False, True]).unique(
        "account_id", keep="last", maintain_order=True
    )
    about = known.with_columns(left_on=pl.min_horizontal("churned_on", "outcome_on")).select(
        "account_id", "segment", "signed_on", "left_on"
    )
    return DECISIONS.check(newest.join(about, on="account_id").sort("account_id"))


def every_decision(
    accounts: pl.DataFrame,
    subscriptions: pl.DataFrame,
    as_of: date,
    success: Success | None = None,
    event_spans: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Every decision known on `as_of`, not only the newest: account_id, decided_on, succeeded.

    In: as `decisions`. A day may hold both a success and a failure, and a renewal more than once.
    """
    rule = success or Success()
    known = as_known(accounts, as_of)
    good = _successes(known, subscriptions, as_of, rule, event_spans)
    bad = _failures(known, subscriptions, as_of, rule)
    every = pl.concat([good.with_columns(succeeded=pl.lit(value=True)), bad])
    return every.filter(pl.col("decided_on") <= as_of)


def _successes(
    known: pl.DataFrame,
    subscriptions: pl.DataFrame,
    as_of: date,
    rule: Success,
    event_spans: pl.DataFrame | None,
) -> pl.DataFrame:
    if rule.kind == "event":
        return _reached(event_spans, rule.event)
    if rule.kind == "alive_after_days":
        return _alive_after(known, subscriptions, rule.days).filter("succeeded").drop("succeeded")
    named = _outcomes(known, rule.values).filter("succeeded").drop("succeeded")
    if rule.kind == "outcome":
        return named
    return pl.concat([named, _renewals(known, subscriptions, as_of)])


def _failures(known: pl.DataFrame, subscriptions: pl.DataFrame, as_of: date, rule: Success) -> pl.DataFrame:
    left = _decided(known.filter(pl.col("churned_on").is_not_null()), "churned_on")
    failures = [left.with_columns(succeeded=pl.lit(value=False))]
    if rule.kind in ("renewed", "outcome"):
        failures.append(_outcomes(known, rule.values).filter(~pl.col("succeeded")))
    if rule.kind == "alive_after_days":
        after = _alive_after(known, subscriptions, rule.days)
        failures.append(after.filter(~pl.col("succeeded") & (pl.col("decided_on") <= as_of)))
    return pl.concat(failures)


def _decided(frame: pl.DataFrame, day: str) -> pl.DataFrame:
    return frame.select("account_id", decided_on=pl.col(day).cast(pl.Date))


def _outcomes(known: pl.DataFrame, values: tuple[str, ...]) -> pl.DataFrame:
    ended = known.filter(pl.col("outcome_on").is_not_null() & pl.col("outcome").is_not_null())
    wanted = [value.casefold() for value in values]
    return ended.select(
        "account_id",
        decided_on="outcome_on",
        succeeded=pl.col("outcome").str.to_lowercase().is_in(wanted),
    )


def _renewals(known: pl.DataFrame, subscriptions: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Term ends that the account outlived: another period follows, or its renewal day went by."""
    begun = subscriptions.filter(pl.col("starts_on") <= as_of)
    ended = begun.filter(pl.col("ends_on") <= as_of).select("account_id", decided_on="ends_on").unique()
    follows = begun.select("account_id", "starts_on", next_end="ends_on")
    survived = ended.join(follows, on="account_id").filter(
        (pl.col("starts_on") <= pl.col("decided_on") + CONTINUES_WITHIN)
        & (pl.col("next_end").is_null() | (pl.col("next_end") > pl.col("decided_on")))
    )
    stayed = known.filter(pl.col("churned_on").is_null() & pl.col("outcome_on").is_null())
    passed = _decided(stayed.filter(pl.col("renewal_on") < as_of), "renewal_on")
    signed = known.select("account_id")
    return pl.concat([survived.select("account_id", "decided_on").join(signed, on="account_id"), passed])


def _alive_after(known: pl.DataFrame, subscriptions: pl.DataFrame, days: int) -> pl.DataFrame:
    """The accounts that were still customers after so many days; paying less is no success."""
    due = known.filter(pl.col("signed_on").is_not_null()).select(
        "account_id", "churned_on", "signed_on", decided_on=pl.col("signed_on") + timedelta(days=days)
    )
    stayed = pl.col("churned_on").is_null() | (pl.col("churned_on") > pl.col("decided_on"))
    less = _mrr_at(subscriptions, due, "decided_on") < _mrr_at(subscriptions, due, "signed_on")
    told = due.with_columns(pays_less=less.fill_null(value=False))
    return told.filter(stayed).select("account_id", "decided_on", succeeded=~pl.col("pays_less"))


def _mrr_at(subscriptions: pl.DataFrame, due: pl.DataFrame, day: str) -> pl.Series:
    """The MRR of each row of `due` on its own day; null where it has no subscription at all."""
    paid = due.select("account_id", day=day).join(subscriptions, on="account_id", how="inner")
    covers = (pl.col("starts_on") <= pl.col("day")) & (
        pl.col("ends_on").is_null() | (pl.col("ends_on") > pl.col("day"))
    )
    total = paid.group_by("account_id").agg(pl.col("mrr").filter(covers).sum())
    return due.join(total, on="account_id", how="left", maintain_order="left")["mrr"]


def _reached(event_spans: pl.DataFrame | None, event: str) -> pl.DataFrame:
    if event_spans is None:
        raise ValueError(f"success is the event {event!r}, but no usage was given to look for it")
    return event_spans.filter(pl.col("event") == event).select(
        "account_id", decided_on=pl.col("first_at").dt.date()
    )
