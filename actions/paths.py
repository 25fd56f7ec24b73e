"""Adopt happy paths, edit them, go back to a version, retire them, and tick the steps no data can see.

Whatever changes where accounts stand places them anew at once.
"""

from __future__ import annotations

from datetime import date, datetime

from actions.path_places import placed_if_possible
from data_access import path_discoveries, path_ticks, paths
from data_access.errors import Conflict, DataError, NotAllowed, NotFound
from data_access.store import Store
from data_access.viewer import Role, Viewer
from models.paths.adopted import MOST_PATHS, HappyPath, as_body, from_body, from_found, tidy, troubles

WHO: tuple[Role, ...] = ("manager", "admin", "system")


def may_prescribe(viewer: Viewer) -> None:
    """Raise `NotAllowed` unless this role decides for the whole company."""
    if viewer.role not in WHO:
        raise NotAllowed(f"A path holds for everybody; {viewer.name} is signed in as {viewer.role}.")


def found_path(store: Store, discovery_id: int, path: int) -> HappyPath:
    """A path that a refresh found, ready to be edited or adopted. Raises `NotFound`."""
    kept = path_discoveries.get(store.database, discovery_id)
    try:
        return from_found(kept.found.paths, kept.found.steps, path, origin_of(kept.as_of, path))
    except ValueError as error:
        raise NotFound(str(error)) from error


def origin_of(as_of: date, path: int) -> str:
    """Where an adopted path says it is from: a path of a search, by the last day the search knew."""
    return f"found as of {as_of:%-d %b %Y}, path {path}"


def write_path(store: Store, viewer: Viewer, now: datetime, path: HappyPath, *, adopt: bool = False) -> int:
    """Keep a path (found or thought out) as version 1, a draft or adopted at once; returns its id.

    `now` is UTC. Raises `DataError` with what has to be mended.
    """
    may_prescribe(viewer)
    kept = _checked(path)
    with store.database.write() as connection:
        if adopt:
            _room(paths.names_in_force(connection, kept.segment), kept)
        path_id = paths.begin(connection, viewer, now, kept.name, kept.segment, as_body(kept))
        if adopt:
            paths.put_in_force(connection, viewer, now, path_id, 1)
    if adopt:
        placed_if_possible(store, viewer, now)
    return path_id


def save_path(
    store: Store,
    viewer: Viewer,
    now: datetime,
    path_id: int,
    seen: int,
    path: HappyPath,
    *,
    adopt: bool = False,
) -> int:
    """Keep an edited path as its next version; returns it. The version in force stays unless `adopt`.

    `seen` is the version the person looked at. Raises `Conflict` when another one was saved meanwhile,
    `DataError` with what has to be mended or when nothing differs.
    """
    may_prescribe(viewer)
    kept = _checked(path)
    with store.database.write() as connection:
        others = paths.names_in_force(connection, kept.segment, path_id) if adopt else []
        row = paths.held_to_change(connection, path_id, seen)
        before = from_body(paths.body_of(connection, path_id, seen))
        if before == kept:
            raise DataError("Nothing is different from the version before.")
        body = as_body(kept)
        version = paths.save(connection, viewer, now, row, kept.name, kept.segment, body, "path edited")
        if adopt:
            _room(others, kept)
            paths.put_in_force(connection, viewer, now, path_id, version)
    if adopt:
        placed_if_possible(store, viewer, now)
    return version


def adopt_path(store: Store, viewer: Viewer, now: datetime, path_id: int, seen: int) -> None:
    """Put a path's newest version in force. Raises `Conflict` when it is not the one that was seen."""
    may_prescribe(viewer)
    with store.database.write() as connection:
        kept = from_body(paths.body_of(connection, path_id, seen))
        others = paths.names_in_force(connection, kept.segment, path_id)
        row = paths.held(connection, path_id, seen)
        if row.state == paths.ADOPTED and row.adopted_version == seen:
            raise Conflict(f"{row.changed_by} has adopted this version already.")
        _room(others, kept)
        paths.put_in_force(connection, viewer, now, path_id, seen)
    placed_if_possible(store, viewer, now)


def revert_path(store: Store, viewer: Viewer, now: datetime, path_id: int, seen: int, version: int) -> int:
    """Make an earlier version the newest one, and put it in force where the path is; returns its number."""
    may_prescribe(viewer)
    with store.database.write() as connection:
        body = paths.body_of(connection, path_id, version)
        kept = from_body(body)
        others = paths.names_in_force(connection, kept.segment, path_id)
        row = paths.held_to_change(connection, path_id, seen)
        if version == seen:
            raise DataError("This is the newest version; there is nothing to go back to.")
        made = paths.save(connection, viewer, now, row, kept.name, kept.segment, body, "path reverted")
        if row.state == paths.ADOPTED:
            _room(others, kept)
            paths.put_in_force(connection, viewer, now, path_id, made)
    placed_if_possible(store, viewer, now)
    return made


def retire_path(store: Store, viewer: Viewer, now: datetime, path_id: int, seen: int) -> None:
    """Take a path out of force; its versions and ticks stay, and it can be adopted again."""
    may_prescribe(viewer)
    with store.database.write() as connection:
        row = paths.held(connection, path_id, seen)
        if row.state == paths.RETIRED:
            raise Conflict(f"{row.changed_by} has retired this path already.")
        paths.retire(connection, viewer, now, row)
    placed_if_possible(store, viewer, now)


def tick_step(
    store: Store,
    viewer: Viewer,
    now: datetime,
    path_id: int,
    step: str,
    account_id: str,
    done_on: date | None = None,
) -> int:
    """Say that an account did a step no data can see, on a day (today if left out); returns the tick.

    Anybody who may write for the account may tick. Raises `DataError` where the path in force has no such
    step by hand or the day is still to come, `Conflict` when it is ticked already.
    """
    day = done_on or now.date()
    if day > now.date():
        raise DataError(f"{day:%-d %b %Y} is still to come; give the day it was done.")
    by_hand = [one.key for one in path_in_force(store, path_id).steps if one.kind == "manual"]
    if step not in by_hand:
        raise DataError(f"This path has no step “{step}” to tick; it has {', '.join(by_hand) or 'none'}.")
    with store.database.write() as connection:
        tick = path_ticks.add(
            connection, viewer, now, path_id=path_id, step=step, account_id=account_id, done_on=day
        )
    placed_if_possible(store, viewer, now)
    return tick


def undo_tick(store: Store, viewer: Viewer, now: datetime, tick_id: int) -> None:
    """Take a tick back; the log keeps both."""
    with store.database.write() as connection:
        path_ticks.undo(connection, viewer, now, tick_id)
    placed_if_possible(store, viewer, now)


def path_in_force(store: Store, path_id: int) -> HappyPath:
    """The version of a path that counts now. Raises `NotFound` where none does."""
    for row in paths.in_force(store.database).iter_rows(named=True):
        if row["path_id"] == path_id:
            return from_body(row["body"])
    raise NotFound(f"Path {path_id} is not in force.")


def _checked(path: HappyPath) -> HappyPath:
    kept = tidy(path)
    wrong = troubles(kept)
    if wrong:
        raise DataError(" ".join(wrong))
    return kept


def _room(others: list[str], path: HappyPath) -> None:
    whom = f"segment {path.segment}" if path.segment else "everybody"
    if path.name.casefold() in {name.casefold() for name in others}:
        raise DataError(
            f"A path called {path.name} is in force for {whom} already; give this one another name."
        )
    if len(others) >= MOST_PATHS:
        raise DataError(f"{MOST_PATHS} paths are in force for {whom} already; retire one first.")
