"""The list of the usage lake's live files: it lies in the database, so one commit publishes all."""

from __future__ import annotations

import sqlalchemy as sa

from data_access.schema import usage_files
from data_access.usage.changes import UsageChange, UsageFile


def live_files(connection: sa.Connection) -> list[UsageFile]:
    """The lake's files as listed now."""
    rows = connection.execute(sa.select(usage_files))
    return [UsageFile(row.path, row.month, row.rows, row.bytes, row.checksum) for row in rows]


def list_files(connection: sa.Connection, change: UsageChange, import_id: int) -> None:
    """Publish a load: list its new files and unlist those they replace."""
    if change.removed:
        connection.execute(sa.delete(usage_files).where(usage_files.c.path.in_(change.removed)))
    for file in change.new_files:
        connection.execute(
            sa.insert(usage_files).values(
                path=file.path,
                month=file.month,
                rows=file.rows,
                bytes=file.bytes,
                checksum=file.checksum,
                import_id=import_id,
            )
        )
