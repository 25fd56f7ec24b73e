"""Who has taken which call; read at every draw, because it holds for the moment."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from data_access import claims

if TYPE_CHECKING:
    from components.queries import Reader


def taken(reader: Reader, now: datetime) -> dict[str, dict[str, Any]]:
    """The claims that stand on the viewer's accounts, by account; rows of `data_access.claims.CLAIMS`."""
    standing = claims.standing(reader.store.database, reader.viewer, now)
    return {row["account_id"]: row for row in standing.iter_rows(named=True)}
