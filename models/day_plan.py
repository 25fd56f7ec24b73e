"""The plan of the day from what the store holds: open exceptions, scores, people, calls so far."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import polars as pl

from models.call_frames import ADDED, DONE, LEFT_OUT
from models.call_settings import chosen, hours_from
from models.calls import CallList, CallRules, call_list
from models.playbook import Playbook
from models.settings_words import DEFAULT_CAPACITY

JUDGED_FALSE = "false"
REMOVED = "removed"
"""State of a call that a person took off the list until a day."""


def day_plan(
    exceptions: pl.DataFrame,
    scores: pl.DataFrame,
    contacts: pl.DataFrame,
    tasks: pl.DataFrame,
    now: datetime,
    *,
    as_of: date | None = None,
    rules: CallRules | None = None,
) -> CallList:
    """Plan calls with `models.calls.call_list`, leaving out what somebody judged false, snoozed, put off
    or took off the list.

    In: exceptions as stored (with `verdict` and `snoozed_until`), `SCORES`, `CONTACTS`, and calls as
    stored (account_id, csm_id, state, origin, outcome, note, due_on, created_at, created_by, done_at).
    `now` knows its zone; `as_of` stands in for its day when a past day is planned again.
    """
    today = as_of or now.date()
    found = believed(exceptions, today)
    away = _away(tasks, today)
    done = tasks.filter(pl.col("state") == "done").select(DONE.names)
    due = (pl.col("due_on") <= today).fill_null(value=True)
    waiting = tasks.filter((pl.col("state") == "open") & (pl.col("origin") != "list") & due)
    listed = call_list(
        found.join(away, on="account_id", how="anti"),
        scores,
        contacts,
        done,
        waiting.select(ADDED.names).join(away, on="account_id", how="anti"),
        now,
        rules,
    )
    gone = away.join(scores.select("account_id", pl.col("csm_id").fill_null("")), on="account_id")
    left_out = pl.concat([listed.left_out, gone.select(LEFT_OUT.names)]).sort("account_id")
    return CallList(listed.calls, LEFT_OUT.check(left_out), listed.day)


def believed(exceptions: pl.DataFrame, today: date) -> pl.DataFrame:
    """The exceptions that nobody judged false and that are not snoozed."""
    awake = pl.col("snoozed_until").is_null() | (pl.col("snoozed_until") <= today)
    kept = pl.col("verdict").is_null() | (pl.col("verdict") != JUDGED_FALSE)
    return exceptions.filter(awake & kept)


def rules_from(
    body: Mapping[str, Any],
    *,
    capacity: int | None = None,
    playbooks: Mapping[str, Playbook] | None = None,
) -> CallRules:
    """The rules of the list as the settings have them; `capacity` stands in for what they say of everybody.

    Raises `ValueError` when the settings make no sense.

    >>> rules_from({"capacity": 5, "calls": {"rest_days": 21}}).rest_days
    21
    """
    use = chosen(body)
    return CallRules(
        capacity=int(body.get("capacity", DEFAULT_CAPACITY)) if capacity is None else capacity,
        capacities={csm: int(n) for csm, n in use["capacities"].items()},
        rest_days=int(use["rest_days"]),
        retry_days=int(use["retry_days"]),
        small_share=float(use["small_share"]),
        hours=hours_from(body, use),
        playbooks=playbooks or {},
    )


def _away(tasks: pl.DataFrame, today: date) -> pl.DataFrame:
    """Accounts that a person put off or took off the list until a later day: account_id, sentence."""
    later = tasks.filter(pl.col("due_on") > today, pl.col("state").is_in(["open", REMOVED]))
    did = pl.when(pl.col("state") == REMOVED).then(pl.lit("Taken off the list")).otherwise(pl.lit("Put off"))
    why = pl.when(pl.col("note").is_null()).then(pl.lit(".")).otherwise(pl.format(": {}", "note"))
    until = pl.col("due_on").dt.strftime("%-d %b %Y")
    said = pl.concat_str(did, pl.lit(" until "), until, pl.lit(" by "), "created_by", why)
    return (
        later.sort("due_on").group_by("account_id").agg(said.last().alias("sentence"))
        if later.height
        else pl.DataFrame(schema={"account_id": pl.String, "sentence": pl.String})
    )
