"""When accounts were last placed on paths anew since the newest snapshot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from components.queries.cache import kept
from data_access import path_places
from data_access.path_places import Placing as Placing

if TYPE_CHECKING:
    from components.queries import Reader


def placing(reader: Reader) -> Placing | None:
    """The last placing beside the newest snapshot; None where accounts stand as it was made."""
    snapshot_id = reader.snapshot.snapshot_id if reader.snapshot else 0
    return _placing(str(reader.store.database.url), snapshot_id, reader.stamps.changes, reader)


def placed(reader: Reader) -> str:
    """Moves with every placing of accounts: part of the key of whatever tells where they stand."""
    last = placing(reader)
    return "" if last is None else f"{last.at} {last.note}"


@kept(32)
def _placing(store_key: str, snapshot_id: int, changes: int, _reader: Reader) -> Placing | None:
    return path_places.newest(_reader.store.database, snapshot_id)
