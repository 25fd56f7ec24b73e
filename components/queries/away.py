"""Whether the store is there at all."""

from __future__ import annotations

from components import queries
from components.queries import StoreError
from data_access import stamps


def answers() -> bool:
    """Whether the store can be reached now."""
    try:
        stamps.read(queries.store().database)
    except StoreError:
        return False
    return True
