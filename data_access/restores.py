"""Which backups were restored into this store, and when."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from data_access.schema import restores
from data_access.viewer import Viewer


def remember(connection: sa.Connection, viewer: Viewer, at: datetime, file: str, rows: int) -> None:
    """Note a restore in its own transaction."""
    connection.execute(
        sa.insert(restores).values(restored_at=at, restored_by=viewer.person, file=file, rows=rows)
    )
