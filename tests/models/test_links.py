from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import pytest

from models.links import Place, place, way

FIRST = date(2026, 1, 1)


def listing(*days: int) -> pl.DataFrame:
    rows = [(number, FIRST + timedelta(days=day)) for number, day in enumerate(days, 1)]
    return pl.DataFrame(rows, schema={"snapshot_id": pl.Int64, "as_of": pl.Date}, orient="row")


@pytest.mark.parametrize(
    ("days", "new", "expected"),
    [
        ((), 0, Place(None, ())),
        ((0,), 7, Place(1, ())),
        ((0, 14), 7, Place(1, (2,))),
        ((7,), 0, Place(None, (1,))),
        ((0, 7, 14), 7, Place(1, (2, 3))),
        ((0, 7, 7, 14), 7, Place(1, (3, 4))),
        ((0, 0, 7), 14, Place(3, ())),
    ],
)
def test_a_new_snapshot_takes_its_place_among_the_days(
    days: tuple[int, ...], new: int, expected: Place
) -> None:
    assert place(listing(*days), FIRST + timedelta(days=new)) == expected


def test_the_way_turns_where_two_snapshots_meet() -> None:
    links = {1: None, 2: 1, 3: 2, 4: 3, 5: 3}
    assert way(links, 1, 4) == {4: 1, 3: 1, 2: 1}
    assert way(links, 4, 1) == {4: -1, 3: -1, 2: -1}
    assert way(links, 4, 5) == {5: 1, 4: -1}
    assert way(links, 4, 4) == {}


def test_says_where_no_way_leads() -> None:
    with pytest.raises(ValueError, match="no chain of snapshots leads from 1 to 2"):
        way({1: None, 2: None}, 1, 2)
    with pytest.raises(ValueError, match="explained from itself"):
        way({1: 2, 2: 1}, 1, 2)
