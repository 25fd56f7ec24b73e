"""Why scores moved: the explanation of one account, and of a whole book since an earlier day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import polars as pl

from components.queries import (
    EVERYONE,
    NotFound,
    Reader,
    every_exception,
    fact,
    part,
    scores_in,
    snapshot_list,
)
from components.queries.cache import kept
from data_access import moves, snapshots
from data_access.snapshots import Snapshot
from models.champions import CHAMPIONS
from models.emotion import ANSWERS
from models.findings import KINDS
from models.leading_causes import summed
from models.links import way
from models.overnight import overnight as what_changed
from models.releases import RELEASES, UPTAKE, released
from models.snapshot import WEEKS
from models.why import Why, heard, total, why

_FEW, _MANY = 16, 256


def explain(reader: Reader, account_id: str, start: int, end: int) -> Why:
    """Why an account's scores differ between two snapshots (ids), with the rows behind."""
    key = (f"{reader.store.database.url} {reader.viewer.scope}", reader.stamps.changes, reader.stamps.imports)
    return _explain(*key, account_id, start, end, reader)


def overnight(reader: Reader, before: Snapshot) -> pl.DataFrame:
    """What changed since an earlier snapshot, and why; columns of `models.overnight.OVERNIGHT`."""
    key = (f"{reader.store.database.url} {reader.viewer.scope}", reader.stamps.changes, reader.stamps.imports)
    return _overnight(*key, before.snapshot_id, reader.stamps.snapshot, reader)


def moved(reader: Reader, start: int, end: int) -> pl.DataFrame:
    """What moved each of the viewer's accounts between two snapshots (ids); columns of `MOVES`."""
    _, signs = _way(reader, start, end)
    return summed(moves.steps(reader.store.database, reader.viewer, list(signs)), signs)


def quiet_champions(reader: Reader, account_id: str) -> pl.DataFrame:
    """The champions of an account whose own use stopped; columns of `models.champions.CHAMPIONS`."""
    return _mine(reader, "champions", CHAMPIONS.empty(), account_id)


def releases(reader: Reader, account_id: str, signed_on: date | None) -> pl.DataFrame:
    """What came into the product since an account signed; columns of `models.releases.RELEASED`."""
    try:
        found = part(replace(reader, viewer=EVERYONE), "releases")
    except NotFound:
        found = RELEASES.empty()
    return released(found, _mine(reader, "uptake", UPTAKE.empty(), account_id), signed_on)


def _mine(reader: Reader, name: str, nothing: pl.DataFrame, account_id: str) -> pl.DataFrame:
    """An account's rows of a part of the newest snapshot; `nothing` where the snapshot has no such part."""
    try:
        return part(reader, name).filter(pl.col("account_id") == account_id)
    except NotFound:
        return nothing


@kept(_FEW)
def _overnight(where: str, changes: int, imports: int, start: int, end: int, _reader: Reader) -> pl.DataFrame:
    days, _ = _way(_reader, start, end)
    then, now = scores_in(_reader, start), scores_in(_reader, end)
    causes = moved(_reader, start, end)
    return what_changed(now, then, every_exception(_reader), days[0], KINDS, causes)


@kept(_MANY)
def _explain(
    where: str, changes: int, imports: int, account_id: str, start: int, end: int, _reader: Reader
) -> Why:
    database, viewer = _reader.store.database, _reader.viewer
    days, signs = _way(_reader, start, end)
    rows = {row["snapshot_id"]: row for row in snapshots.rows(database, viewer, account_id, [start, end])}
    steps = moves.steps(database, viewer, list(signs), account_id)
    answers = heard(
        _part(_reader, start, "answers", account_id, ANSWERS.empty()),
        _part(_reader, end, "answers", account_id, ANSWERS.empty()),
        fact(_reader, "survey_responses", account_id),
        fact(_reader, "contacts", account_id),
    )
    weeks = _part(_reader, end, "weeks", account_id, WEEKS.empty())
    return why(rows.get(start), rows.get(end), total(steps, signs), answers, weeks, days)


def _way(reader: Reader, start: int, end: int) -> tuple[tuple[date, date], dict[int, int]]:
    """The days of two snapshots, and the steps between them."""
    days, links = _links(str(reader.store.database.url), reader.stamps.changes, reader)
    return (days[start], days[end]), way(links, start, end)


@kept(_FEW)
def _links(where: str, changes: int, _reader: Reader) -> tuple[dict[int, date], dict[int, int | None]]:
    """The day of every snapshot, and which it is explained from."""
    listed = snapshot_list(_reader)
    days = dict(listed.select("snapshot_id", "as_of").iter_rows())
    return days, dict(listed.select("snapshot_id", "previous_snapshot_id").iter_rows())


def _part(
    reader: Reader, snapshot_id: int, name: str, account_id: str, nothing: pl.DataFrame
) -> pl.DataFrame:
    try:
        return snapshots.frame(reader.store.database, reader.viewer, snapshot_id, name, account_id)
    except NotFound:
        return nothing
