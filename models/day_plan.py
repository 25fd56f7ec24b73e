"""The plan of the day from what the store holds: open exceptions, scores, people, calls so far."""

from __future__ import annotations

from datetime import date, datetime

import polars as pl

from models.call_frames import ADDED, DONE
from models.calls import CallList, CallRules, call_list

JUDGED_FALSE = "false"


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
    """Plan calls with `models.calls.call_list`, leaving out what somebody judged false or snoozed.

    In: exceptions as stored (with `verdict` and `snoozed_until`), `SCORES`, `CONTACTS`, and calls as
    stored (account_id, csm_id, state, origin, outcome, note, created_at, done_at). `now` knows its
    zone; `as_of` stands in for its day when a past day is planned again.
    """
    today = as_of or now.date()
    awake = pl.col("snoozed_until").is_null() | (pl.col("snoozed_until") <= today)
    believed = pl.col("verdict").is_null() | (pl.col("verdict") != JUDGED_FALSE)
    done = tasks.filter(pl.col("state") == "done").select(DONE.names)
    waiting = tasks.filter((pl.col("state") == "open") & (pl.col("origin") == "hand")).select(ADDED.names)
    return call_list(exceptions.filter(awake & believed), scores, contacts, done, waiting, now, rules)
