"""Choose what the company calls success, how behaviour is weighed, and how many calls fit a day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from data_access import settings
from data_access.errors import DataError, NotAllowed
from data_access.store import Store
from data_access.viewer import Role, Viewer
from models import call_settings
from models.behaviour import Weights
from models.decisions import success_from
from models.effects.lots import MOST_SHARE
from models.exchange import assumed_from, rates_from
from models.findings import kinds_off
from models.keeping import periods_from

WHO: tuple[Role, ...] = ("manager", "admin", "system")


def may_choose(viewer: Viewer) -> None:
    """Raise `NotAllowed` unless this role decides for the whole company."""
    if viewer.role not in WHO:
        raise NotAllowed(f"Settings hold for everybody; {viewer.name} is signed in as {viewer.role}.")


def choose(store: Store, viewer: Viewer, now: datetime, seen: int, changes: Mapping[str, Any]) -> int:
    """Save a new version: the newest with `changes` (a None takes the entry away); returns its number.

    `seen` is the version the person looked at. Refused when somebody saved another one meanwhile, when
    nothing would change, or when an entry makes no sense.
    """
    may_choose(viewer)
    with store.database.write() as connection:
        settings.still(connection, seen, changes)
        before = settings.body_in(connection)
        merged = {name: value for name, value in {**before, **changes}.items() if value is not None}
        return settings.save(connection, viewer, now, _checked(before, merged))


def revert(store: Store, viewer: Viewer, now: datetime, seen: int, version: int) -> int:
    """Save an earlier version's entries as a new version (0: what holds before anybody chose)."""
    may_choose(viewer)
    with store.database.write() as connection:
        settings.still(connection, seen)
        body = settings.body_of(connection, version)
        return settings.save(connection, viewer, now, _checked(settings.body_in(connection), body))


def _checked(before: Mapping[str, Any], body: dict[str, Any]) -> dict[str, Any]:
    if body == before:
        raise DataError("Nothing is different from the settings in force.")
    return sensible(body)


def sensible(body: dict[str, Any]) -> dict[str, Any]:
    """The entries as they are; `DataError` says which of them makes no sense."""
    try:
        return _sensible(body)
    except (TypeError, ValueError, AttributeError) as error:
        raise DataError(f"These settings make no sense: {error}.") from error


def _sensible(body: dict[str, Any]) -> dict[str, Any]:
    try:
        success_from(body.get("success", {}))
        if body.get("weights"):
            Weights(**body["weights"]).shares(effectiveness=True)
        rates_from(body)
        assumed_from(body)
        call_settings.chosen(body)
        periods_from(body)
        kinds_off(body)
    except (TypeError, ValueError) as error:
        raise DataError(f"These settings make no sense: {error}.") from error
    wrong = [step for step, days in body.get("handoff_days", {}).items() if not 1 <= float(days) <= 365]
    if wrong:
        raise DataError(f"A handoff takes between 1 and 365 days; look at {', '.join(wrong)}.")
    if not 1 <= int(body.get("first_value_days", 1)) <= 3650:
        raise DataError("The target to first value lies between 1 and 3,650 days after signing.")
    if not 1 <= int(body.get("capacity", 1)) <= 100:
        raise DataError("Between 1 and 100 calls fit a day.")
    if not 1 <= int(body.get("alert_budget", 1)) <= 500:
        raise DataError("The alert budget lies between 1 and 500 new exceptions a week for each CSM.")
    slow = [channel for channel, days in body.get("reply_days", {}).items() if not 0 <= float(days) <= 60]
    if slow:
        raise DataError(f"An answer takes between 0 and 60 working days; look at {', '.join(slow)}.")
    if not 0 <= float(body.get("holdout", 0)) <= MOST_SHARE:
        raise DataError("At most a third of the calls can be held out; give a share from 0 to 1/3.")
    return body
