"""The audit log: who did what to which rows; it is only ever added to."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from data_access.schema import audit_log
from data_access.viewer import Viewer


def record(
    connection: sa.Connection,
    viewer: Viewer,
    at: datetime,
    what: str,
    subject: str,
    *,
    rows: int = 1,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    """Write one entry in the caller's transaction, so that no change goes unrecorded."""
    connection.execute(
        sa.insert(audit_log).values(
            at=at,
            person=viewer.person,
            what=what,
            subject=subject,
            rows=rows,
            before=_json(before),
            after=_json(after),
        )
    )


def _json(values: dict[str, Any] | None) -> str | None:
    return None if values is None else json.dumps(values, default=str, ensure_ascii=False)
