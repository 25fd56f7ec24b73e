"""Four numbers that say whether anything a page shows may have changed."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from data_access.database import Database
from data_access.schema import audit_log, erasures, imports, restores, snapshots


@dataclass(frozen=True)
class Stamps:
    """`changes` moves with every audited change, `imports` with every import; 0 before the first.

    `snapshot` is the id of the newest snapshot: the latest day's, and of that day the last made.
    `restores` counts the backups put back and the people erased: after one, nothing read before still holds.
    """

    changes: int
    imports: int
    snapshot: int
    restores: int = 0


_NEWEST = (
    sa.select(snapshots.c.snapshot_id)
    .order_by(snapshots.c.as_of.desc(), snapshots.c.snapshot_id.desc())
    .limit(1)
    .scalar_subquery()
)
_STANDING = sa.select(
    sa.select(sa.func.max(audit_log.c.entry_id)).scalar_subquery(),
    sa.select(sa.func.max(imports.c.import_id)).scalar_subquery(),
    _NEWEST,
    sa.select(sa.func.max(restores.c.restore_id)).scalar_subquery(),
    sa.select(sa.func.count()).select_from(erasures).scalar_subquery(),
)


def read(database: Database) -> Stamps:
    """The stamps as committed now."""
    with database.read() as connection:
        row = connection.execute(_STANDING).one()
    changed, brought, latest, put_back, gone = (value or 0 for value in row)
    return Stamps(changed, brought, latest, put_back + gone)
