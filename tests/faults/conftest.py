"""A demo company in each database, to be copied for every test, and files that wait to be imported."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from actions.demo import make_demo, write_files
from actions.refresh import refresh, refresh_weeks
from data_access.config import Configuration
from data_access.store import open_store
from data_access.viewer import SYSTEM
from models.demo import company
from tests import postgres
from tests.conftest import DEMO_DAY, DEMO_NOW
from tests.faults.verbs import Place

ACCOUNTS = 30


@dataclass(frozen=True)
class Source:
    """A home to copy, the name of the PostgreSQL database to copy with it, and the waiting files."""

    home: Path
    template: str
    folder: Path


@pytest.fixture(scope="session")
def waiting(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same company four weeks on: every fact as a file, with the mapping that reads them."""
    folder = tmp_path_factory.mktemp("waiting")
    made = company(DEMO_DAY + timedelta(days=28), accounts=ACCOUNTS, months=24, seed=1)
    (folder / "mapping.json").write_text(json.dumps(write_files(made, folder)), encoding="utf-8")
    return folder


@pytest.fixture(scope="session", params=["sqlite", "postgres"])
def source(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, waiting: Path) -> Source:
    """The company with three snapshots: SQLite with a lake, or PostgreSQL for both bindings."""
    home = tmp_path_factory.mktemp("source") / "home"
    url, template = "", ""
    if request.param == "postgres":
        url = postgres.create_database(request.getfixturevalue("postgres_url"))
        template = url.partition("@/")[2].partition("?")[0]
    store = open_store(Configuration(home=home, database_url=url, usage_url=url))
    make_demo(store, SYSTEM, DEMO_NOW, as_of=DEMO_DAY, accounts=ACCOUNTS)
    refresh_weeks(store, SYSTEM, DEMO_NOW, 1)
    refresh(store, SYSTEM, DEMO_NOW)
    store.close()
    return Source(home, template, waiting)


@pytest.fixture
def place(source: Source, tmp_path: Path, new_postgres_database: Callable[..., str]) -> Callable[[], Place]:
    """Gives a fresh copy of the company at each call."""
    made: list[Path] = []

    def copy() -> Place:
        home = tmp_path / f"home{len(made)}"
        shutil.copytree(source.home, home)
        made.append(home)
        url = new_postgres_database(source.template) if source.template else ""
        return Place(home, url, source.folder)

    return copy
