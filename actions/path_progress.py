"""What a refresh knows about paths: those found in past decisions, those adopted, and who stands where."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import polars as pl

from data_access import path_discoveries, path_ticks, paths, settings, snapshots
from data_access.path_discoveries import Kept
from data_access.snapshots import Snapshot
from data_access.store import Store
from data_access.usage.activity import Activity
from data_access.version import code_version
from data_access.viewer import SYSTEM
from models.book import book
from models.decisions import Success, decisions, success_from
from models.facts import EVENT_SPANS
from models.first_value import FirstValue, first_value
from models.past_decisions import month_ends
from models.paths.adopted import from_body
from models.paths.cases import cases
from models.paths.discovery import discover
from models.paths.frames import DEPTHS, Discovery
from models.paths.learned_days import winners, with_days, with_uses
from models.paths.prescribed import Prescribed, adopted_as, in_force, nths_asked, reached, steps_of
from models.paths.progress import Progress, progress
from models.paths.watched import first_uses

NOTE = "paths"
"""The snapshot's note on paths: which discovery, and which adopted versions, it stands on."""


FIRST_VALUE_NOTE = "first_value"
"""The snapshot's note of the target to first value in days, and where it is from."""

TARGET = "first_value_days"
"""The setting that names it."""


@dataclass(frozen=True)
class Walked:
    """`steps` (`PRESCRIBED`) of the paths that held, where everybody stood on them, what they had used
    (`REACHED`), how the successful went (`WINNERS`), and what all that stands on (`note`)."""

    steps: pl.DataFrame
    progress: Progress
    uses: pl.DataFrame
    winners: pl.DataFrame
    note: dict[str, Any]

    @property
    def frames(self) -> dict[str, pl.DataFrame]:
        """What the snapshot keeps: `PRESCRIBED`, `PROGRESS`, `STEP_TIMES`, `REACHED` and `WINNERS`."""
        return {
            "path_steps": self.steps,
            "path_progress": self.progress.rows,
            "path_times": self.progress.steps,
            "path_uses": self.uses,
            "path_winners": self.winners,
        }


def found_by(
    store: Store, facts: Mapping[str, pl.DataFrame], activity: Activity, day: date, now: datetime
) -> Kept:
    """The happy paths in decisions known at the last month's end up to `day`.

    They are the same all month long, so what is on record is taken while code, settings, decisions known
    at the month's end, catalog and the usage until then are the same; else they are looked for anew and
    kept.
    """
    end = month_ends(day, 0)[-1]
    version, chosen = settings.current(store.database)
    told = chosen.get("success")
    success = success_from(told if isinstance(told, dict) else {})
    key = _key(store, facts, success, end, version)
    kept = path_discoveries.by_key(store.database, key)
    if kept is not None:
        return kept
    found = _discovered(store, facts, activity, success, end)
    with store.database.write() as connection:
        discovery_id = path_discoveries.add(connection, now, end, key, found)
    return Kept(discovery_id, end, now, key, found)


def walked_by(
    store: Store, facts: Mapping[str, pl.DataFrame], activity: Activity, day: date, discovery: Kept
) -> Walked:
    """Where every account of the live book stands on `day`, on the paths in force now."""
    live = book(facts["accounts"], facts["subscriptions"], day)
    spans = activity.event_spans.join(live, on="account_id", how="semi", maintain_order="left")
    first = _first_day(activity)
    note = {
        "discovery": discovery.discovery_id,
        "usage_from": first.isoformat() if first else None,
        "nths": [1],
    }
    decided = _decided(facts, activity, settings.current(store.database)[1], day)
    known = winners(decided, activity.event_spans, first)
    return _walked(store, live, reached(spans), known, discovery.found, day, note)


def walked_again(store: Store, snapshot: Snapshot, note: Mapping[str, Any], today: date) -> Walked:
    """Where the live book of a snapshot stands on the paths in force now, by what the snapshot knew.

    What people ticked up to `today` counts too. `note`: what the last placing stands on. Raises `NotFound`
    where an earlier version made the snapshot.
    """
    uses = snapshots.frame(store.database, SYSTEM, snapshot.snapshot_id, "path_uses")
    live = snapshots.some_scores(store.database, SYSTEM, snapshot.snapshot_id, ("segment", "signed_on"))
    known = snapshots.frame(store.database, SYSTEM, snapshot.snapshot_id, "path_winners")
    found = path_discoveries.get(store.database, int(note["discovery"])).found
    return _walked(store, live, uses, known, found, snapshot.as_of, note, today)


def _walked(
    store: Store,
    live: pl.DataFrame,
    uses: pl.DataFrame,
    known: pl.DataFrame,
    found: Discovery,
    day: date,
    note: Mapping[str, Any],
    ticked_until: date | None = None,
) -> Walked:
    # What holds is noted before it is read: what changes in between is noticed, never missed.
    now = holding(store)
    wanted = steps_of(in_force(adopted_now(store), found))
    asked = [nth for nth in nths_asked(wanted) if nth not in note["nths"]]
    if asked:
        later = store.usage().occurrences(asked, day)
        uses = pl.concat([uses, reached(EVENT_SPANS.empty(), later.join(live, on="account_id", how="semi"))])
        known = with_uses(known, later)
    steps = with_days(wanted, known)
    ticks = path_ticks.standing(store.database, SYSTEM)
    since = date.fromisoformat(note["usage_from"]) if note["usage_from"] else None
    placed = progress(live, steps, uses, ticks, day, since, ticked_until)
    return Walked(steps, placed, uses, known, {**note, **now, "nths": [*note["nths"], *asked]})


def adopted_now(store: Store) -> list[Prescribed]:
    """The paths in force, as people adopted them."""
    return [
        adopted_as(row["path_id"], row["version"], from_body(row["body"]))
        for row in paths.in_force(store.database).iter_rows(named=True)
    ]


def holding(store: Store) -> dict[str, Any]:
    """What accounts are placed by, as it is now: adopted paths with their versions, and ticks."""
    return {
        "adopted": paths.adopted_versions(paths.in_force(store.database)),
        "ticks": path_ticks.mark(store.database),
    }


def moved_since(store: Store, snapshot: Snapshot) -> bool:
    """Whether other paths are in force, or other ticks stand, than those a snapshot was made on."""
    return paths.differ(snapshot.notes.get(NOTE, {}), holding(store))


def valued_by(
    facts: Mapping[str, pl.DataFrame],
    activity: Activity,
    value_events: pl.DataFrame,
    chosen: Mapping[str, Any],
    day: date,
) -> FirstValue:
    """Time to first value as of a day, with the settings' target (`TARGET`) or one that is learned."""
    accounts, spans = facts["accounts"], activity.event_spans
    decided = _decided(facts, activity, chosen, day)
    target = int(chosen[TARGET]) if chosen.get(TARGET) else None
    since = _first_day(activity)
    return first_value(accounts, spans, value_events, decided, day, usage_from=since, target=target)


def _decided(
    facts: Mapping[str, pl.DataFrame], activity: Activity, chosen: Mapping[str, Any], day: date
) -> pl.DataFrame:
    told = chosen.get("success")
    success = success_from(told if isinstance(told, dict) else {})
    return decisions(facts["accounts"], facts["subscriptions"], day, success, activity.event_spans)


def _first_day(activity: Activity) -> date | None:
    first = activity.account_days["day"].min()
    return first if isinstance(first, date) else None


def _discovered(
    store: Store, facts: Mapping[str, pl.DataFrame], activity: Activity, success: Success, end: date
) -> Discovery:
    days = activity.account_days.filter(pl.col("day") <= end)
    ids = facts["accounts"]["account_id"]
    spans = store.activity().spans_at([end], ids)[end] if success.kind == "event" else None
    learnable = cases(facts["accounts"], facts["subscriptions"], days, end, success, spans)
    named = facts["features"].drop_nulls("feature").filter(pl.col("feature").is_unique())
    labels = dict(named.select("event", "feature").iter_rows())
    firsts = first_uses(activity.event_spans)
    return discover(learnable, firsts, days, end, labels, lambda: store.usage().occurrences(DEPTHS, end))


def _key(store: Store, facts: Mapping[str, pl.DataFrame], success: Success, end: date, version: int) -> str:
    rule = success if success.kind != "event" else Success()
    known = decisions(facts["accounts"], facts["subscriptions"], end, rule).sort("account_id")
    months = store.usage().months().filter(pl.col("month") <= end)
    made = (known.write_csv(), facts["features"].sort("event").write_csv(), months.write_csv(), str(success))
    digest = hashlib.sha256("|".join(made).encode()).hexdigest()[:16]
    return f"{end} {digest} {version} {code_version()}"
