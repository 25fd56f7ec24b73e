"""What a person says of an exception: it is true, false or premature; not now, and why."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from data_access import exceptions
from data_access.errors import DataError
from data_access.store import Store
from data_access.viewer import Viewer

Verdict = Literal["true", "false", "premature"]


def judge(
    store: Store, viewer: Viewer, now: datetime, exception_id: int, version: int, verdict: Verdict | None
) -> None:
    """Keep what the person who looked says of it; None takes the verdict back."""
    values = {"verdict": verdict, "verdict_by": viewer.person, "verdict_at": now}
    with store.database.write() as connection:
        exceptions.change(connection, viewer, now, exception_id, version, values)


def snooze(
    store: Store,
    viewer: Viewer,
    now: datetime,
    exception_id: int,
    version: int,
    until: date | None,
    reason: str = "",
) -> None:
    """Leave it out of calls until a day; needs a reason. `until=None` wakes it."""
    if until is not None and not reason.strip():
        raise DataError("Say why it can wait; a snooze needs a reason.")
    if until is not None and until <= now.date():
        raise DataError("Choose a day after today; a snooze ends in the future.")
    values = {"snoozed_until": until, "snooze_reason": reason.strip() or None}
    with store.database.write() as connection:
        exceptions.change(connection, viewer, now, exception_id, version, values)
