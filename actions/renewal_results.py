"""Record how a renewal went and why, change it, or take it back."""

from __future__ import annotations

from datetime import date, datetime

from data_access import renewal_results
from data_access.errors import DataError
from data_access.store import Store
from data_access.viewer import Viewer
from models.renewal_results import LONGEST_NOTE, REASONS, RESULTS


def record(
    store: Store,
    viewer: Viewer,
    now: datetime,
    account_id: str,
    due_on: date,
    result: str,
    reason: str,
    note: str = "",
) -> int:
    """Record a renewal as won or lost, with a reason; returns its id. `now` is UTC.

    Raises `DataError` without a result or a reason, `Conflict` when it was recorded meanwhile.
    """
    values = _checked(result, reason, note)
    with store.database.write() as connection:
        return renewal_results.add(connection, viewer, now, account_id, due_on, values)


def change(
    store: Store,
    viewer: Viewer,
    now: datetime,
    result_id: int,
    version: int,
    result: str,
    reason: str,
    note: str = "",
) -> int:
    """Change what was recorded, still at `version`; returns the new version."""
    values = _checked(result, reason, note)
    with store.database.write() as connection:
        return renewal_results.change(connection, viewer, now, result_id, version, "renewal changed", values)


def undo(store: Store, viewer: Viewer, now: datetime, result_id: int, version: int) -> None:
    """Take a record back; the audit log keeps it."""
    with store.database.write() as connection:
        renewal_results.change(
            connection, viewer, now, result_id, version, "renewal result withdrawn", {"withdrawn_at": now}
        )


def _checked(result: str, reason: str, note: str) -> dict[str, str]:
    if result not in RESULTS:
        raise DataError(f"A renewal is {' or '.join(RESULTS)}; nothing was saved.")
    if reason not in REASONS[result]:
        raise DataError(f"Choose why it was {result}: {', '.join(REASONS[result])}. Nothing was saved.")
    told = " ".join(note.split())
    if len(told) > LONGEST_NOTE:
        raise DataError(f"Say it in {LONGEST_NOTE} characters or less; nothing was saved.")
    return {"result": result, "reason": reason, "note": told}
