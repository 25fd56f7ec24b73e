"""Fixtures that every test may ask for."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from datetime import date, datetime
from itertools import zip_longest
from pathlib import Path

import pytest
from hypothesis import settings

from actions.demo import make_demo
from actions.refresh import refresh, refresh_weeks
from data_access import settings as settings_rows
from data_access.config import Configuration
from data_access.store import Store, open_store
from data_access.viewer import SYSTEM
from tests import postgres

DEMO_DAY = date(2026, 11, 20)
"""The last day of the demo company that tests share."""

DEMO_NOW = datetime(2026, 11, 21, 9, 0)
"""The morning after, in UTC."""

LONG = (
    "tests/test_cli.py",
    "faults",
    "tests/malformed/",
    "tests/actions/test_two_at_once.py",
    "tests/actions/test_who_may.py",
    "tests/actions/test_refresh.py",
    "tests/actions/test_backup.py",
    "tests/actions/test_personal.py",
    "tests/actions/test_effects.py",
    "tests/models/churn/test_training.py",
    "tests/models/effects/test_report.py",
    "tests/models/test_scoring.py",
    "tests/actions/test_linking.py",
    "tests/actions/test_import_files.py",
    "tests/actions/test_churn.py",
)
"""Modules, besides the browser's, that take half a minute or more."""

settings.register_profile("same", derandomize=True, deadline=None)
settings.register_profile("search", max_examples=1_000, deadline=None)
settings.load_profile(os.environ.get("ROUNDS_EXAMPLES", "same"))
"""The same examples on every run, however slow the machine; `make search` looks for new ones."""


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        postgres.open_run()


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput") and postgres.FOLDER in os.environ:
        postgres.close_run()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests of one module run in one process, one after the other: what the module makes is made once.

    The longest modules come first, those that wait for a browser in turn with those that compute, so that
    no process has one of them left when the other has nothing to do (`--no-loadscope-reorder` keeps this).
    """
    for item in items:
        if item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group(item.nodeid.partition("::")[0]))
    groups = list(dict.fromkeys(_group(item) for item in items))
    waiting = [one for one in groups if one.startswith("tests/browser/")]
    computing = [one for long in LONG for one in groups if one.startswith(long)]
    first = [one for pair in zip_longest(waiting, computing) for one in pair if one is not None]
    place = {one: at for at, one in enumerate(first)}
    items.sort(key=lambda item: place.get(_group(item), len(place)))


def _group(item: pytest.Item) -> str:
    marker = item.get_closest_marker("xdist_group")
    return str(marker.args[0]) if marker is not None else ""


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
def new_postgres_database(postgres_url: str) -> Iterator[Callable[..., str]]:
    """A function that makes as many fresh PostgreSQL databases as one test needs."""
    made: list[str] = []

    def create(template: str = "template1") -> str:
        made.append(postgres.create_database(postgres_url, template))
        return made[-1]

    yield create
    for url in made:
        postgres.drop_database(url)


@pytest.fixture(scope="session")
def demo_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the demo company of 120 accounts and three snapshots; only to be copied."""
    home = tmp_path_factory.mktemp("demo") / "home"
    store = open_store(Configuration(home=home))
    make_demo(store, SYSTEM, DEMO_NOW, as_of=DEMO_DAY, accounts=120)
    refresh_weeks(store, SYSTEM, DEMO_NOW, 2)
    refresh(store, SYSTEM, DEMO_NOW)
    store.close()
    return home


@pytest.fixture
def demo_home(demo_template: Path, tmp_path: Path) -> Path:
    """A home of the test's own with the demo company; write to it as you like."""
    home = tmp_path / "home"
    shutil.copytree(demo_template, home)
    return home


@pytest.fixture
def in_demo(demo_home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The demo company as the app's own home, on the morning after its last day."""
    monkeypatch.setenv("ROUNDS_HOME", str(demo_home))
    monkeypatch.setenv("ROUNDS_NOW", f"{DEMO_NOW.isoformat()}+00:00")
    return demo_home


def any_hour(home: Path) -> None:
    """Let this home's calls be logged on any day at any hour, as many as come."""
    store = open_store(Configuration(home=home))
    with store.database.write() as connection:
        body = settings_rows.body_in(connection)
        calls = {**body.get("calls", {}), "opens": 0, "closes": 24, "weekend": []}
        settings_rows.save(connection, SYSTEM, DEMO_NOW, {**body, "calls": calls})
    store.close()


@pytest.fixture
def open_always(in_demo: Path) -> Path:
    """The demo company as the app's own home, with everybody there to be called at any hour."""
    any_hour(in_demo)
    return in_demo


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with today's tables and nothing in them; only to be copied."""
    home = tmp_path_factory.mktemp("migrated")
    open_store(Configuration(home=home)).close()
    return home / "rounds.sqlite"


@pytest.fixture(scope="session")
def migrated_postgres(postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The name of a PostgreSQL database with today's tables and nothing in them; only to be copied."""
    url = postgres.create_database(postgres_url)
    open_store(Configuration(home=tmp_path_factory.mktemp("migrated"), database_url=url)).close()
    return url.partition("@/")[2].partition("?")[0]


@pytest.fixture(params=["sqlite", "postgres"])
def store(
    request: pytest.FixtureRequest, tmp_path: Path, new_postgres_database: Callable[..., str]
) -> Iterator[Store]:
    """An empty store: SQLite with a lake, then PostgreSQL for both bindings."""
    home, url = tmp_path / "home", ""
    if request.param == "postgres":
        url = new_postgres_database(request.getfixturevalue("migrated_postgres"))
    else:
        home.mkdir()
        shutil.copyfile(request.getfixturevalue("migrated"), home / "rounds.sqlite")
    opened = open_store(Configuration(home=home, database_url=url, usage_url=url))
    yield opened
    opened.close()
