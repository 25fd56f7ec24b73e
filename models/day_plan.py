"""The plan of the day from what the store holds: open exceptions, scores, people, calls so far."""

from __future__ import annotations

from datetime import date, datetime

import polars as pl

from models.call_frames import ADDED, DONE, LEFT_OUT
from models.calls import CallList, CallRules, call_list

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
    awake = pl.col("snoozed_until").is_null() | (pl.col("snoozed_until") <= today)
    believed = pl.col("verdict").is_null() | (pl.col("verdict") != JUDGED_FALSE)
    found = exceptions.filter(awake & believed)
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
