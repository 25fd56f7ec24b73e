"""What the list of the day and "What works" read of the trial of calls."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import polars as pl

from components.queries.cache import kept
from data_access import effects, facts, settings, snapshots
from data_access.errors import NotFound
from data_access.viewer import SYSTEM
from models.effects.assignment import held_until
from models.effects.cost import SLOT_DAYS, Cost, cost_of
from models.effects.day import Known
from models.effects.frames import SAVEABILITY
from models.effects.report import effects as measured
from models.effects.trial import Trial, base_churn, planned

if TYPE_CHECKING:
    from components.queries import Reader

_FEW = 16


@dataclass(frozen=True)
class Works:
    """The newest trial, every episode of the viewer's accounts, what it measures, and the share chosen."""

    trial: Trial | None
    share: float
    episodes: pl.DataFrame
    effects: pl.DataFrame | None
    saved: pl.DataFrame | None


def works(reader: Reader) -> Works:
    """Everything that "What works" tells; effects are of the viewer's accounts."""
    stamps = reader.stamps
    moved = f"{stamps.snapshot} {stamps.imports} {stamps.changes}"
    return _works(f"{reader.store.database.url} {moved} {reader.viewer.scope}", reader)


def share(reader: Reader) -> float:
    """The share of calls that is held out; 0 while nobody chose one."""
    return float(settings.current(reader.store.database)[1].get("holdout") or 0.0)


def known(reader: Reader, today: date) -> Known:
    """What the list of a day must know of the trial, for the viewer's accounts."""
    held = {}
    if share(reader):
        held = held_until(effects.episodes(reader.store.database, reader.viewer), today)
    return Known(held, saved(reader))


def saved(reader: Reader) -> pl.DataFrame | None:
    """What calls of each kind have saved (`SAVEABILITY`); None where the snapshot does not say."""
    if reader.snapshot is None:
        return None
    try:
        kept = snapshots.frame(
            reader.store.database, reader.viewer, reader.snapshot.snapshot_id, SAVEABILITY_FRAME
        )
    except NotFound:
        return None
    return SAVEABILITY.check(kept)


SAVEABILITY_FRAME = "saveability"


def cost(reader: Reader, share: float, calls: pl.DataFrame) -> Cost:
    """What a holdout of this share would cost and tell, from the viewer's list of today (`CALLS`)."""
    accounts = facts.fact(reader.store.database, SYSTEM, "accounts", as_of=reader.as_of)
    trial = planned(share, "", base_churn(accounts, reader.as_of))
    return cost_of(calls, int(calls["planned"].sum()) * SLOT_DAYS, trial)


def names(reader: Reader) -> pl.DataFrame:
    """account_id and name of all the viewer's accounts, those that left too."""
    rows = facts.fact(reader.store.database, reader.viewer, "accounts")
    return rows.select("account_id", pl.coalesce("name", "account_id").alias("name"))


@kept(_FEW)
def _works(key: str, _reader: Reader) -> Works:
    trial = effects.newest_trial(_reader.store.database)
    episodes = effects.episodes(_reader.store.database, _reader.viewer)
    table = measured(episodes, trial) if trial is not None else None
    return Works(trial, share(_reader), episodes, table, saved(_reader))
