"""Rules of one's own: make, change, switch on and off, retire, go back to a version."""

from __future__ import annotations

from datetime import datetime

from data_access import exception_rules
from data_access.errors import DataError, NotAllowed
from data_access.store import Store
from data_access.viewer import Role, Viewer
from models.own_rules import Rule, as_body, troubles

WHO: tuple[Role, ...] = ("manager", "admin", "system")


def may_edit(viewer: Viewer) -> bool:
    """Whether this role makes rules: they hold for the whole company."""
    return viewer.role in WHO


def add_rule(store: Store, viewer: Viewer, now: datetime, rule: Rule) -> int:
    """Keep a new rule, switched off until somebody has seen its replay; returns its id. `now` is UTC.

    Raises `DataError` with what has to be mended.
    """
    _allowed(viewer)
    body = _checked(rule)
    with store.database.write() as connection:
        return exception_rules.add(connection, viewer, now, body)


def change_rule(store: Store, viewer: Viewer, now: datetime, rule_id: int, version: int, rule: Rule) -> int:
    """Save another version of a rule still at `version`; returns the new one, raises `Conflict` otherwise."""
    _allowed(viewer)
    values = {"body": _checked(rule)}
    with store.database.write() as connection:
        return exception_rules.change(connection, viewer, now, rule_id, version, "rule changed", values)


def switch_rule(store: Store, viewer: Viewer, now: datetime, rule_id: int, version: int, *, on: bool) -> int:
    """Look for it from the next refresh on, or no longer: what it found then closes."""
    _allowed(viewer)
    what = "rule switched on" if on else "rule switched off"
    with store.database.write() as connection:
        return exception_rules.change(connection, viewer, now, rule_id, version, what, {"active": on})


def retire_rule(
    store: Store, viewer: Viewer, now: datetime, rule_id: int, version: int, *, retired: bool = True
) -> int:
    """Take a rule from the list, switched off, or bring it back; its versions stay on record."""
    _allowed(viewer)
    what = "rule retired" if retired else "rule restored"
    values = {"retired_at": now if retired else None, "active": False}
    with store.database.write() as connection:
        return exception_rules.change(connection, viewer, now, rule_id, version, what, values)


def revert_rule(store: Store, viewer: Viewer, now: datetime, rule_id: int, version: int, earlier: int) -> int:
    """Make an earlier version's words and numbers count again, as a new version."""
    _allowed(viewer)
    with store.database.write() as connection:
        values = {"body": exception_rules.body_of(connection, rule_id, earlier)}
        return exception_rules.change(connection, viewer, now, rule_id, version, "rule reverted", values)


def _allowed(viewer: Viewer) -> None:
    if not may_edit(viewer):
        raise NotAllowed(f"Rules hold for everybody; {viewer.name} is signed in as {viewer.role}.")


def _checked(rule: Rule) -> str:
    wrong = troubles(rule)
    if wrong:
        raise DataError(" ".join(wrong))
    return as_body(rule)
