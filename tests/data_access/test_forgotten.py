"""A store that nobody holds any more leaves no connection behind."""

from __future__ import annotations

import gc
import warnings
from pathlib import Path

from data_access.config import Configuration
from data_access.facts import fact
from data_access.store import open_store
from data_access.viewer import SYSTEM


def test_a_forgotten_store_closes_its_connections(demo_home: Path) -> None:
    store = open_store(Configuration(home=demo_home))
    assert fact(store.database, SYSTEM, "accounts").height > 0
    gc.collect()

    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        del store
        gc.collect()

    assert [str(one.message) for one in told if one.category is ResourceWarning] == []
