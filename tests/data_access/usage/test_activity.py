"""Derived activity: whatever is kept, the answer is that of asking the source afresh."""

from __future__ import annotations

import os
import shutil
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from data_access.errors import StoreError
from data_access.usage.activity import Activity, ActivityCache
from models.facts import ACCOUNT_DAYS, EVENT_SPANS
from tests.data_access.usage.stores import LakeStore, Store, events, moment

JANUARY, FEBRUARY, MARCH = date(2024, 1, 1), date(2024, 2, 1), date(2024, 3, 1)
NOW = date(2024, 3, 20)
FILE = events(
    ("a", "u", "open", moment("2024-01-05T09"), 1.0),
    ("a", "v", "open", moment("2024-01-05T10"), 2.0),
    ("b", "w", "save", moment("2024-02-29T23:59:59.999999"), 1.0),
    ("a", "u", "open", moment("2024-03-02T08"), 4.0),
    ("a", "u", "open", moment("2024-03-15T08"), 8.0),
)


@pytest.fixture
def lake(tmp_path: Path) -> LakeStore:
    store = LakeStore(tmp_path / "lake")
    store.write(FILE)
    return store


def test_the_whole_history_is_joined_from_its_months(lake: LakeStore, tmp_path: Path) -> None:
    activity = ActivityCache(tmp_path / "cache", lake.source).read(NOW)
    assert activity.account_days.rows() == [
        ("a", date(2024, 1, 5), 2, 3.0, 2),
        ("b", date(2024, 2, 29), 1, 1.0, 1),
        ("a", date(2024, 3, 2), 1, 4.0, 1),
        ("a", date(2024, 3, 15), 1, 8.0, 1),
    ]
    assert activity.event_spans.rows() == [
        ("a", "open", 4, 15.0, moment("2024-01-05T09"), moment("2024-03-15T08")),
        ("b", "save", 1, 1.0, moment("2024-02-29T23:59:59.999999"), moment("2024-02-29T23:59:59.999999")),
    ]
    ACCOUNT_DAYS.check(activity.account_days)
    EVENT_SPANS.check(activity.event_spans)


def test_a_second_read_reads_only_the_months_that_changed(lake: LakeStore, tmp_path: Path) -> None:
    def read() -> Activity:
        return ActivityCache(tmp_path / "cache", lake.source).read(NOW)

    assert read().months_read == (JANUARY, FEBRUARY, MARCH)
    assert read().months_read == ()
    lake.write(events(("c", "u", "open", moment("2024-02-10"), 1.0)))
    changed = read()
    assert changed.months_read == (FEBRUARY,)
    assert "c" in changed.account_days["account_id"].to_list()
    kept = list((tmp_path / "cache").rglob("*.arrow"))
    assert len(kept) == 6


def test_nothing_after_the_day_is_used(lake: LakeStore, tmp_path: Path) -> None:
    cache = ActivityCache(tmp_path / "cache", lake.source)
    cache.read(NOW)
    past = cache.read(date(2024, 3, 2))
    assert past.months_read == ()
    assert past.account_days["day"].max() == date(2024, 3, 2)
    assert past.event_spans.row(0) == ("a", "open", 3, 7.0, moment("2024-01-05T09"), moment("2024-03-02T08"))
    assert cache.read(date(2023, 12, 31)).account_days.is_empty()
    assert cache.read(date(2024, 3, 1)).event_spans["events"].to_list() == [2, 1]


def test_the_cache_may_be_deleted_or_damaged_at_any_time(lake: LakeStore, tmp_path: Path) -> None:
    directory = tmp_path / "cache"
    cache = ActivityCache(directory, lake.source)
    first = cache.read(NOW)
    next((directory / "event_spans").glob("2024-02*")).write_bytes(b"torn")
    next((directory / "account_days").glob("2024-03*")).unlink()
    mended = cache.read(NOW)
    assert mended.months_read == (FEBRUARY, MARCH)
    shutil.rmtree(directory)
    for again in (mended, cache.read(NOW), cache.read(NOW)):
        assert_frame_equal(again.account_days, first.account_days)
        assert_frame_equal(again.event_spans, first.event_spans)


def test_unfinished_files_are_left_alone_until_they_are_old(lake: LakeStore, tmp_path: Path) -> None:
    cache = ActivityCache(tmp_path, lake.source)
    cache.read(NOW)
    fresh = tmp_path / "account_days" / "x.tmp"
    fresh.touch()
    cache.read(NOW)
    assert fresh.exists()
    os.utime(fresh, (0, 0))
    cache.read(NOW)
    assert not fresh.exists()


def test_progress_counts_months(lake: LakeStore, tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    ActivityCache(tmp_path, lake.source).read(NOW, lambda done, total: seen.append((done, total)))
    assert seen == [(1, 3), (2, 3), (3, 3)]


def test_a_cache_folder_that_cannot_be_written_is_named(lake: LakeStore, tmp_path: Path) -> None:
    (tmp_path / "taken").touch()
    with pytest.raises(StoreError, match="taken"):
        ActivityCache(tmp_path / "taken", lake.source).read(NOW)


moments = st.datetimes(moment("2024-01-01"), moment("2024-03-31T23:59:59"))
rows = st.tuples(
    st.sampled_from("abc"),
    st.sampled_from("uv"),
    st.sampled_from("xy"),
    moments,
    st.integers(0, 9).map(float),
)
frames = st.lists(rows, max_size=12).map(lambda found: events(*found))


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=frames, then=frames, day=st.dates(JANUARY, date(2024, 4, 2)))
def test_kept_or_not_the_answer_is_the_sources_own(
    own_store: Store, tmp_path: Path, first: pl.DataFrame, then: pl.DataFrame, day: date
) -> None:
    own_store.clear()
    own_store.write(first)
    ActivityCache(tmp_path, own_store.source).read(day - timedelta(days=20))
    own_store.write(then)
    source = own_store.source
    found = ActivityCache(tmp_path, source).read(day)
    key = ACCOUNT_DAYS.key
    assert_frame_equal(found.account_days.sort(key), source.account_days(None, day))
    assert_frame_equal(found.event_spans, source.event_spans(None, day))


def test_spans_at_months_ends_are_what_a_read_of_that_day_says(lake: LakeStore, tmp_path: Path) -> None:
    cache = ActivityCache(tmp_path / "cache", lake.source)
    ends = [date(2023, 12, 31), date(2024, 1, 31), date(2024, 2, 29), date(2024, 3, 31)]
    found = cache.spans_at(ends, pl.Series(["a"]))
    for end in ends:
        expected = cache.read(end).event_spans.filter(account_id="a")
        assert_frame_equal(found[end], expected)
