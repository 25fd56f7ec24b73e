"""Reading one source of an import to its end, before anything is written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

import polars as pl

from actions.progress import Progress
from actions.screening import Screen
from data_access.files import Source
from data_access.usage.load import UsageLoad
from models.facts import USAGE_EVENTS
from models.mapping import TableMapping
from models.normalise import Normaliser, plan, unknown_accounts
from models.normalise_batch import REJECTS

_OWNERLESS = ("csms", "accounts", "features")

_NEWEST_BY = {
    "subscriptions": "starts_on",
    "usage_events": "occurred_at",
    "survey_invitations": "sent_at",
    "survey_responses": "responded_at",
    "interactions": "opened_at",
    "handoffs": "handed_on",
    "community_posts": "posted_at",
    "referrals": "referred_on",
    "accounts": "signed_on",
}


@dataclass
class Reading:
    """One source, read: its good rows (usage rows lie in the load), its rejects, and the counts."""

    table: TableMapping
    files: tuple[str, ...] = ()
    good: list[pl.DataFrame] = field(default_factory=list)
    rejects: list[pl.DataFrame] = field(default_factory=list)
    read: int = 0
    repeats: int = 0
    newest: datetime | None = None
    notes: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    met: int = 0
    parts: dict[str, None] = field(default_factory=dict)

    @property
    def rejected(self) -> int:
        return sum(frame.height for frame in self.rejects)

    def rows(self) -> pl.DataFrame:
        """The good rows of a fact other than usage, in the contract's columns."""
        return pl.concat([self.table.contract.empty(), *self.good])

    def refused(self) -> pl.DataFrame:
        """Every refused row; columns of `models.normalise_batch.REJECTS`."""
        return pl.concat([REJECTS.empty(), *self.rejects])


Known = Callable[[], pl.Series]
"""Gives the ids of every account there is, in the store or earlier in this import."""


def read_source(
    source: Source,
    known: Known,
    load: UsageLoad,
    positions: dict[str, int],
    now: datetime,
    progress: Progress,
    screen: Screen,
) -> Reading:
    """Read and normalise every row; usage rows go to `load`, other good rows are kept.

    Rows of accounts that nobody knows are refused; `screen` leaves out who was erased and what is too old.
    `positions` numbers the usage files of the whole import. Progress is in rows; how many there will be is
    told from the share of bytes read so far.
    """
    table = source.table
    reading = Reading(table)
    normaliser = Normaliser(plan(table, source.batches(small=True)))
    accounts = None if table.table in _OWNERLESS else known()
    stage = f"reading {table.table}"
    progress(stage, 0, source.rows_estimate or None)
    for step in normaliser.steps(source.batches()):
        good, rejects = step.good, [step.rejects]
        if accounts is not None:
            good, strangers = unknown_accounts(good, accounts)
            rejects.append(strangers)
        good, refused, old = screen.rows(table.contract, good)
        rejects = [*map(screen.rejects, rejects), refused]
        reading.repeats += old
        reading.rejects += [frame for frame in rejects if not frame.is_empty()]
        reading.read += step.read
        reading.repeats += step.repeats
        _keep(reading, good, load, positions, now)
        progress(stage, reading.read, _rows_in_all(source, reading.read, step.position))
    progress(stage, reading.read, reading.read)
    reading.files = tuple(reading.parts) or (table.file or "query",)
    reading.left_out, reading.met = tuple(screen.notes()), screen.met
    reading.notes = (*source.notes, *normaliser.notes, *reading.left_out)
    return reading


def _rows_in_all(source: Source, read: int, position: int) -> int | None:
    if not source.bytes or not position:
        return source.rows_estimate or None
    return max(read, round(read * source.bytes / position))


def _keep(
    reading: Reading, good: pl.DataFrame, load: UsageLoad, positions: dict[str, int], now: datetime
) -> None:
    if good.is_empty():
        return
    contract = reading.table.contract
    if contract.name in _NEWEST_BY:
        newest = good.select(pl.col(_NEWEST_BY[contract.name]).cast(pl.Datetime("us"))).to_series()
        past = newest.filter(newest <= now).max()
        if isinstance(past, datetime):
            reading.newest = max(past, reading.newest or past)
    for (file,), part in good.group_by("file", maintain_order=True):
        reading.parts[str(file)] = None
        if contract is USAGE_EVENTS:
            place = f"{id(reading)} {file}"
            load.add(part.select(contract.names), positions.setdefault(place, len(positions)))
        else:
            reading.good.append(part.select(contract.names))
