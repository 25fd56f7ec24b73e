"""Collecting a load: batches in any order, months in order, repeats numbered within a file."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_access.usage.changes import COLUMNS, KEY, MonthChange
from data_access.usage.load import UsageLoad, number_repeats
from models.contracts import ContractError
from tests.data_access.usage.stores import Row, events, moment

AT = moment("2024-02-01T09")


class Recorder:
    """A writer that only remembers."""

    def __init__(self) -> None:
        self.months: list[date] = []

    def merge(self, month: date, frame: pl.DataFrame) -> MonthChange:
        self.months.append(month)
        return MonthChange(month, frame.height, 0, 0)


def test_repeats_are_numbered_by_quantity_across_batches(tmp_path: Path) -> None:
    with UsageLoad(tmp_path) as load:
        load.add(events(("a", "u", "x", AT, 3.0), ("a", None, "x", AT, 9.0)))
        load.add(events(("a", "u", "x", AT, 1.0)))
        month = load.month(date(2024, 2, 1))
    assert month.columns == list(COLUMNS)
    assert month.select("user_id", "quantity", "nth").rows() == [("", 9.0, 0), ("u", 1.0, 0), ("u", 3.0, 1)]


def test_months_come_oldest_first_with_progress_in_rows(tmp_path: Path) -> None:
    writer, seen = Recorder(), []
    with UsageLoad(tmp_path) as load:
        load.add(
            events(("a", "u", "x", moment("2024-03-01"), 1.0), ("a", "u", "x", moment("2023-12-31T23"), 1.0))
        )
        load.add(events(("a", "v", "x", moment("2024-03-31"), 1.0)))
        change = load.publish(writer, lambda done, total: seen.append((done, total)))
    assert writer.months == [date(2023, 12, 1), date(2024, 3, 1)]
    assert seen == [(1, 3), (3, 3)]
    assert (change.inserted, change.unchanged) == (3, 0)


def test_nothing_stays_on_disk_when_the_block_fails(tmp_path: Path) -> None:
    def killed() -> None:
        with UsageLoad(tmp_path) as load:
            load.add(events(("a", "u", "x", AT, 1.0)))
            assert list(tmp_path.rglob("*.arrow"))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        killed()
    assert list(tmp_path.iterdir()) == []


def test_rows_that_break_the_contract_are_refused(tmp_path: Path) -> None:
    with UsageLoad(tmp_path) as load, pytest.raises(ContractError, match="null in quantity"):
        load.add(events(("a", "u", "x", AT, 1.0)).with_columns(quantity=pl.lit(None, pl.Float64)))


rows = st.tuples(
    st.sampled_from("ab"), st.sampled_from("uv"), st.sampled_from("xy"), st.just(AT), st.floats(0, 3)
)
filed = st.lists(st.tuples(rows, st.integers(0, 2)), min_size=1, max_size=20)


@given(filed)
def test_every_repeat_has_its_own_number_and_the_last_file_wins(
    found: list[tuple[Row, int]],
) -> None:
    frame = pl.concat([events(row).with_columns(_file=pl.lit(file, pl.Int32)) for row, file in found])
    numbered = number_repeats(frame)
    expected: dict[tuple[object, ...], float] = {}
    for file in range(3):
        repeats: Counter[object] = Counter()
        for row in sorted(row for row, position in found if position == file):
            expected[(*row[:4], repeats[row[:4]])] = row[4]
            repeats[row[:4]] += 1
    keys = ("account_id", "user_id", "event", "occurred_at", "nth")
    assert dict(zip(numbered.select(keys).rows(), numbered["quantity"], strict=True)) == expected
    assert numbered.equals(numbered.sort(KEY))
