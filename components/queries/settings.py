"""What the Settings and Success drivers pages read."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import polars as pl

from components.queries import EVERYONE, NotFound, Reader, fact, part, scores_in, snapshot_list
from components.queries.cache import kept
from data_access import settings
from models.behaviour import Weights
from models.decisions import success_from
from models.drivers import DRIVERS
from models.event_success import EVENT_SUCCESS
from models.learned_weights import Proposal, learn
from models.measures import Measures
from models.past_decisions import PAST
from models.settings_words import definitions, success_counts, success_words
from models.user_behaviour import USERS
from models.weights_effect import Effect, effect

_FEW = 8
QUARTER = timedelta(days=91)


def in_force(reader: Reader) -> tuple[int, dict[str, Any]]:
    """The newest version of the settings and its entries; 0 when nobody has chosen yet."""
    return settings.current(reader.store.database)


def versions(reader: Reader) -> list[dict[str, Any]]:
    """Every version, newest first: version, saved_at, person, body."""
    rows = settings.listing(reader.store.database).iter_rows(named=True)
    return [{**row, "body": json.loads(row["body"])} for row in rows]


def success_choices(reader: Reader, chosen: dict[str, Any]) -> tuple[list[dict[str, Any]], pl.DataFrame]:
    """The definitions of success on offer, and how many accounts of the company each judges."""
    return _success(*_key(reader), json.dumps(chosen), reader, chosen)


def success_count(reader: Reader, one: dict[str, Any]) -> dict[str, Any] | None:
    """How many accounts a definition judges: decided, succeeded, recent; None for an unknown event."""
    success = success_from(one)
    if success.kind == "event":
        row = event_choices(reader).filter(pl.col("event") == success.event)
        return row.row(0, named=True) if row.height else None
    return _count(*_key(reader), json.dumps(one), reader, one).row(0, named=True)


def event_choices(reader: Reader) -> pl.DataFrame:
    """Every event with what it would give as success (`EVENT_SUCCESS`), and its feature's name."""
    found = _whole(reader, "event_success", EVENT_SUCCESS.empty())
    return found.join(fact(reader, "features").select("event", "feature"), on="event", how="left")


def outcomes(reader: Reader) -> list[str]:
    """Every outcome that an account of the company ended with."""
    found = fact(replace(reader, viewer=EVERYONE), "accounts")["outcome"]
    return found.drop_nulls().unique().sort().to_list()


def past(reader: Reader) -> pl.DataFrame:
    """The past decisions the newest snapshot learned from; columns of `PAST`, of the whole company."""
    return _whole(reader, "past_decisions", PAST.empty())


def drivers(reader: Reader) -> pl.DataFrame:
    """What the successful of the company did more of; columns of `DRIVERS`."""
    return _whole(reader, "drivers", DRIVERS.empty())


def driver_accounts(reader: Reader) -> pl.DataFrame | None:
    """Who stands behind the drivers, the viewer's accounts; columns of `DRIVER_ACCOUNTS`.

    None where the snapshot was made before that was kept.
    """
    try:
        return part(reader, "driver_accounts")
    except NotFound:
        return None


def users(reader: Reader) -> pl.DataFrame:
    """What each user of the viewer's accounts does; `USERS`, null where a snapshot is older than one."""
    try:
        return pl.concat([USERS.empty(), part(reader, "users")], how="diagonal")
    except NotFound:
        return USERS.empty()


def proposal(reader: Reader) -> Proposal:
    """The weights that past decisions propose; takes a moment the first time."""
    return _proposal(*_key(reader), reader)


def effect_now(reader: Reader, weights: Weights) -> Effect:
    """What these weights would change in the newest snapshot, the viewer's accounts."""
    snapshot_id = reader.snapshot.snapshot_id if reader.snapshot else 0
    return effect(scores_in(reader, snapshot_id), weights)


def effect_then(reader: Reader, weights: Weights) -> tuple[Effect, str] | None:
    """The same a quarter ago (or in the oldest snapshot since), and that day; None without an earlier one."""
    made = snapshot_list(reader)
    first = reader.as_of - QUARTER
    before = made.filter(pl.col("as_of") < reader.as_of)
    if before.is_empty():
        return None
    since = before.filter(pl.col("as_of") >= first)
    chosen = (since if since.height else before.head(1)).sort("as_of", "snapshot_id").row(0, named=True)
    found = effect(scores_in(reader, chosen["snapshot_id"]), weights)
    return found, f"{chosen['as_of']:%-d %b %Y}"


def _whole(reader: Reader, name: str, nothing: pl.DataFrame) -> pl.DataFrame:
    """A part that holds no single account's figures to anybody: learned from the company as a whole."""
    try:
        return part(replace(reader, viewer=EVERYONE), name)
    except NotFound:
        return nothing


def _key(reader: Reader) -> tuple[str, int, int]:
    return str(reader.store.database.url), reader.stamps.snapshot, reader.stamps.imports


@kept(_FEW)
def _proposal(store_key: str, snapshot_id: int, imports_stamp: int, _reader: Reader) -> Proposal:
    told = _reader.snapshot.notes.get("behaviour", {}) if _reader.snapshot else {}
    return learn(past(_reader), Measures(told.get("frequency", "own")))


@kept(_FEW)
def _count(
    store_key: str,
    snapshot_id: int,
    imports_stamp: int,
    one_key: str,
    _reader: Reader,
    _one: dict[str, Any],
) -> pl.DataFrame:
    everyone = replace(_reader, viewer=EVERYONE)
    accounts, subscriptions = fact(everyone, "accounts"), fact(everyone, "subscriptions")
    return success_counts(accounts, subscriptions, _reader.as_of, [_one])


@kept(_FEW)
def _success(
    store_key: str,
    snapshot_id: int,
    imports_stamp: int,
    chosen_key: str,
    _reader: Reader,
    _chosen: dict[str, Any],
) -> tuple[list[dict[str, Any]], pl.DataFrame]:
    everyone = replace(_reader, viewer=EVERYONE)
    accounts, subscriptions = fact(everyone, "accounts"), fact(everyone, "subscriptions")
    offered = definitions(accounts, _chosen)
    counts = success_counts(accounts, subscriptions, _reader.as_of, offered)
    never = set(counts.filter(pl.col("succeeded") == 0)["definition"])
    judged = [one for one in offered[1:] if success_words(success_from(one)) not in never]
    return [offered[0], *judged], counts
