"""Fixtures that every test may ask for."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import pytest

from tests import postgres


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        postgres.open_run()


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput") and postgres.FOLDER in os.environ:
        postgres.close_run()


@pytest.fixture(scope="session")
def postgres_url() -> str:
    """The run's PostgreSQL server (database `postgres`); a server that can't start is an error."""
    return postgres.server_url()


@pytest.fixture
def postgres_database(postgres_url: str) -> Iterator[str]:
    """A fresh PostgreSQL database for one test, as a SQLAlchemy URL."""
    with postgres.database(postgres_url) as url:
        yield url


@pytest.fixture(scope="module")
def postgres_module_database(postgres_url: str) -> Iterator[str]:
    """A fresh PostgreSQL database that the tests of one module share, as a SQLAlchemy URL."""
    with postgres.database(postgres_url) as url:
        yield url


@pytest.fixture
def new_postgres_database(postgres_url: str) -> Iterator[Callable[[], str]]:
    """A function that makes as many fresh PostgreSQL databases as one test needs."""
    made: list[str] = []

    def create() -> str:
        made.append(postgres.create_database(postgres_url))
        return made[-1]

    yield create
    for url in made:
        postgres.drop_database(url)
