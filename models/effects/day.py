"""The plan of the day with the trial in it: who is held out, and saveability as it was learned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime

import polars as pl

from models.call_budget import Budget, over
from models.call_frames import CALLS, LEFT_OUT
from models.calls import CallList, CallRules
from models.day_plan import believed, day_plan
from models.effects.saveability import learned as learned_from
from models.effects.words import learned_words
from models.findings import DETRACTOR


@dataclass(frozen=True)
class Known:
    """What the trial tells a day's list: accounts held out, each until when, and what calls have saved
    (`SAVEABILITY`; None: what was stated holds)."""

    held_out: Mapping[str, date] = field(default_factory=dict)
    saved: pl.DataFrame | None = None


def trial_plan(
    exceptions: pl.DataFrame,
    scores: pl.DataFrame,
    contacts: pl.DataFrame,
    tasks: pl.DataFrame,
    now: datetime,
    known: Known,
    *,
    as_of: date | None = None,
    rules: CallRules | None = None,
    budget: Budget | None = None,
) -> CallList:
    """`models.day_plan.day_plan` without the accounts that a lot holds out, ranked by what calls have saved.

    A held-out account stays on the list when a person added it, or when an unhappy answer is open.
    `budget` keeps exceptions over the alert budget from being a reason; who has no other one is left out.
    """
    beyond = exceptions.clear()
    if budget is not None:
        exceptions, beyond = budget.split(exceptions)
    ruled = rules or CallRules()
    if known.saved is not None:
        ruled = replace(ruled, saveability={**ruled.saveability, **learned_from(known.saved)})
    kept = _kept_back(exceptions, tasks, known.held_out)
    asked = exceptions.join(kept, on="account_id", how="anti")
    listed = day_plan(asked, scores, contacts, tasks, now, as_of=as_of, rules=ruled)
    told = _told(kept, scores).join(listed.left_out, on="account_id", how="anti")
    left_out = pl.concat([listed.left_out, told])
    if budget is not None:
        told_of = pl.concat([one.select("account_id") for one in (listed.calls, left_out)])
        awake = believed(beyond, as_of or now.date())
        left_out = pl.concat([left_out, over(awake, told_of, scores, budget.a_week)])
    left_out = left_out.sort("account_id")
    return replace(listed, calls=_said(listed.calls, known.saved), left_out=LEFT_OUT.check(left_out))


def _kept_back(exceptions: pl.DataFrame, tasks: pl.DataFrame, held_out: Mapping[str, date]) -> pl.DataFrame:
    """Held-out accounts with a reason and nothing urgent: account_id, until."""
    held = pl.DataFrame(
        {"account_id": list(held_out), "until": list(held_out.values())},
        schema={"account_id": pl.String, "until": pl.Date},
    )
    added = tasks.filter((pl.col("state") == "open") & pl.col("origin").is_in(["hand", "follow"]))
    return (
        held.join(exceptions, on="account_id", how="semi")
        .join(exceptions.filter(pl.col("kind") == DETRACTOR), on="account_id", how="anti")
        .join(added, on="account_id", how="anti")
    )


def _told(kept: pl.DataFrame, scores: pl.DataFrame) -> pl.DataFrame:
    day = pl.col("until").dt.strftime("%-d %b %Y")
    return kept.join(scores.select("account_id", "csm_id"), on="account_id").select(
        "account_id",
        pl.col("csm_id").fill_null(""),
        sentence=pl.format("Held out by lot until {}, to measure whether calls help.", day),
    )


def _said(calls: pl.DataFrame, saved: pl.DataFrame | None) -> pl.DataFrame:
    """The calls with what calls of their strongest kind have saved so far, where enough is known."""
    words = learned_words(saved) if saved is not None else {}
    if not words:
        return calls
    said = pl.col("kinds").list.first().replace_strict(words, default="", return_dtype=pl.String)
    return CALLS.check(calls.with_columns(why=pl.concat_str("why", pl.lit(" "), said).str.strip_chars_end()))
