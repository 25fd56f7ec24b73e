"""Each store of usage events, made once per module and emptied before each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.data_access.usage.stores import LakeStore, OtherWarehouse, PostgresStore, Store


@pytest.fixture(scope="module")
def postgres_store(
    postgres_module_database: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[PostgresStore]:
    store = PostgresStore(postgres_module_database, tmp_path_factory.mktemp("load"))
    yield store
    store.engine.dispose()


@pytest.fixture(scope="module")
def lake_store(tmp_path_factory: pytest.TempPathFactory) -> LakeStore:
    return LakeStore(tmp_path_factory.mktemp("lake"))


@pytest.fixture(scope="module")
def other_warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OtherWarehouse]:
    store = OtherWarehouse(tmp_path_factory.mktemp("warehouse"))
    yield store
    store.engine.dispose()


@pytest.fixture(params=["lake_store", "postgres_store", "other_warehouse"])
def store(request: pytest.FixtureRequest) -> Store:
    """Every kind of store in turn, empty."""
    found: Store = request.getfixturevalue(request.param)
    found.clear()
    return found


@pytest.fixture(params=["lake_store", "postgres_store"])
def own_store(request: pytest.FixtureRequest) -> Store:
    """Every kind of store that Rounds itself writes to, empty."""
    found: Store = request.getfixturevalue(request.param)
    found.clear()
    return found
