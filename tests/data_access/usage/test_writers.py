"""Writing usage: the same again changes nothing, corrections land, repeats are kept, nothing half-done."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from data_access.errors import DataError
from tests.data_access.usage.stores import PostgresStore, Store, events, moment

EVER = date(2030, 1, 1)
MORNING, LATER, MARCH = moment("2024-02-01T09"), moment("2024-02-01T10"), moment("2024-03-05T09")
FILE = events(
    ("a", "u", "open", MORNING, 1.0),
    ("a", None, "open", MORNING, 1.0),
    ("b", "v", "open", LATER, 2.0),
    ("b", "v", "open", MARCH, 3.0),
)


def _quantities(store: Store) -> list[tuple[str, float]]:
    found = store.source.events_of(["a", "b"], None, EVER, 100)
    return sorted(found.select("account_id", "quantity").rows())


def _counts(store: Store, *files: pl.DataFrame) -> tuple[int, int, int]:
    change = store.write(*files)
    return change.inserted, change.updated, change.unchanged


def test_the_same_file_again_changes_nothing(own_store: Store) -> None:
    assert _counts(own_store, FILE) == (4, 0, 0)
    months = own_store.source.months()
    assert _counts(own_store, FILE.reverse()) == (0, 0, 4)
    assert_frame_equal(own_store.source.months(), months)


def test_a_corrected_quantity_replaces_the_old_one(own_store: Store) -> None:
    own_store.write(FILE)
    corrected = FILE.with_columns(
        quantity=pl.when(pl.col("occurred_at") == LATER).then(9.0).otherwise("quantity")
    )
    assert _counts(own_store, corrected) == (0, 1, 3)
    assert _quantities(own_store) == [("a", 1.0), ("a", 1.0), ("b", 3.0), ("b", 9.0)]


def test_newer_rows_are_added_to_a_month_that_has_some(own_store: Store) -> None:
    own_store.write(FILE)
    march = own_store.source.months()["fingerprint"].to_list()[1]
    assert _counts(own_store, events(("a", "w", "open", MORNING, 1.0))) == (1, 0, 0)
    assert own_store.source.months()["rows"].to_list() == [4, 1]
    assert own_store.source.months()["fingerprint"].to_list()[1] == march


def test_real_repeats_are_kept_and_counted_once_per_import(own_store: Store) -> None:
    row = ("a", "u", "open", MORNING, 1.0)
    assert _counts(own_store, events(row, row, row)) == (3, 0, 0)
    assert _counts(own_store, events(row, row, row)) == (0, 0, 3)
    assert _counts(own_store, events(row)) == (0, 0, 1)
    assert own_store.source.months()["rows"].to_list() == [3]


def test_two_files_of_one_load_that_overlap_tell_the_same_event_once(own_store: Store) -> None:
    first = events(("a", "u", "open", MORNING, 1.0), ("a", "u", "open", LATER, 1.0))
    second = events(("a", "u", "open", LATER, 7.0), ("a", "u", "open", MARCH, 1.0))
    assert _counts(own_store, first, second) == (3, 0, 1)
    assert _quantities(own_store) == [("a", 1.0), ("a", 1.0), ("a", 7.0)]
    assert _counts(own_store, first, second) == (0, 0, 4)


quarters = st.integers(0, 8).map(lambda number: number / 4)
rows = st.tuples(
    st.sampled_from("ab"),
    st.sampled_from(["", "u"]),
    st.just("open"),
    st.sampled_from([MORNING, MARCH]),
    quarters,
)
files = st.lists(rows, min_size=1, max_size=8).map(lambda found: events(*found))


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(loads=st.lists(files, min_size=1, max_size=3))
def test_counts_add_up_and_the_last_import_wins(own_store: Store, loads: list[pl.DataFrame]) -> None:
    own_store.clear()
    stored = 0
    for frame in loads:
        inserted, updated, unchanged = _counts(own_store, frame)
        assert inserted + updated + unchanged == frame.height
        stored += inserted
        assert own_store.source.months()["rows"].sum() == stored
        kept = own_store.source.events_of(["a", "b"], None, EVER, 100)
        assert frame.join(kept, on=frame.columns, how="anti").is_empty()


def test_an_undone_transaction_leaves_what_was_there(postgres_store: PostgresStore) -> None:
    postgres_store.clear()
    postgres_store.write(FILE)
    before = postgres_store.source.months()
    broken = events(("a", "u", "open", MORNING, 5.0), ("a\0", "u", "open", MARCH, 1.0))
    with pytest.raises(DataError, match="March 2024"):
        postgres_store.write(broken)
    assert_frame_equal(postgres_store.source.months(), before)
