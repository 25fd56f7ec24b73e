"""Replay a rule over the past weekly snapshots, before anybody switches it on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import polars as pl

from actions.progress import Progress, silent
from data_access import snapshots
from data_access.errors import NotFound
from data_access.facts import fact, known_on
from data_access.store import Store
from data_access.viewer import Viewer
from models.exception_waiting import waiting_on_us
from models.findings import FINDINGS
from models.own_rules import HITS, Rule, hits
from models.replay import Replay, replay, weekly_days
from models.rule_measures import is_finding, needed

_FILTERS = ("segment", "plan", "csm_id", "tenure_days")
_STAGE = "weekly snapshots"


def replay_rule(store: Store, viewer: Viewer, rule: Rule, progress: Progress = silent) -> Replay:
    """What a rule would have found in the weekly snapshots of the viewer's accounts.

    Raises `NotFound` when there is no snapshot at all.
    """
    weeks = _weeks(store)
    columns = (*needed(rule.measure), *_FILTERS)
    books, found = [], []
    for done, (day, snapshot_id) in enumerate(weeks):
        progress(_STAGE, done, len(weeks))
        on = pl.lit(day).alias("as_of")
        scores = snapshots.some_scores(store.database, viewer, snapshot_id, columns).with_columns(on)
        rows = FINDINGS.empty()
        if is_finding(rule.measure):
            rows = snapshots.frame(store.database, viewer, snapshot_id, "findings")
        books.append(scores.select("as_of", "account_id", "segment"))
        found.append(hits(rule, scores, rows.with_columns(on)))
    return _told(store, viewer, weeks, pl.concat(books), pl.concat(found))


def replay_kind(store: Store, viewer: Viewer, kind: str, progress: Progress = silent) -> Replay:
    """What a kind of exception found in the weekly snapshots, as it was set then."""
    weeks = _weeks(store)
    books, found = [], []
    for done, (day, snapshot_id) in enumerate(weeks):
        progress(_STAGE, done, len(weeks))
        on = pl.lit(day).alias("as_of")
        books.append(_book(store, viewer, snapshot_id, day))
        rows = snapshots.frame(store.database, viewer, snapshot_id, "findings").filter(pl.col("kind") == kind)
        found.append(rows.select(on, "account_id", value=pl.lit(None, pl.Float64)))
    return _told(store, viewer, weeks, pl.concat(books), HITS.check(pl.concat(found)))


def replay_waiting(
    store: Store, viewer: Viewer, levels: Mapping[str, float], progress: Progress = silent
) -> Replay:
    """What *waiting on us* would have found with other service levels (working days by channel)."""
    weeks = _weeks(store)
    accounts = fact(store.database, viewer, "accounts")
    interactions = fact(store.database, viewer, "interactions")
    books, found = [], []
    for done, (day, snapshot_id) in enumerate(weeks):
        progress(_STAGE, done, len(weeks))
        books.append(_book(store, viewer, snapshot_id, day))
        rows = waiting_on_us(accounts, known_on(interactions, "interactions", day), day, levels)
        days = pl.col("evidence").str.json_path_match("$.working_days").cast(pl.Float64)
        found.append(rows.select(pl.lit(day).alias("as_of"), "account_id", value=days))
    return _told(store, viewer, weeks, pl.concat(books), HITS.check(pl.concat(found)))


def _weeks(store: Store) -> list[tuple[date, int]]:
    """Day and id of the weekly snapshots to look at, oldest first; of a day with several, the newest."""
    made = snapshots.listing(store.database).sort("as_of", "snapshot_id")
    if made.is_empty():
        raise NotFound("There is no snapshot yet, so nothing can be replayed; refresh first.")
    ids = dict(made.select("as_of", "snapshot_id").iter_rows())
    return [(day, ids[day]) for day in weekly_days(list(ids), max(ids))]


def _book(store: Store, viewer: Viewer, snapshot_id: int, day: date) -> pl.DataFrame:
    rows = snapshots.some_scores(store.database, viewer, snapshot_id, ("segment",))
    return rows.select(pl.lit(day).alias("as_of"), "account_id", "segment")


def _told(
    store: Store, viewer: Viewer, weeks: list[tuple[date, int]], book: pl.DataFrame, found: pl.DataFrame
) -> Replay:
    last = weeks[-1][0]
    return replay(found, book, fact(store.database, viewer, "accounts", as_of=last), last)
