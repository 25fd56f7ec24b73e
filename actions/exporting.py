"""Export what a screen shows, whole, as one file; every export is in the audit log."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, tzinfo
from pathlib import Path
from typing import cast

import polars as pl

from actions import effects, export_paths, export_retention
from actions.calendars import CALENDARS
from actions.dictionary import dictionary
from actions.formats import TableFormat, calendar_bytes, table_bytes
from actions.playbooks import spoken_now
from data_access import effects as effect_rows
from data_access import exceptions, people, pulses, settings, snapshots, tasks
from data_access.audit import record
from data_access.errors import DataError, NotFound
from data_access.facts import fact
from data_access.snapshots import Snapshot
from data_access.store import Store
from data_access.viewer import Viewer
from models import surveys
from models.answers import answers
from models.answers import asked as invited
from models.call_budget import budget_from
from models.churn.listing import leaving
from models.churn.words import REASONS
from models.day_plan import rules_from
from models.effects.day import trial_plan
from models.effects.frames import EFFECTS
from models.effects.report import effects as measured
from models.pulse import newest

FORMATS = ("csv", "xlsx", "ics", "parquet", "json")


@dataclass(frozen=True)
class Asked:
    """Who exports from which snapshot, when (UTC), in whose time zone, and what it is narrowed to."""

    store: Store
    viewer: Viewer
    now: datetime
    snapshot: Snapshot
    zone: tzinfo = UTC
    only: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def here(self) -> datetime:
        """Now, on the clock of who exports."""
        return self.now.replace(tzinfo=UTC).astimezone(self.zone)


def accounts(asked: Asked) -> pl.DataFrame:
    """The whole book as on the Accounts page; columns of `models.snapshot.SCORES`."""
    return snapshots.scores(asked.store.database, asked.viewer, asked.snapshot.snapshot_id).sort(
        "priority", "account_id", descending=[True, False], nulls_last=True
    )


def accounts_with_pulse(asked: Asked) -> pl.DataFrame:
    """The book with the pulse that stands for each account; of an earlier snapshot, that of its day."""
    database, day = asked.store.database, asked.snapshot.as_of
    last = snapshots.newest(database)
    given = pulses.listing(database, asked.viewer)
    standing = newest(given, None if last is None or last.as_of == day else day)
    return accounts(asked).join(standing, on="account_id", how="left", maintain_order="left")


def open_exceptions(asked: Asked) -> pl.DataFrame:
    """Exceptions open on the snapshot's day, with the account's name."""
    every = exceptions.listing(asked.store.database, asked.viewer, only_open=False)
    day = asked.snapshot.as_of
    then_open = every.filter(
        (pl.col("first_seen") <= day) & (pl.col("closed_on").is_null() | (pl.col("closed_on") > day))
    )
    names = accounts(asked).select("account_id", "name", "csm_id")
    return names.join(then_open, on="account_id", maintain_order="right")


def calls(asked: Asked) -> pl.DataFrame:
    """The call list as on Today, the calls that can wait included; columns of `models.call_frames.CALLS`."""
    database, viewer = asked.store.database, asked.viewer
    every = exceptions.listing(database, viewer, only_open=False)
    body, book = settings.current(database)[1], accounts(asked)
    planned = trial_plan(
        every.filter(pl.col("closed_on").is_null()),
        book,
        fact(database, viewer, "contacts"),
        tasks.listing(database, viewer),
        asked.here,
        effects.known_on(asked.store, viewer, asked.here.date(), asked.snapshot),
        rules=rules_from(body, playbooks=spoken_now(asked.store)),
        budget=budget_from(body, every, book, asked.snapshot.as_of),
    )
    return planned.calls


def retention(asked: Asked) -> pl.DataFrame:
    """Every figure of the Retention page by month and currency, both bases; `RETENTION_SERIES`.

    Currencies stand apart, as nobody chose one here; figures without a base have no row. `Asked.only`
    narrows it as the page's filters and groups do.
    """
    return export_retention.retention_of(asked.store, asked.viewer, asked.snapshot, asked.only)


def voice(asked: Asked) -> pl.DataFrame:
    """Every figure of the Voice page for the last eight times 90 days; columns of `models.surveys.VOICE`."""
    database, viewer, day = asked.store.database, asked.viewer, asked.snapshot.as_of
    owners, contacts, told, sent = (
        fact(database, viewer, name, as_of=day)
        for name in ("accounts", "contacts", "survey_responses", "survey_invitations")
    )
    known = (owners, contacts, people.csms(database), day)
    return surveys.voice(answers(told, *known), invited(sent, told, *known), surveys.windows(day, 90, 8))


def paths(asked: Asked) -> pl.DataFrame:
    """The paths in force as on Happy paths, a row a step; columns of `models.paths.tables.PATH_TABLE`."""
    return export_paths.paths_of(asked.store, asked.viewer, asked.snapshot)


def path_progress(asked: Asked) -> pl.DataFrame:
    """Where every account stands on its path; columns of `models.paths.tables.PROGRESS_TABLE`."""
    return export_paths.progress_of(asked.store, asked.viewer, asked.snapshot)


def churn(asked: Asked) -> pl.DataFrame:
    """Who is likely to leave as on the Backtest page; columns of `models.churn.listing.LEAVING`."""
    database, viewer, snapshot_id = asked.store.database, asked.viewer, asked.snapshot.snapshot_id
    try:
        why = snapshots.frame(database, viewer, snapshot_id, "churn_reasons")
    except NotFound:  # written by a version without a churn model
        why = REASONS.empty()
    return leaving(snapshots.scores(database, viewer, snapshot_id), why)


def call_effects(asked: Asked) -> pl.DataFrame:
    """What calls do, as on What works; `models.effects.frames.EFFECTS`, no rows where no lot was drawn."""
    trial = effect_rows.newest_trial(asked.store.database)
    if trial is None:
        return EFFECTS.empty()
    return measured(effect_rows.episodes(asked.store.database, asked.viewer), trial)


EXPORTS: dict[str, Callable[[Asked], pl.DataFrame]] = {
    "accounts": accounts_with_pulse,
    "exceptions": open_exceptions,
    "calls": calls,
    "effects": call_effects,
    "churn": churn,
    "paths": paths,
    "path-progress": path_progress,
    "retention": retention,
    "voice": voice,
}


def export(
    store: Store,
    viewer: Viewer,
    now: datetime,
    what: str,
    fmt: str,
    out: Path,
    *,
    as_of: date | None = None,
    dictionary_out: Path | None = None,
    zone: tzinfo = UTC,
    narrowed: Mapping[str, Sequence[str]] | None = None,
) -> int:
    """Write one of `EXPORTS` to `out`; returns its rows. `CALENDARS` says which can be a calendar (`ics`).

    `narrowed`: of retention, the accounts that count, by `models.retention_rows.SCOPES` and `MEASURED`.

    `now` is UTC; today is its day in `zone`, as on the screens in the browser's. `dictionary_out` names a CSV
    file for what the columns mean; in XLSX a second sheet says so too.
    """
    snapshot = snapshots.newest(store.database, as_of)
    if snapshot is None:
        upto = f" up to {as_of}" if as_of else ""
        raise NotFound(f"There is no snapshot{upto}: run `python cli.py refresh` first.")
    if fmt == "ics" and what not in CALENDARS:
        held = ", ".join(CALENDARS)
        raise DataError(f"A calendar holds {held}, not {what}: choose csv, xlsx, parquet or json.")
    if narrowed and what != "retention":
        raise DataError(f"Only retention can be narrowed here, not {what}: filter the rows of the file.")
    asked = Asked(store, viewer, now, snapshot, zone, narrowed or {})
    frame = EXPORTS[what](asked)
    told = dictionary(frame, what)
    if fmt == "ics":
        frame = CALENDARS[what](frame, _day_of(asked, what))
        body = calendar_bytes(frame, now.replace(tzinfo=UTC))
    else:
        body = table_bytes(frame, cast("TableFormat", fmt), told)
    _write(out, body)
    if dictionary_out is not None:
        _write(dictionary_out, table_bytes(told, "csv"))
    exported(store, viewer, now, what, frame.height)
    return frame.height


def _day_of(asked: Asked, what: str) -> date:
    """The day a calendar begins on: today, or of calls the working day that their list is for."""
    today = asked.here.date()
    if what != "calls":
        return today
    return rules_from(settings.current(asked.store.database)[1]).hours.working_day(today)


def _write(out: Path, body: bytes) -> None:
    try:
        out.write_bytes(body)
    except OSError as error:
        raise DataError(f"{out} can't be written: {error.strerror}.") from error


def exported(store: Store, viewer: Viewer, now: datetime, what: str, rows: int) -> None:
    """Put an export on record: who took how many rows of what."""
    with store.database.write() as connection:
        record(connection, viewer, now, "export", what, rows=rows)
