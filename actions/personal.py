"""Give one contact all that is kept of them, or forget them everywhere, with proof."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import polars as pl

from actions.progress import Progress, silent
from data_access import suppressions
from data_access.append_only import unlocked
from data_access.audit import record
from data_access.database import Transaction
from data_access.errors import DataError, NotFound
from data_access.locks import exclusive
from data_access.personal import files, frames, handed_in, rows, usage, who
from data_access.personal.handed_in import HandedIn
from data_access.store import Store
from data_access.viewer import ADMINS, Viewer
from models.personal import Traces, together

WHO = ADMINS
_ROUNDS = 3
"""How often an erasure looks again for what somebody wrote while it ran."""

EVENTS = "usage events"


@dataclass(frozen=True)
class Found:
    """What the stores hold of a person: rows by place (`table: columns`), and files that were handed in."""

    hits: tuple[rows.Hit, ...]
    parts: tuple[frames.Part, ...]
    events: int
    files: tuple[HandedIn, ...] = ()

    @property
    def places(self) -> dict[str, int]:
        """How many rows by place; a file counts one."""
        told = Counter(f"{hit.table}: {', '.join(hit.columns)}" for hit in self.hits)
        for part in self.parts:
            told[f"snapshots: {part.name}"] += part.rows
        if self.events:
            told[EVENTS] = self.events
        return dict(sorted(told.items()))

    @property
    def nothing(self) -> bool:
        return not (self.hits or self.parts or self.events)

    def files_in_words(self) -> str:
        """Which files an erasure deletes whole, one sentence; empty where none tells of the person."""
        if not self.files:
            return ""
        names = ", ".join(map(str, self.files))
        return f"Handed in, and deleted whole with everybody in them: {names}."


@dataclass(frozen=True)
class Erased:
    """An erasure: what was found, what is left (nothing, where it succeeded), and what it does not reach.

    `deleted` are files that were handed in and told of the person, or could not be searched; `copies` how
    many leftovers of killed work went; `entries` are the numbers of the audit log's entries in which the
    person's own texts were replaced.
    """

    reference: str
    found: dict[str, int]
    left: dict[str, int]
    deleted: tuple[str, ...]
    copies: int
    files_left: tuple[str, ...]
    kept: dict[str, int]
    backups: tuple[str, ...]
    entries: tuple[int, ...]
    compact: bool

    @property
    def whole(self) -> bool:
        """Whether a search afterwards found nothing, in any table and any file."""
        return not self.left and not self.files_left

    def in_words(self) -> str:
        """A line a place, and what to do about what is out of reach."""
        lines = [
            f"{place}: {count:,} found, {self.left.get(place, 0):,} left"
            for place, count in self.found.items()
        ]
        more = [f"{place}: {count:,} left" for place, count in self.left.items() if place not in self.found]
        lines += [*more, f"Files handed in, deleted whole: {', '.join(self.deleted) or 'none'}."]
        lines += [f"Leftovers of killed work deleted: {self.copies:,}."]
        lines += [f"Still in the file {name}." for name in self.files_left]
        lines += [
            f"Kept, as it is a colleague's or the customer's own: {place} ({count:,})."
            for place, count in self.kept.items()
        ]
        if self.backups:
            lines.append(
                f"{len(self.backups):,} backups hold them until you delete them: {', '.join(self.backups)}. "
                "A restore of one takes them out again."
            )
        if not self.compact:
            lines.append("A reader was in the way of rewriting the database file: erase once more, or later.")
        head = "Nothing is left" if self.whole else "Something is left"
        return "\n".join([f"{self.reference}: {head}.", *lines])


def look(store: Store, viewer: Viewer, asked: str) -> tuple[Traces, Found]:
    """Who `asked` (a contact id or an address) is, and where they are; raises `NotFound` for nobody."""
    _may(viewer)
    traces = who.traces_of(store, asked)
    found = replace(_found(store, traces), files=tuple(handed_in.about(store, traces)))
    if found.nothing and not (traces.telling and any(file.searched for file in found.files)):
        raise NotFound(
            f"Nothing here names {asked}: give a contact id or an e-mail address as it was imported."
        )
    return traces, found


def confirmed(asked: str, typed: str) -> None:
    """Raise `DataError` unless the person typed whom they want to erase."""
    if typed.strip().lower() != asked.strip().lower():
        raise DataError(f"Type {asked} to confirm that this contact is to be erased.")


def suggestions(store: Store, viewer: Viewer, words: str) -> pl.DataFrame:
    """Contacts to choose from, by a part of their id, name or address."""
    _may(viewer)
    return who.suggestions(store, words)


def export(store: Store, viewer: Viewer, now: datetime, asked: str) -> tuple[bytes, int]:
    """All that is kept of one contact, as JSON, and how many rows that are."""
    traces, found = look(store, viewer, asked)
    events = usage.rows_of(store, traces)
    with store.database.read() as connection:
        told: dict[str, Any] = {
            "exported_at": now,
            "tables": rows.whole(connection, found.hits),
            "snapshots": [
                {
                    "snapshot_id": part.snapshot_id,
                    "part": part.name,
                    "rows": frames.rows_of(connection, part, traces),
                }
                for part in found.parts
            ],
        }
    told["usage_events"] = events.to_dicts()
    count = len(found.hits) + sum(part.rows for part in found.parts) + events.height
    with store.database.write() as connection:
        whom = suppressions.named(connection, traces.keys[0])
        record(connection, viewer, now, "export", whom, rows=count)
    return json.dumps(told, default=str, ensure_ascii=False, indent=1).encode(), count


def erase(store: Store, viewer: Viewer, now: datetime, asked: str, progress: Progress = silent) -> Erased:
    """Forget one contact: in every table, every snapshot, the usage events, the files and the log's texts.

    Their rows of surveys, tickets and usage stay as somebody's, so that no count and no score of the past
    moves; their name, addresses, key and words go. Their key and address are suppressed as salted digests:
    an import leaves them out and says so. No import and no refresh runs meanwhile.
    """
    traces, found = look(store, viewer, asked)
    with exclusive(store, "import"), exclusive(store, "refresh"):
        return _erased(store, viewer, now, traces, found, progress)


def erase_again(store: Store, viewer: Viewer, now: datetime, *, deep: bool = False) -> Erased | None:
    """Forget whoever was erased before and came back, with an older backup say; None where nobody did.

    `deep` looks through the usage events too, which an import screens anyway.
    """
    _may(viewer)
    listed = suppressions.listed(store.database)
    if not listed:
        return None
    users = usage.returned(store, listed) if deep else []
    keys = dict.fromkeys([*who.returned(store, listed), *users])
    back = [who.traces_of(store, key) for key in keys]
    if not back:
        return None
    traces = together(back)
    with exclusive(store, "import"), exclusive(store, "refresh"):
        return _erased(store, viewer, now, traces, _found(store, traces), silent)


def _erased(
    store: Store, viewer: Viewer, now: datetime, traces: Traces, found: Found, progress: Progress
) -> Erased:
    if found.events:
        usage.may_clean(store)
    found = replace(found, files=tuple(handed_in.about(store, traces)))
    reference, entries, left = suppressions.new_reference(), set[int](), found
    for turn in range(_ROUNDS):
        progress("erasing", turn, _ROUNDS)
        entries.update(hit.key[0] for hit in left.hits if hit.table == "audit_log")
        _take_out(store, viewer, now, traces, left, reference if turn == 0 else "")
        left = _found(store, traces)
        if left.nothing:
            break
    handed_in.drop(list(found.files))
    copies = files.drop_leftovers(store)
    compact = files.compact(store)
    with store.database.read() as connection:
        stays = Counter(f"{hit.table}: {', '.join(hit.columns)}" for hit in rows.kept(connection, traces))
    progress("erasing", _ROUNDS, _ROUNDS)
    return Erased(
        reference,
        found.places,
        left.places,
        tuple(map(str, found.files)),
        copies,
        _unexplained(files.holding(store, traces.telling), stays),
        dict(stays),
        tuple(files.backups(store)),
        tuple(sorted(entries)),
        compact,
    )


def _take_out(
    store: Store, viewer: Viewer, now: datetime, traces: Traces, found: Found, reference: str
) -> None:
    """One transaction; the lake's new files are written before it and its old ones deleted after it."""
    written = usage.rewrite_lake(store, traces)
    try:
        with store.database.write() as connection:
            _clean_tables(connection, traces, found.hits)
            frames.clean(connection, traces, found.parts)
            usage.list_rewritten(connection, written)
            if found.events and usage.with_the_tables(store):
                usage.clean_database(connection, traces)
            if reference:
                _remember(connection, viewer, now, traces, found, reference)
    except BaseException:
        usage.drop_files(store, written, new=True)
        raise
    usage.drop_files(store, written)
    if found.events and not usage.with_the_tables(store):
        usage.clean_elsewhere(store, traces)


def _clean_tables(connection: Transaction, traces: Traces, hits: Iterable[rows.Hit]) -> None:
    """The log is unlocked for exactly this, in this transaction, and the erasure's own entry says so."""
    every = list(hits)
    rows.clean(connection, traces, [hit for hit in every if hit.table != "audit_log"])
    logged = [hit for hit in every if hit.table == "audit_log"]
    if logged:
        with unlocked(connection):
            rows.clean(connection, traces, logged)


def _remember(
    connection: Transaction, viewer: Viewer, now: datetime, traces: Traces, found: Found, reference: str
) -> None:
    whom = [suppressions.named(connection, key) for key in traces.keys]
    suppressions.add(connection, reference, traces.marks)
    suppressions.remember(connection, reference, now, viewer.person, json.dumps(found.places))
    entries = sorted(hit.key[0] for hit in found.hits if hit.table == "audit_log")
    after = {
        "whom": whom,
        "places": found.places,
        "entries of this log with texts replaced": entries,
        "files handed in, deleted": dict(Counter(file.folder for file in found.files)),
    }
    record(connection, viewer, now, "contact erased", reference, rows=sum(found.places.values()), after=after)


def _found(store: Store, traces: Traces) -> Found:
    with store.database.read() as connection:
        hits = rows.find(connection, traces)
        parts = frames.find(connection, traces)
    events = usage.rows_of(store, traces).height
    return Found(tuple(hits), tuple(parts), events)


def _unexplained(holding: list[str], stays: Counter[str]) -> tuple[str, ...]:
    """Files that hold the person, other than the database where a colleague's row of that address stays."""
    return tuple(name for name in holding if not (stays and name.startswith("rounds.sqlite")))


def _may(viewer: Viewer) -> None:
    viewer.may_administer("Giving out or erasing a contact's data")
