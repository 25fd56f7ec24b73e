"""Refresh: read the facts, score every account as of a day, write one snapshot."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import polars as pl

from actions import effects, handed_in, keeping, learning, path_progress, personal, sending
from actions.churn import NOTE as CHURN_NOTE
from actions.churn import leaving_by
from actions.facts_by_day import FactsByDay
from actions.learning import past_of, user_events_of, users_of
from actions.linking import Linked, as_notes, linked
from actions.playbooks import saved as saved_playbooks
from actions.progress import Progress, silent
from data_access import exception_rules, exceptions, imports, moves, pulses, settings, snapshots, stamps
from data_access.audit import record
from data_access.locks import exclusive
from data_access.store import Store
from data_access.version import code_version
from data_access.viewer import SYSTEM, Viewer
from models import quality
from models.declines_fleet import FLEET
from models.declines_state import MEMORY, DeclineState
from models.event_success import event_success
from models.exceptions import advance
from models.facts import USAGE_EVENTS
from models.findings import FINDINGS
from models.own_rules import rules_of
from models.pulse import newest as newest_pulses
from models.scoring import Scored, looked_for, score

STAGES = (
    "facts",
    "usage",
    "paths",
    "progress",
    "learning",
    "churn",
    "book",
    "behaviour",
    "emotion",
    "declines",
    "exceptions",
    "risk",
    "weeks",
    "first value",
    "moves",
    "write",
)


@dataclass(frozen=True)
class RefreshReport:
    """The snapshot that was made; `seconds` by stage; `months_read`: usage months that were news."""

    snapshot_id: int
    as_of: date
    accounts: int
    seconds: dict[str, float]
    months_read: int

    def in_words(self) -> str:
        spent = sum(self.seconds.values())
        return f"Snapshot {self.snapshot_id} as of {self.as_of}: {self.accounts:,} accounts in {spent:.1f} s."


class Stopwatch:
    """Seconds spent in each stage, told to `progress` as they begin."""

    def __init__(self, progress: Progress) -> None:
        self.seconds: dict[str, float] = {}
        self._progress = progress
        self._stage, self._since = "", time.perf_counter()

    def begin(self, stage: str) -> None:
        now = time.perf_counter()
        if self._stage:
            self.seconds[self._stage] = round(now - self._since, 3)
        self._stage, self._since = stage, now
        done = STAGES.index(stage) if stage in STAGES else len(STAGES)
        self._progress("refresh", done, len(STAGES))


def default_day(store: Store, now: datetime) -> date:
    """The day a refresh stands for when nobody names one.

    The newest day with usage; without usage the newest dated fact; never later than yesterday.
    """
    fresh = imports.freshness(store.database)
    newest = fresh.get(USAGE_EVENTS.name) or max(fresh.values(), default=None)
    yesterday = now.date() - timedelta(days=1)
    return min(newest.date(), yesterday) if newest else yesterday


def needed(store: Store, now: datetime, as_of: date | None = None) -> bool:
    """Whether a refresh would tell anything new.

    There is no snapshot of that day, or data, code, settings, paths or rules moved since.
    """
    newest = snapshots.newest(store.database)
    stamp = stamps.read(store.database)
    if newest is None or newest.as_of != (as_of or default_day(store, now)):
        return True
    same_code = newest.code_version == code_version()
    same_settings = newest.settings_version == settings.current(store.database)[0]
    moved = path_progress.moved_since(store, newest)
    moved = moved or exception_rules.moved_since(store.database, newest.created_at)
    return newest.notes.get("imports") != stamp.imports or not (same_code and same_settings) or moved


def refresh(
    store: Store, viewer: Viewer, now: datetime, as_of: date | None = None, progress: Progress = silent
) -> RefreshReport:
    """Score the live book as of a day (see `default_day`) and write one immutable snapshot.

    Usage months that did not change since the last refresh are not read again. Exceptions open
    and close only when the day is not before the newest snapshot's: a past day is recomputed, not
    lived again. Lots of the holdout, where one is chosen, are drawn for today's list. One refresh runs at
    a time. Data older than is kept goes first, and so does anybody erased whom a backup brought back.
    """
    keeping.apply_if_free(store, SYSTEM, now)
    personal.erase_again(store, SYSTEM, now)
    handed_in.tidy(store, SYSTEM, now)
    day = as_of or default_day(store, now)
    report = _refresh(store, viewer, now, day, progress, FactsByDay(store, day))
    effects.assigned(store, now)
    return report


def _refresh(
    store: Store, viewer: Viewer, now: datetime, day: date, progress: Progress, known: FactsByDay
) -> RefreshReport:
    viewer.may_write()
    with exclusive(store, "refresh"):
        watch = Stopwatch(progress)
        watch.begin("facts")
        stamp = stamps.read(store.database)
        facts = known.at(day, stamp.imports)
        version, chosen = settings.current(store.database)
        watch.begin("usage")
        activity = store.activity().read(day)
        watch.begin("paths")
        found = path_progress.found_by(store, facts, activity, day, now)
        watch.begin("progress")
        walked = path_progress.walked_by(store, facts, activity, day, found)
        watch.begin("learning")
        past = past_of(store, facts, activity, day)
        watch.begin("churn")
        leaving = leaving_by(store, viewer, facts, activity, day, now)
        scored = score(
            facts,
            activity.account_days,
            activity.event_spans,
            day,
            settings=chosen,
            memory=_memory(store, day),
            past=past.rows,
            user_windows=users_of(store, day),
            user_events=user_events_of(store, day),
            walked=walked.progress.rows,
            pulses=newest_pulses(pulses.listing(store.database, SYSTEM), day),
            rules=rules_of(exception_rules.listing(store.database)),
            playbooks=saved_playbooks(store),
            leaving=leaving.predictions,
            begin=watch.begin,
        )
        watch.begin("first value")
        value = path_progress.valued_by(facts, activity, scored.compared.value_events, chosen, day)
        watch.begin("moves")
        links = linked(store, day, scored)
        watch.begin("write")
        header = {
            "as_of": day,
            "created_at": now,
            "person": viewer.person,
            "settings_version": version,
            "code_version": code_version(),
            "freshness": {name: at.isoformat() for name, at in imports.freshness(store.database).items()},
            "stages": watch.seconds,
            "notes": {
                **scored.notes,
                "moods": as_notes(scored.felt.models),
                learning.NOTE: past.key,
                path_progress.NOTE: walked.note,
                path_progress.FIRST_VALUE_NOTE: [value.target_days, value.target_from],
                CHURN_NOTE: leaving.note,
                "imports": stamp.imports,
                "months_read": len(activity.months_read),
            },
        }
        reached = scored.compared.value_events["event"].to_list()
        kept = {
            "subscriptions": facts["subscriptions"],
            learning.FRAME: past.rows,
            **walked.frames,
            **leaving.frames,
            "first_value": value.rows,
            "first_value_curves": value.curves,
            "event_success": event_success(facts["accounts"], activity.event_spans, day),
            effects.FRAME: effects.matured_on(store, facts["accounts"], activity.account_days, day),
            sending.FRAME: sending.followed_on(
                store, facts["accounts"], activity.account_days, activity.event_spans, day
            ),
            **quality.parts(facts, activity.event_spans, scored.scores, reached, day),
        }
        snapshot_id = _write(store, viewer, now, day, header, scored, links, kept, chosen)
        watch.begin("done")
    return RefreshReport(snapshot_id, day, scored.scores.height, watch.seconds, len(activity.months_read))


def weeks_missing(store: Store, now: datetime, weeks: int, as_of: date | None = None) -> list[date]:
    """The last day of each of the `weeks` weeks before a day that the present settings have not scored.

    Oldest first. A week with a snapshot on any of its days is there, so that work that was stopped goes
    on the next day where it was.
    """
    last = as_of or default_day(store, now)
    same = pl.col("settings_version") == settings.current(store.database)[0]
    made = snapshots.listing(store.database).filter(same, pl.col("code_version") == code_version())
    known = {(last - day).days // 7 for day in made["as_of"] if day <= last}
    return [last - timedelta(days=7 * back) for back in range(weeks, 0, -1) if back not in known]


def refresh_weeks(
    store: Store,
    viewer: Viewer,
    now: datetime,
    weeks: int,
    as_of: date | None = None,
    progress: Progress = silent,
) -> list[RefreshReport]:
    """The weekly snapshots before a day that the present settings have not made yet, oldest first.

    History for a new home, or again after a change of settings or of Rounds; snapshots made otherwise
    stay. A run that was stopped goes on where it was.
    """
    missing = weeks_missing(store, now, weeks, as_of)
    known = FactsByDay(store, missing[-1] if missing else now.date())
    reports = []
    for position, day in enumerate(missing):
        progress("weekly snapshots", position, len(missing))
        reports.append(_refresh(store, viewer, now, day, silent, known))
    progress("weekly snapshots", len(missing), len(missing))
    return reports


def _memory(store: Store, day: date) -> DeclineState | None:
    """What the decline detector remembers from the newest snapshot before the day."""
    before = snapshots.newest(store.database, day)
    if before is None:
        return None
    kept = {
        name: snapshots.frame(store.database, SYSTEM, before.snapshot_id, name)
        for name in ("decline_memory", "decline_fleet")
    }
    if kept["decline_memory"].schema != MEMORY.schema or kept["decline_fleet"].schema != FLEET.schema:
        return None
    return DeclineState(kept["decline_memory"], kept["decline_fleet"])


def _write(
    store: Store,
    viewer: Viewer,
    now: datetime,
    day: date,
    header: Mapping[str, object],
    scored: Scored,
    links: Linked,
    kept: Mapping[str, pl.DataFrame],
    chosen: Mapping[str, object],
) -> int:
    frames = {
        "weeks": scored.weeks,
        "answers": scored.felt.answers,
        "findings": scored.findings,
        "drivers": scored.drivers,
        "driver_accounts": scored.driver_accounts,
        "users": scored.users,
        "champions": scored.champions,
        "releases": scored.releases,
        "uptake": scored.uptake,
        "decline_memory": scored.declines.state.accounts,
        "decline_fleet": scored.declines.state.fleet,
        **kept,
    }
    newest = snapshots.newest(store.database)
    known = exceptions.listing(store.database, SYSTEM, only_open=False)
    with store.database.write() as connection:
        snapshot_id = snapshots.write(connection, header=dict(header), scored=scored.scores, frames=frames)
        for step in links.steps(snapshot_id):
            moves.write(connection, *step)
        if newest is None or newest.as_of <= day:
            moved = advance(known, looked_for(scored.findings, chosen), day)
            still = moved.still.select("exception_id", "last_seen", *FINDINGS.names)
            exceptions.advance(connection, moved.opened, still, moved.closed, day)
        record(connection, viewer, now, "refresh", f"snapshot {snapshot_id}", rows=scored.scores.height)
    return snapshot_id
