"""A migrated store on each database that Rounds runs on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from data_access.config import Configuration
from data_access.store import Store, open_store


@pytest.fixture(params=["sqlite", "postgres"])
def store(
    request: pytest.FixtureRequest, tmp_path: Path, new_postgres_database: Callable[[], str]
) -> Iterator[Store]:
    """An empty store: SQLite with a lake, then PostgreSQL for both bindings."""
    url = new_postgres_database() if request.param == "postgres" else ""
    opened = open_store(Configuration(home=tmp_path / "home", database_url=url, usage_url=url))
    yield opened
    opened.close()
