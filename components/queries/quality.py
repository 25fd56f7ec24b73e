"""What the SIPOC and Quality pages read: measures of each account, processes from data, what people wrote."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

import polars as pl

from components.queries import EVERYONE, NotFound, Reader, csms, part, scores, snapshot_list
from components.queries.cache import kept
from data_access import quality, snapshots
from models import ctq, sipoc
from models.ctq_measures import VALUES
from models.quality import SIPOC_PART, VALUES_PART

_FEW = 32
_BACK = timedelta(days=28)
TREE = ""
"""The name of the tree that holds for the whole company."""


@dataclass(frozen=True)
class Version:
    """A version that people saved; `sheet_id` 0 is what holds before anybody wrote."""

    sheet_id: int
    saved_by: str
    saved_at: str


def values(reader: Reader) -> pl.DataFrame:
    """Every measure of the viewer's accounts in the newest snapshot; `VALUES`."""
    try:
        return part(reader, VALUES_PART)
    except NotFound:
        return VALUES.empty()


def earlier_days(reader: Reader) -> dict[date, int]:
    """The days before the one shown that have measures, newest first, with their snapshots."""
    made = snapshot_list(reader).filter(pl.col("as_of") < reader.as_of)
    newest = made.sort("snapshot_id").unique("as_of", keep="last").sort("as_of", descending=True)
    return dict(newest.select("as_of", "snapshot_id").iter_rows())


def usual_day(days: dict[date, int], as_of: date) -> date | None:
    """The day to compare with when nobody chose: the newest four weeks back, else the oldest there is."""
    return next((day for day in days if day <= as_of - _BACK), min(days, default=None))


def values_in(reader: Reader, snapshot_id: int) -> pl.DataFrame | None:
    """Every measure of the viewer's accounts in another snapshot; None where it keeps none."""
    return _values(_key(reader), snapshot_id, reader)


def named(reader: Reader) -> pl.DataFrame:
    """The viewer's live accounts: account_id, name, segment, csm, mrr, currency, risk."""
    names = csms(reader).select("csm_id", csm="name")
    wanted = ("account_id", "name", "segment", "csm_id", "mrr", "currency", "risk")
    return scores(reader).select(*wanted).join(names, on="csm_id", how="left")


def entries(reader: Reader) -> pl.DataFrame:
    """What the data tell of each team's process, of the whole company; `sipoc.ENTRIES`."""
    try:
        return part(replace(reader, viewer=EVERYONE), SIPOC_PART)
    except NotFound:
        return sipoc.ENTRIES.empty()


def lines(reader: Reader, process: str) -> tuple[Version, tuple[sipoc.Line, ...]]:
    """What people wrote about a process, as it counts now."""
    rows = sipoc_versions(reader, process)
    return _version(rows), sipoc.from_body(rows["body"][0]) if rows.height else ()


def tree(reader: Reader) -> tuple[Version, tuple[ctq.Branch, ...]]:
    """The tree that people adopted; nothing, with version 0, while nobody has."""
    rows = tree_versions(reader)
    return _version(rows), ctq.from_body(rows["body"][0]) if rows.height else ()


def sipoc_versions(reader: Reader, process: str) -> pl.DataFrame:
    """Every version of what people wrote about a process, newest first; `data_access.quality.SHEETS`."""
    return quality.versions(reader.store.database, "sipoc", process)


def tree_versions(reader: Reader) -> pl.DataFrame:
    """Every version of the tree, newest first; `data_access.quality.SHEETS`."""
    return quality.versions(reader.store.database, "ctq", TREE)


def processes(reader: Reader) -> list[str]:
    """The teams in the order in which customers pass them, then those only people wrote about."""
    told = entries(reader).sort("place")["process"].unique(maintain_order=True).to_list()
    return told + [name for name in quality.names(reader.store.database, "sipoc") if name not in told]


def _version(rows: pl.DataFrame) -> Version:
    if rows.is_empty():
        return Version(0, "", "")
    first = rows.row(0, named=True)
    return Version(first["sheet_id"], first["saved_by"], f"{first['saved_at']:%-d %b %Y %H:%M} UTC")


def _key(reader: Reader) -> str:
    return f"{reader.store.database.url} {reader.stamps.imports} {reader.viewer.scope}"


@kept(_FEW)
def _values(key: str, snapshot_id: int, _reader: Reader) -> pl.DataFrame | None:
    try:
        return snapshots.frame(_reader.store.database, _reader.viewer, snapshot_id, VALUES_PART)
    except NotFound:
        return None
