"""The trial of calls: draw who is held out when the list is made, learn what became of everybody."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import polars as pl

from actions.playbooks import spoken_now
from data_access import effects, exceptions, settings, snapshots, tasks
from data_access.errors import NotFound
from data_access.facts import fact
from data_access.snapshots import Snapshot
from data_access.store import Store
from data_access.viewer import SYSTEM, Viewer
from models.call_budget import budget_from
from models.calls import CallRules
from models.day_plan import rules_from
from models.effects.assignment import assign, held_until
from models.effects.day import Known, trial_plan
from models.effects.frames import EPISODE_DAYS, SAVEABILITY
from models.effects.outcomes import matured
from models.effects.saveability import saveability
from models.effects.trial import Trial, base_churn, planned

FRAME = "saveability"
"""The part of a snapshot that keeps what calls have saved, `SAVEABILITY`."""

FRESH_DAYS = 7
"""Data older than this draw no lots: nobody works from such a list."""


def share_of(body: Mapping[str, Any]) -> float:
    """The share of calls that the settings hold out; 0 until somebody chooses one."""
    return float(body.get("holdout") or 0.0)


def known_on(store: Store, viewer: Viewer, today: date, snapshot: Snapshot | None) -> Known:
    """What the list of a day must know of the trial."""
    held = held_until(effects.episodes(store.database, viewer), today)
    if share_of(settings.current(store.database)[1]) == 0:
        held = {}
    return Known(held, saved_in(store, viewer, snapshot))


def saved_in(store: Store, viewer: Viewer, snapshot: Snapshot | None) -> pl.DataFrame | None:
    """What calls have saved as of a snapshot, or None where it does not say."""
    if snapshot is None:
        return None
    try:
        kept = snapshots.frame(store.database, viewer, snapshot.snapshot_id, FRAME)
    except NotFound:
        return None
    return SAVEABILITY.check(kept)


def assigned(store: Store, now: datetime) -> int:
    """Draw the lots of today's list, once a day; returns how many accounts were assigned.

    Nothing happens while no holdout is chosen, while the newest snapshot is more than a week old, and
    when today's list was assigned before. A share that differs from the running trial's begins a new trial,
    whose length is written down before its first lot. `now` is UTC.
    """
    body = settings.current(store.database)[1]
    snapshot = snapshots.newest(store.database)
    if share_of(body) == 0 or snapshot is None or (now.date() - snapshot.as_of).days > FRESH_DAYS:
        return 0
    with store.database.read() as connection:
        if effects.assigned_on(connection, now.date()):
            return 0
    rules = rules_from(body, playbooks=spoken_now(store))
    ranked, scores = _ranked(store, now, snapshot, rules)
    earlier = effects.episodes(store.database, SYSTEM)
    with store.database.write() as connection:
        effects.hold(connection)
        if effects.assigned_on(connection, now.date()):
            return 0
        trial = effects.trial_in(connection)
        if trial is None or trial.share != share_of(body):
            trial = effects.begin(connection, SYSTEM, now, _new(store, share_of(body), snapshot.as_of))
        fresh = assign(ranked, scores, earlier, _slots(rules, ranked), trial, now.date())
        effects.add(connection, SYSTEM, now, fresh)
    return fresh.height


def matured_on(store: Store, accounts: pl.DataFrame, account_days: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Read what became of every episode up to a day, and write it; returns what calls saved, by kind.

    Episodes are read again for as long after their 90 days, because leaving is often imported late.
    """
    every = effects.episodes(store.database, SYSTEM)
    begun = every.filter(pl.col("started_on") <= as_of)
    late = as_of - timedelta(days=2 * EPISODE_DAYS)
    due = begun.filter(pl.col("churned").is_null() | (pl.col("started_on") > late))
    if due.height:
        known = matured(due, accounts, account_days, tasks.listing(store.database, SYSTEM), as_of)
        with store.database.write() as connection:
            effects.learn(connection, known)
        begun = pl.concat([begun.join(known, on=["account_id", "started_on"], how="anti"), known])
    over = begun.filter(pl.col("started_on") <= as_of - timedelta(days=EPISODE_DAYS))
    return saveability(over, CallRules().saveability)


def _ranked(
    store: Store, now: datetime, snapshot: Snapshot, rules: CallRules
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Everybody's list of the day with the held out left out, and the book."""
    known = known_on(store, SYSTEM, now.date(), snapshot)
    scores = snapshots.scores(store.database, SYSTEM, snapshot.snapshot_id)
    every = exceptions.listing(store.database, SYSTEM, only_open=False)
    body = settings.current(store.database)[1]
    listed = trial_plan(
        every.filter(pl.col("closed_on").is_null()),
        scores,
        fact(store.database, SYSTEM, "contacts"),
        tasks.listing(store.database, SYSTEM),
        now.replace(tzinfo=UTC),
        known,
        rules=rules,
        budget=budget_from(body, every, scores, snapshot.as_of),
    )
    return listed.calls, scores


def _slots(rules: CallRules, ranked: pl.DataFrame) -> dict[str, int]:
    """How many calls each CSM makes a day."""
    return {csm: rules.capacities.get(csm, rules.capacity) for csm in ranked["csm_id"].unique()}


def _new(store: Store, share: float, as_of: date) -> Trial:
    base = base_churn(fact(store.database, SYSTEM, "accounts", as_of=as_of), as_of)
    return planned(share, secrets.token_hex(16), base)
