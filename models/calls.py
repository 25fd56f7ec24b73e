"""The call list: who to call today, in which order, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import polars as pl

from models.call_contacts import choose_contacts, forbidden
from models.call_frames import CALLS, LEFT_OUT
from models.call_hours import Hours, open_hours
from models.call_ranking import ranked
from models.call_settings import REST_DAYS, RETRY_DAYS
from models.call_words import words_for
from models.findings import DECLINED, DETRACTOR, RENEWAL_UNTOUCHED, SILENT
from models.playbook import Playbook
from models.prescriptions import BY_HAND, PRESCRIPTIONS

REACHED = "reached"
HAND = "by_hand"
"""Kind of a call that a person added to an account without an exception."""

SCORED = (
    "account_id",
    "name",
    "csm_id",
    "segment",
    "region",
    "mrr",
    "currency",
    "renewal_on",
    "risk",
    "quadrant",
)

SIGN_POINTS = 5.0
"""A sign of risk that adds at least this much is worth a sentence."""


def _priors() -> dict[str, float]:
    stated = {kind: medicine.saveability for kind, medicine in PRESCRIPTIONS.items()}
    return {**stated, HAND: BY_HAND.saveability}


@dataclass(frozen=True)
class CallRules:
    """How many calls a day, how long an account rests after one, when it may be rung, the share of a day
    that is kept for small accounts, what a call is thought to save, and the playbooks that people saved,
    by quarter or kind."""

    capacity: int = 8
    capacities: Mapping[str, int] = field(default_factory=dict)
    rest_days: int = REST_DAYS
    retry_days: int = RETRY_DAYS
    most_reasons: int = 3
    small_share: float = 0.0
    hours: Hours = field(default_factory=Hours)
    saveability: Mapping[str, float] = field(default_factory=_priors)
    playbooks: Mapping[str, Playbook] = field(default_factory=dict)

    def __post_init__(self) -> None:
        low = {name: n for name, n in {"default": self.capacity, **self.capacities}.items() if n < 0}
        if low:
            raise ValueError(f"call capacity below 0 for {', '.join(low)}; give 0 for nobody to call")
        if not 0 <= self.small_share <= 1:
            raise ValueError(f"a share of {self.small_share} for small accounts; give one from 0 to 1")


@dataclass(frozen=True)
class CallList:
    """`calls` (`CALLS`), and who has a reason but is left out (`LEFT_OUT`), each with the sentence why.

    `day` is the day that was planned: the reader's own, or the next working day when theirs is off.
    """

    calls: pl.DataFrame
    left_out: pl.DataFrame
    day: date


def call_list(
    exceptions: pl.DataFrame,
    scores: pl.DataFrame,
    contacts: pl.DataFrame,
    done: pl.DataFrame,
    added: pl.DataFrame,
    now: datetime,
    rules: CallRules | None = None,
) -> CallList:
    """Plan the day: one call an account, ranked by what a call can save, cut to each CSM's capacity.

    In: open exceptions (`FINDINGS`, snoozed ones left out by the caller), scores with `SCORED`, `CONTACTS`,
    and from `models.call_frames` the calls done (`DONE`) and added by hand (`ADDED`).
    `now` must know its zone, the reader's own.

    Calls by hand come first, oldest first; then risk/100 x MRR x saveability (the strongest of its reasons);
    where `scores` has the chance of leaving (`churn`, null while no model has a signal), that for risk/100.
    MRR is taken relative to the median MRR of its currency, so that no currencies are added or compared
    as they are. Where nobody has an MRR, risk alone ranks. Never: an account whose every contact is
    do_not_contact, one that is closed all day where the contact is (weekend, holiday; e-mail waits for
    nobody), and one called within rest_days (retry_days when nobody was reached), unless a person added the
    call after that. Capacity is what is left after the calls already done today; `models.call_ranking.ranked`
    says what fits. On a day off everywhere the next working day is planned.

    Raises `ValueError` when `now` has no zone.
    """
    if now.tzinfo is None:
        raise ValueError(f"now is {now} without a time zone; give the reader's own, as in datetime.now(zone)")
    ruled = rules or CallRules()
    day = ruled.hours.working_day(now.date())
    wanted = _reasons(exceptions, added, scores, ruled)
    resting = _resting(done, now, ruled)
    blocked = forbidden(contacts).with_columns(pl.lit("Nobody there may be contacted.").alias("sentence"))
    free = _rested(wanted, resting).join(blocked, on="account_id", how="anti")
    met = _met(free, contacts, exceptions, now, day, ruled.hours)
    shut = pl.col("closed").is_not_null() & (pl.col("channel") != "email")
    because = [
        wanted.join(blocked, on="account_id"),
        wanted.join(free, on="account_id", how="anti")
        .join(blocked, on="account_id", how="anti")
        .join(resting, on="account_id"),
        met.filter(shut).with_columns(sentence="closed"),
    ]
    left_out = pl.concat([one.select(LEFT_OUT.names) for one in because])
    order = ranked(
        met.filter(~shut),
        scores,
        _slots(done, now),
        capacity=ruled.capacity,
        capacities=ruled.capacities,
        small_share=ruled.small_share,
    )
    calls = CALLS.check(words_for(order, ruled.playbooks))
    return CallList(calls, LEFT_OUT.check(left_out.sort("account_id")), day)


def headline(calls: pl.DataFrame, accounts: int) -> str:
    """Say the day in a line.

    >>> headline(pl.DataFrame({"planned": [True, True, False]}), 62)
    '2 of your 62 accounts need you today. 1 can wait.'
    """
    today = int(calls["planned"].sum())
    later = calls.height - today
    if not calls.height:
        return f"None of your {accounts} accounts needs a call today."
    first = f"{today} of your {accounts} accounts need{'s' if today == 1 else ''} you today."
    return f"{first} {later} can wait." if later else first


def _reasons(
    exceptions: pl.DataFrame, added: pl.DataFrame, scores: pl.DataFrame, rules: CallRules
) -> pl.DataFrame:
    """One row a scored account with a reason: its kinds and sentences, strongest first."""
    prior = pl.col("kind").replace_strict(dict(rules.saveability), default=BY_HAND.saveability)
    found = (
        exceptions.with_columns(prior.alias("saveability"))
        .sort(pl.col("saveability") * pl.col("severity"), "kind", descending=[True, False])
        .group_by("account_id", maintain_order=True)
        .agg(
            pl.col("kind").alias("kinds"),
            pl.col("sentence").alias("sentences"),
            pl.col("saveability").max(),
            pl.col("due_on").min(),
        )
    )
    note = pl.col("note").fill_null("Added by hand.")
    hand = added.select("account_id", "created_at", note.alias("note"), pl.col("csm_id").alias("caller"))
    everyone = found.join(hand, on="account_id", how="full", coalesce=True)
    said = everyone.select("account_id", "kinds")
    own = pl.concat_list("note", "sentences").list.drop_nulls()
    by_hand = pl.col("note").is_not_null()
    return (
        everyone.join(scores.select(SCORED), on="account_id")
        .join(_signs(scores, said), on="account_id", how="left")
        .with_columns(pl.col("sentences").fill_null([]), pl.col("kinds").fill_null([HAND]))
        .with_columns(pl.concat_list("sentences", pl.col("signs").fill_null([])).alias("sentences"))
        .with_columns(
            pl.when(by_hand).then(own).otherwise("sentences").list.head(rules.most_reasons).alias("reasons"),
            by_hand.alias("by_hand"),
            pl.coalesce("caller", "csm_id", pl.lit("")).alias("csm_id"),
            pl.col("saveability").fill_null(rules.saveability.get(HAND, BY_HAND.saveability)),
        )
    )


_SAYS = {"renewal": RENEWAL_UNTOUCHED, "silence": SILENT, "detractor": DETRACTOR, "drop 28": DECLINED}
"""The exception that has said already what a sign of risk would say again."""


def _signs(scores: pl.DataFrame, said: pl.DataFrame) -> pl.DataFrame:
    """What else points to leaving, the weightiest first: account_id, signs (sentences).

    `said` has account_id and the kinds whose own sentences stand before.
    """
    if "risk_parts" not in scores.columns:
        return pl.DataFrame(schema={"account_id": pl.String, "signs": pl.List(pl.String)})
    part = pl.List(pl.Struct({"term": pl.String, "points": pl.Float64, "sentence": pl.String}))
    told = said.join(scores.select("account_id", "risk_parts"), on="account_id").select(
        "account_id",
        pl.col("kinds").fill_null([]),
        part=pl.col("risk_parts").fill_null("[]").str.json_decode(part),
    )
    each = told.explode("part", keep_nulls=False, empty_as_null=False).unnest("part")
    again = pl.col("kinds").list.contains(pl.col("term").replace_strict(_SAYS, default=None))
    new = each.filter((pl.col("points") >= SIGN_POINTS) & ~again.fill_null(value=False))
    return new.group_by("account_id", maintain_order=True).agg(signs="sentence")


def _days_ago(now: datetime) -> pl.Expr:
    """How many of the reader's calendar days ago a UTC time was."""
    called_on = (pl.col("done_at") + (now.utcoffset() or timedelta())).dt.date()
    return (pl.lit(now.date()) - called_on).dt.total_days()


def _resting(done: pl.DataFrame, now: datetime, rules: CallRules) -> pl.DataFrame:
    """Accounts called too lately to be called again: account_id, called_at, sentence."""
    reached = pl.col("outcome").fill_null(REACHED).str.to_lowercase() == REACHED
    wait = pl.when(reached).then(rules.rest_days).otherwise(rules.retry_days)
    day = (pl.col("done_at") + (now.utcoffset() or timedelta())).dt.strftime("%-d %b %Y")
    said = pl.format("Called on {}: no second call within {} days.", day, wait)
    return (
        done.filter(_days_ago(now) < wait)
        .sort("done_at")
        .group_by("account_id")
        .agg(pl.col("done_at").last().alias("called_at"), said.last().alias("sentence"))
    )


def _rested(wanted: pl.DataFrame, resting: pl.DataFrame) -> pl.DataFrame:
    """Who may be called: not resting, or asked for by a person after the last call."""
    called = wanted.join(resting.select("account_id", "called_at"), on="account_id", how="left")
    asked_since = pl.col("created_at") >= pl.col("called_at")
    return called.filter(pl.col("called_at").is_null() | asked_since.fill_null(value=False))


def _slots(done: pl.DataFrame, now: datetime) -> pl.DataFrame:
    """Calls already done today: csm_id, used."""
    today = done.filter(_days_ago(now) == 0).with_columns(pl.col("csm_id").fill_null(""))
    return today.group_by("csm_id").agg(pl.len().cast(pl.Int64).alias("used"))


def _met(
    free: pl.DataFrame,
    contacts: pl.DataFrame,
    exceptions: pl.DataFrame,
    now: datetime,
    day: date,
    hours: Hours,
) -> pl.DataFrame:
    """Add the person to call, their clock, and when they can be rung on the day."""
    answered = exceptions.filter(pl.col("kind") == DETRACTOR).select(
        "account_id", pl.col("evidence").str.json_path_match("$.contact_id").alias("contact_id")
    )
    people = choose_contacts(contacts.join(free, on="account_id", how="semi"), answered)
    named = free.join(people, on="account_id", how="left", maintain_order="left").with_columns(
        pl.col("channel").fill_null("none"), pl.col("name").fill_null(pl.col("account_id"))
    )
    open_there = open_hours(named, now, day, hours)
    return named.join(open_there, on=["timezone", "region"], how="left", nulls_equal=True)
