"""What a refresh learns from: past decisions, and what each user did."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from data_access import settings, snapshots
from data_access.errors import NotFound
from data_access.store import Store
from data_access.usage.activity import Activity
from data_access.version import code_version
from data_access.viewer import SYSTEM
from models.decisions import Success, decisions, success_from
from models.past_decisions import PAST, Usage, month_ends, observed_days, past_decisions, sample
from models.user_behaviour import user_windows
from models.user_score import LOOKED_AT_DAYS

FRAME = "past_decisions"
"""The part of a snapshot that keeps them."""

NOTE = "past_key"
"""The snapshot's note that tells what they were made from."""


@dataclass(frozen=True)
class Past:
    """`rows` (`past_decisions.PAST`) up to the last month's end, and the key of what they were made from."""

    rows: pl.DataFrame
    key: str


def past_of(store: Store, facts: Mapping[str, pl.DataFrame], activity: Activity, day: date) -> Past:
    """Past decisions as of the last month's end up to `day`.

    They are the same all month long, so the newest snapshot's are taken while code, settings, decisions
    known at the month's end, catalog and earlier usage have not changed since.
    """
    ends = month_ends(day)
    version, chosen = settings.current(store.database)
    told = chosen.get("success")
    success = success_from(told if isinstance(told, dict) else {})
    key = _key(facts, success, ends[-1], version)
    late = any(month <= ends[-1] for month in activity.months_read)
    kept = None if late else _kept(store, day, key)
    if kept is not None:
        return Past(kept, key)
    accounts = sample(facts["accounts"], ends[-1])
    ids = accounts["account_id"]
    days = activity.account_days.filter(pl.col("account_id").is_in(ids.implode()))
    spans = store.activity().spans_at(observed_days(ends), ids)
    usage = {end: Usage(days, spans[end]) for end in spans}
    rows = past_decisions(
        accounts,
        facts["subscriptions"].filter(pl.col("account_id").is_in(ids.implode())),
        usage,
        ends,
        success=success,
        features=facts["features"],
    )
    return Past(rows, key)


def users_of(store: Store, day: date) -> pl.DataFrame:
    """What every named user did in the windows of `user_windows`."""
    return store.usage().user_windows(user_windows(day))


def user_events_of(store: Store, day: date) -> pl.DataFrame:
    """Which events every named user had in the days that `user_score` looks at."""
    return store.usage().user_events(day - timedelta(days=LOOKED_AT_DAYS - 1), day)


def _key(facts: Mapping[str, pl.DataFrame], success: Success, end: date, version: int) -> str:
    rule = success if success.kind != "event" else Success()
    known = decisions(facts["accounts"], facts["subscriptions"], end, rule).sort("account_id")
    made = (known.write_csv(), facts["features"].sort("event").write_csv(), str(success))
    digest = hashlib.sha256("|".join(made).encode()).hexdigest()[:16]
    return f"{end} {digest} {version} {code_version()}"


def _kept(store: Store, day: date, key: str) -> pl.DataFrame | None:
    before = snapshots.newest(store.database, day)
    if before is None or before.notes.get(NOTE) != key:
        return None
    try:
        rows = snapshots.frame(store.database, SYSTEM, before.snapshot_id, FRAME)
    except NotFound:
        return None
    return rows if rows.schema == PAST.schema else None
