"""What was planted, as plain JSON: for tests, benchmarks and `--truth`."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np
import polars as pl

from models.demo.catalogue import BULK, DECOY, DECOY_SEGMENT, EVERYONE, MILESTONES, NOISE, PATHS, RELEASED
from models.demo.following import OFF_PATH, released
from models.demo.handoffs import BOUNCED_SHARE, DROPPED_SHARE, LATE_SHARE, OVERLAP_SHARE
from models.demo.keys import account_ids
from models.demo.shape import NEVER, WEIGHTS, Flags, Floats, Ints
from models.demo.story import Story
from models.demo.traits import SEGMENTS
from models.demo.usage import reached_in_history


def truth(story: Story) -> dict[str, Any]:
    """Parameters, catalogue roles, the effect of calls, and one entry an account by its id.

    Dates are ISO texts. Decisions after `as_of` carry the probability as things stand then;
    their `left` is null. Nothing that starts after `as_of` is told.
    """
    return {
        "parameters": {
            "as_of": story.clock.as_of.isoformat(),
            "usage_starts_on": _iso(story, np.zeros(1, dtype=np.int64))[0],
            "accounts": story.traits.count,
            "months": story.clock.months,
            "seed": story.seed,
            "signal": story.signal,
            "shape": asdict(story.shape),
            "log_odds": asdict(WEIGHTS[story.signal]) | {"intercept": round(story.odds.intercept, 6)},
            "handoffs": {
                "late_share": LATE_SHARE,
                "dropped_share": DROPPED_SHARE,
                "bounced_share": BOUNCED_SHARE,
                "overlap_share": OVERLAP_SHARE,
            },
        },
        "paths": _paths(story),
        "milestones": list(MILESTONES) if story.signal in ("paths", "progress") else [],
        "everyone": list(EVERYONE),
        "noise": list(NOISE),
        "releases": _releases(story),
        "decoys": dict.fromkeys(DECOY, SEGMENTS[DECOY_SEGMENT]),
        "bulk": list(BULK),
        "calls": {
            "log_odds": WEIGHTS[story.signal].call,
            "meaning": "added to the log-odds of leaving when a courtesy call was made and a call helps",
        },
        "accounts": _accounts(story),
    }


def _releases(story: Story) -> dict[str, str | None]:
    """The event that came into the product during the history, with its day; none in a short one."""
    day = released(story.clock)
    return {} if day is None else {RELEASED: _iso(story, np.array([day]))[0]}


def _paths(story: Story) -> dict[str, list[dict[str, Any]]]:
    """Planted paths; none where no order was planted or where paths mean nothing."""
    if story.signal != "paths":
        return {}
    return {
        name: [{"event": event, "typical_day": day} for event, day in steps] for name, steps in PATHS.items()
    }


def _iso(story: Story, days: Ints, *, future: bool = False) -> list[str | None]:
    return story.clock.dates(days, future=future).dt.to_string("%Y-%m-%d").to_list()


def _while_there(story: Story, days: Ints) -> Ints:
    """Days after the account left, or after `as_of`, never happened."""
    return np.where(days < story.ends, days, NEVER)


def _accounts(story: Story) -> dict[str, dict[str, Any]]:
    traits, outcomes, rows = story.traits, story.outcomes, np.arange(story.traits.count)
    newest, depth = _newest_decline(story)
    now = story.following.progress((story.ends)[:, None])[:, 0]
    upcoming = outcomes.upcoming
    soured = story.moods.sour[rows, upcoming] < story.ends
    table = {
        "account_id": account_ids(traits.count).to_list(),
        "path": [_path_name(int(path)) for path in story.following.path],
        "progress": np.round(now, 4).tolist(),
        "signed_before_usage": traits.base.tolist(),
        "weekly_events": np.round(traits.weekly, 3).tolist(),
        "declines_on": _iso(story, newest),
        "decline_depth": [
            None if day >= NEVER else round(float(d), 3) for day, d in zip(newest, depth, strict=True)
        ],
        "silent": (story.moods.silent < story.ends).tolist(),
        "silent_since": _iso(story, _while_there(story, story.moods.silent)),
        "mood": np.round(story.mood_now, 4).tolist(),
        "soured_on": _iso(story, _while_there(story, story.moods.sour[rows, upcoming])),
        "mood_leaver": (soured & ~outcomes.live & (np.array(outcomes.why) != "closed")).tolist(),
        "leave_probability": np.round(story.odds.leave[rows, upcoming], 6).tolist(),
        "leave_probability_if_called": np.round(story.odds.leave_if_called[rows, upcoming], 6).tolist(),
        "call_helps": (story.calls.helps[rows, upcoming] & (WEIGHTS[story.signal].call < 0)).tolist(),
        "champion_quiet_on": _iso(
            story,
            np.where(story.ends > story.spotlight.champion_quiet, story.spotlight.champion_quiet, NEVER),
        ),
        "fresh_detractor": story.spotlight.detractor.tolist(),
        "waiting_on_us": story.spotlight.waiting.tolist(),
        "renewal_untouched": story.spotlight.neglected.tolist(),
        "churned_on": _iso(story, outcomes.left_on),
        "why": [why or None for why in outcomes.why],
        "reached": _nested(traits.count, reached_in_history(story.clock, story.following, outcomes.left_on)),
        "decisions": _nested(traits.count, _decisions(story)),
        "declines": _nested(traits.count, _declines(story)),
    }
    names = list(table)
    entries = (dict(zip(names, values, strict=True)) for values in zip(*table.values(), strict=True))
    return {entry["account_id"]: entry for entry in entries}


def _path_name(path: int) -> str | None:
    return list(PATHS)[path] if path < OFF_PATH else None


def _started(story: Story) -> Flags:
    """Declines that had started while the account was there."""
    return (story.declines.starts < story.ends[:, None]) & (story.declines.starts >= 0)


def _newest_decline(story: Story) -> tuple[Ints, Floats]:
    starts = np.where(_started(story), story.declines.starts, -1)
    column = starts.argmax(axis=1)
    rows = np.arange(len(column))
    newest = starts[rows, column]
    return np.where(newest < 0, NEVER, newest), story.declines.depth[rows, column]


def _declines(story: Story) -> pl.DataFrame:
    account, column = np.nonzero(_started(story))
    starts, ends = (table[account, column] for table in (story.declines.starts, story.declines.ends))
    before = column < story.plan.decides.shape[1]
    return pl.DataFrame(
        {
            "account": account,
            "on": _iso(story, starts),
            "depth": np.round(story.declines.depth[account, column], 3),
            "recovers_from": _iso(story, np.where(ends < story.ends[account], ends, NEVER)),
            "before_decision": before,
        },
        schema_overrides={"on": pl.String, "recovers_from": pl.String},
    ).sort("account", "on")


def _decisions(story: Story) -> pl.DataFrame:
    plan, outcomes = story.plan, story.outcomes
    ahead = np.arange(plan.decides.shape[1])[None, :] == outcomes.upcoming[:, None]
    shown = outcomes.taken | (ahead & outcomes.live[:, None])
    account, column = np.nonzero(shown)
    at = account, column
    days = np.minimum(plan.decides, story.clock.last + 1)
    call = story.calls.on[at]
    frame = pl.DataFrame(
        {
            "account": account,
            "on": _iso(story, plan.decides[at], future=True),
            "ordinal": plan.ordinal[at],
            "progress": np.round(story.following.progress(days)[at], 4),
            "probability": np.round(story.odds.leave[at], 6),
            "left": pl.Series(outcomes.left[at]).set(pl.Series(~outcomes.taken[at]), None),
            "called_on": _iso(story, call),
            "call_helps": story.calls.helps[at],
        },
        schema_overrides={"on": pl.String, "called_on": pl.String},
    )
    return frame.sort("account", "on")


def _nested(count: int, rows: pl.DataFrame) -> list[list[dict[str, Any]]]:
    """The rows of each account index as a list of plain dicts."""
    if "reached_on" in rows.columns:
        rows = rows.with_columns(pl.col("reached_on").dt.to_string("%Y-%m-%d"))
    nested: list[list[dict[str, Any]]] = [[] for _ in range(count)]
    for account, row in zip(rows["account"].to_list(), rows.drop("account").to_dicts(), strict=True):
        nested[account].append(row)
    return nested
