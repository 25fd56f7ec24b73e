"""The lake's files: immutable, listed by the database, swept when nothing lists them."""

from __future__ import annotations

import os
import time
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from data_access.errors import StoreError
from data_access.usage.changes import KEY
from data_access.usage.lake_writer import LakeWriter, sweep
from data_access.usage.load import UsageLoad
from tests.data_access.usage.stores import LakeStore, add_all, events, moment

FEBRUARY, HOUR = date(2024, 2, 1), timedelta(hours=1)
FILE = events(
    ("b", "v", "open", moment("2024-02-03"), 2.0),
    ("a", "u", "open", moment("2024-02-05"), 1.0),
    ("a", "u", "open", moment("2024-02-01"), 1.0),
    ("a", "u", "open", moment("2024-03-01"), 4.0),
)
CORRECTED = FILE.with_columns(quantity=pl.col("quantity") + (pl.col("account_id") == "b"))


@pytest.fixture
def lake(tmp_path: Path) -> LakeStore:
    return LakeStore(tmp_path)


def _age(path: Path, by: timedelta = 2 * HOUR) -> None:
    then = time.time() - by.total_seconds()
    os.utime(path, (then, then))


def _parquet(lake: LakeStore) -> set[str]:
    return {path.relative_to(lake.root).as_posix() for path in lake.root.rglob("*.parquet")}


def test_a_month_is_one_sorted_file_that_says_what_is_in_it(lake: LakeStore) -> None:
    change = lake.write(FILE)
    february, march = change.new_files
    assert (february.month, february.rows, march.rows) == (FEBRUARY, 3, 1)
    assert february.path.startswith("usage/month=2024-02/")
    stored = pl.read_parquet(lake.root / february.path)
    assert february.bytes == (lake.root / february.path).stat().st_size
    assert_frame_equal(stored, stored.sort(KEY))
    assert not list((lake.root / "incoming").iterdir())


def test_only_months_that_change_get_a_new_file(lake: LakeStore) -> None:
    old, march = lake.write(FILE).new_files
    change = lake.write(CORRECTED)
    assert [file.month for file in change.new_files] == [FEBRUARY]
    assert change.removed == (old.path,)
    assert march in lake.live
    assert (lake.root / old.path).exists()


def test_an_import_that_dies_before_it_is_listed_leaves_what_was_there(lake: LakeStore) -> None:
    lake.write(FILE)
    before = lake.source.event_spans(None, date(2024, 3, 31))
    with UsageLoad(lake.root / "incoming") as load:
        load.add(CORRECTED)
        written = load.publish(LakeWriter(lake.root, lake.live)).new_files
    assert_frame_equal(lake.source.event_spans(None, date(2024, 3, 31)), before)

    assert sweep(lake.root, lake.live, HOUR) == []
    _age(lake.root / written[0].path)
    assert sweep(lake.root, lake.live, HOUR) == [written[0].path]
    assert _parquet(lake) == {file.path for file in lake.live}


def test_a_write_that_fails_half_way_leaves_no_file_with_a_name(
    lake: LakeStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreError, match="No space left"):
        lake.write(FILE)
    assert _parquet(lake) == set()
    leftovers = list(lake.root.rglob("*.tmp"))
    assert len(leftovers) == 1
    _age(leftovers[0])
    sweep(lake.root, [], HOUR)
    assert not list(lake.root.rglob("*.tmp"))


def test_sweeping_a_lake_that_does_not_exist_yet_does_nothing(tmp_path: Path) -> None:
    assert sweep(tmp_path / "nowhere", [], HOUR) == []


@pytest.mark.parametrize("damage", ["gone", "cut short"])
def test_a_damaged_lake_says_so(lake: LakeStore, damage: str) -> None:
    path = lake.root / lake.write(FILE).new_files[0].path
    if damage == "gone":
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[:40])
    with pytest.raises(StoreError, match="missing or damaged: restore a backup"):
        lake.source.account_days(None, date(2024, 3, 31))
    with pytest.raises(StoreError, match="missing or damaged: restore a backup"):
        lake.write(CORRECTED)


def test_a_writer_builds_on_what_it_wrote_itself(lake: LakeStore) -> None:
    writer = LakeWriter(lake.root, [])
    with UsageLoad(lake.root / "incoming") as load:
        add_all(load, [FILE])
        first = load.publish(writer)
        again = load.publish(writer)
    assert (first.inserted, again.inserted, again.unchanged) == (4, 0, 4)
