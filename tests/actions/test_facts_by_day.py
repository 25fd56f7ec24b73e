from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from actions.facts_by_day import FactsByDay
from data_access import stamps
from data_access.config import Configuration
from data_access.database import Database
from data_access.facts import fact
from data_access.store import Store, open_store
from data_access.viewer import SYSTEM, Viewer
from models.book import ends_as_known
from models.facts import FACTS
from tests.conftest import DEMO_DAY


@pytest.fixture
def demo(demo_home: Path) -> Iterator[Store]:
    opened = open_store(Configuration(home=demo_home))
    yield opened
    opened.close()


def test_facts_read_once_are_cut_as_the_store_would(demo: Store) -> None:
    known, stamp = FactsByDay(demo, DEMO_DAY), stamps.read(demo.database)
    earlier = 0
    for back in (300, 30, 0, -1):
        day = DEMO_DAY - timedelta(days=back)
        found = known.at(day, stamp.imports)
        assert set(found) == set(FACTS) - {"usage_events"}
        for name in found:
            key = list(FACTS[name].key)
            straight = fact(demo.database, SYSTEM, name, as_of=day)
            if name == "subscriptions":
                straight = ends_as_known(straight, day, DEMO_DAY)
            assert_frame_equal(found[name].sort(key), straight.sort(key), check_column_order=False)
        earlier, before = found["survey_responses"].height, earlier
        assert earlier >= before
    assert earlier > 0


def test_an_import_is_read_at_once(demo: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def told(database: Database, viewer: Viewer, name: str, *, as_of: date) -> pl.DataFrame:
        asked.append(name)
        return fact(database, viewer, name, as_of=as_of)

    monkeypatch.setattr("actions.facts_by_day.fact", told)
    known = FactsByDay(demo, DEMO_DAY)
    for day, imports in ((DEMO_DAY, 1), (DEMO_DAY - timedelta(days=7), 1), (DEMO_DAY, 2)):
        known.at(day, imports)
    assert asked.count("accounts") == 2
