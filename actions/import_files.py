"""Bring files or a query's rows into the store: read first, then landed in one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl

from actions.import_report import ImportReport, TableReport
from actions.progress import Progress, silent
from actions.reading import Reading, read_source
from actions.screening import again, screen
from actions.settings import sensible
from data_access import imports, settings
from data_access.audit import record
from data_access.database import Transaction
from data_access.files import open_table
from data_access.landing import Landing, compare, stored, write_fact
from data_access.locks import exclusive
from data_access.manifest import list_files
from data_access.store import Store
from data_access.usage.changes import UsageChange
from data_access.usage.publish import usage_load, write_lake, write_sql
from data_access.viewer import Viewer
from models.facts import USAGE_EVENTS
from models.mapping import DERIVED, Mapping, TableMapping

USAGE = USAGE_EVENTS.name


@dataclass(frozen=True)
class Landed:
    """One source that was read, and what it changes; usage is changed as a whole, by its load."""

    reading: Reading
    landing: Landing


def import_files(
    store: Store,
    viewer: Viewer,
    now: datetime,
    mapping: Mapping,
    base: Path,
    *,
    source: str = "files",
    progress: Progress = silent,
) -> ImportReport:
    """Read every source of `mapping` (files relative to `base`), then land all of it or nothing.

    The same rows again change nothing; a row of a known key with other values replaces what it
    speaks of. Refused rows are kept with their reason. One import runs at a time. Raises
    `InputError` or `MappingError` before a row is read when a file or column is missing. For admins: a file
    may say whose accounts are whose.
    """
    viewer.may_administer("Importing")
    sensible({**settings.current(store.database)[1], **mapping.settings})
    with exclusive(store, "import"), usage_load(store) as load:
        sources = [open_table(table, base) for table in mapping.tables]
        known: dict[str, pl.DataFrame] = {}
        landed: list[Landed] = []
        positions: dict[str, int] = {}
        left_out = screen(store, now.date())
        for one in sources:
            known_accounts = _accounts(store, known)
            reading = read_source(one, known_accounts, load, positions, now, progress, again(left_out))
            landed.append(Landed(reading, _land(store, known, reading)))
        progress("writing", 0, None)
        written = write_lake(store, load, _rows(progress)) if load.rows else None
        with store.database.write() as connection:
            if load.rows and written is None:
                written = write_sql(store, connection, load, _rows(progress))
            return _commit(connection, viewer, now, source, mapping, landed, written)


def _rows(progress: Progress) -> Any:
    return lambda done, total: progress("writing usage events", done, total)


def _accounts(store: Store, known: dict[str, pl.DataFrame]) -> Any:
    """The ids of every account in the store or earlier in this import, read when asked for."""
    return lambda: _known(store, known, "accounts")["account_id"]


def _known(store: Store, known: dict[str, pl.DataFrame], name: str) -> pl.DataFrame:
    if name not in known:
        known[name] = stored(store.database, name)
    return known[name]


def _land(store: Store, known: dict[str, pl.DataFrame], reading: Reading) -> Landing:
    """What this source changes, given the store and the sources before it."""
    contract = reading.table.contract
    if contract.name == USAGE:
        return Landing(contract.empty(), 0)
    before = _known(store, known, contract.name)
    given, key = reading.rows(), list(contract.key)
    # Rows of one key in several files: the later file speaks last.
    last = given.unique(key, keep="last", maintain_order=True)
    landing = compare(contract, before, last, _filled(reading.table))
    kept = before.join(landing.changed, on=key, how="anti", nulls_equal=True)
    known[contract.name] = pl.concat([kept, landing.changed])
    return Landing(landing.changed, landing.unchanged + given.height - last.height)


def _filled(table: TableMapping) -> list[str]:
    return [*table.filled, *table.contract.key, *DERIVED.get(table.table, ())]


def _commit(
    connection: Transaction,
    viewer: Viewer,
    now: datetime,
    source: str,
    mapping: Mapping,
    landed: list[Landed],
    written: UsageChange | None,
) -> ImportReport:
    reports = [_write(connection, viewer, now, source, one) for one in landed if not _is_usage(one)]
    usage = [one.reading for one in landed if _is_usage(one)]
    if usage:
        reports.append(_write_usage(connection, viewer, now, source, usage, written or UsageChange()))
    _choose(connection, viewer, now, dict(mapping.settings))
    record(connection, viewer, now, "import", source, rows=sum(report.accepted for report in reports))
    return ImportReport(tuple(reports))


def _is_usage(one: Landed) -> bool:
    return one.reading.table.table == USAGE


def _write(connection: Transaction, viewer: Viewer, now: datetime, source: str, one: Landed) -> TableReport:
    changed = one.landing.changed
    write_fact(connection, one.reading.table.table, changed)
    unchanged = one.landing.unchanged + one.reading.repeats
    return _recorded(connection, viewer, now, source, one.reading, changed.height, unchanged)


def _write_usage(
    connection: Transaction,
    viewer: Viewer,
    now: datetime,
    source: str,
    readings: list[Reading],
    written: UsageChange,
) -> TableReport:
    """All usage sources of an import count as one: their rows meet in the same months."""
    whole = Reading(
        readings[0].table,
        files=tuple(file for reading in readings for file in reading.files),
        rejects=[frame for reading in readings for frame in reading.rejects],
        read=sum(reading.read for reading in readings),
        repeats=sum(reading.repeats for reading in readings),
        newest=max((reading.newest for reading in readings if reading.newest), default=None),
        notes=tuple(note for reading in readings for note in reading.notes),
        left_out=tuple(sentence for reading in readings for sentence in reading.left_out),
        met=sum(reading.met for reading in readings),
    )
    accepted, unchanged = written.inserted + written.updated, written.unchanged + whole.repeats
    report = _recorded(connection, viewer, now, source, whole, accepted, unchanged)
    list_files(connection, written, report.import_id)
    return report


def _recorded(
    connection: Transaction,
    viewer: Viewer,
    now: datetime,
    source: str,
    reading: Reading,
    accepted: int,
    unchanged: int,
) -> TableReport:
    values = {
        "source": source,
        "fact": reading.table.table,
        "files": "\n".join(reading.files),
        "started_at": now,
        "finished_at": datetime.now(UTC).replace(tzinfo=None),
        "person": viewer.person,
        "rows_read": reading.read,
        "rows_accepted": accepted,
        "rows_unchanged": unchanged,
        "rows_rejected": reading.rejected,
        "newest": reading.newest,
        "notes": "\n".join(reading.notes),
    }
    import_id = imports.add(connection, values, reading.refused())
    return TableReport(
        reading.table.table,
        reading.files,
        reading.read,
        accepted,
        unchanged,
        reading.rejected,
        reading.notes,
        import_id,
        reading.left_out,
        reading.met,
    )


def _choose(connection: Transaction, viewer: Viewer, now: datetime, chosen: dict[str, object]) -> None:
    """Keep the mapping's settings as a new version where they differ from those in force."""
    body = settings.body_in(connection)
    if any(body.get(name) != value for name, value in chosen.items()):
        settings.save(connection, viewer, now, {**body, **chosen})
