"""Every account is counted once on each day, and each change has its movers."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.quadrant import ADRIFT, ADVOCATE, CAPTIVE, FAN, SILENT
from models.quadrant_moves import (
    ACROSS,
    DOWN,
    FELL_SILENT,
    OTHER,
    SPOKE,
    UP,
    amounts,
    counts,
    moves,
)
from models.quadrant_points import QUARTERS, UNPLACED

NAMES = [ADVOCATE, CAPTIVE, FAN, ADRIFT, SILENT, None]
SPOT = {ADVOCATE: (80.0, 90.0), CAPTIVE: (80.0, 20.0), FAN: (20.0, 90.0), ADRIFT: (20.0, 20.0)}


def book(standing: dict[str, str | None]) -> pl.DataFrame:
    spots = [SPOT.get(name or "", (50.0, None)) for name in standing.values()]
    return pl.DataFrame(
        {
            "account_id": list(standing),
            "name": list(standing),
            "quadrant": list(standing.values()),
            "behaviour": [x for x, _ in spots],
            "emotion": [y for _, y in spots],
            "mrr": [100.0] * len(standing),
            "currency": ["EUR"] * len(standing),
        },
        schema_overrides={
            "account_id": pl.String,
            "name": pl.String,
            "quadrant": pl.String,
            "behaviour": pl.Float64,
            "emotion": pl.Float64,
            "mrr": pl.Float64,
            "currency": pl.String,
        },
    )


standing = st.dictionaries(st.sampled_from([f"A{i}" for i in range(20)]), st.sampled_from(NAMES))


@given(standing, standing)
@settings(max_examples=80, deadline=None)
def test_the_change_of_each_quarter_is_who_came_went_joined_and_left(
    now: dict[str, str | None], then: dict[str, str | None]
) -> None:
    found = counts(book(now), book(then))

    assert found["quarter"].to_list() == list(QUARTERS)
    assert found["accounts"].sum() == len(now)
    assert found["before"].sum() == len(then)
    made = found["before"] + found["came"] - found["went"] + found["joined"] - found["left"]
    assert made.to_list() == found["accounts"].to_list()
    assert found["came"].sum() == found["went"].sum() == moves(book(now), book(then)).height


@pytest.mark.parametrize(
    ("was", "now", "direction"),
    [
        (ADVOCATE, CAPTIVE, DOWN),
        (ADVOCATE, FAN, DOWN),
        (ADVOCATE, ADRIFT, DOWN),
        (ADRIFT, FAN, UP),
        (ADRIFT, ADVOCATE, UP),
        (FAN, CAPTIVE, ACROSS),
        (CAPTIVE, FAN, ACROSS),
        (ADVOCATE, SILENT, FELL_SILENT),
        (SILENT, ADRIFT, SPOKE),
        (None, ADVOCATE, OTHER),
        (CAPTIVE, None, OTHER),
        (SILENT, None, OTHER),
    ],
)
def test_directions(was: str | None, now: str | None, direction: str) -> None:
    found = moves(book({"A": now}), book({"A": was}))

    assert found.select("was", "quarter", "direction").row(0) == (was or UNPLACED, now or UNPLACED, direction)
    assert (found["distance"][0] is not None) is (direction in (DOWN, UP, ACROSS))


def test_who_stays_joins_or_leaves_has_not_moved() -> None:
    assert moves(book({"A": FAN, "B": FAN}), book({"A": FAN, "C": ADRIFT})).is_empty()


def test_the_farthest_comes_first() -> None:
    found = moves(
        book({"A": CAPTIVE, "B": ADRIFT, "C": SILENT}), book({"A": ADVOCATE, "B": ADVOCATE, "C": FAN})
    )

    assert found["account_id"].to_list() == ["B", "A", "C"]
    assert found["distance"][0] == pytest.approx((60**2 + 70**2) ** 0.5)


def test_each_currency_is_a_sum_of_its_own() -> None:
    now = book({"A": FAN, "B": FAN, "C": FAN, "D": None}).with_columns(
        mrr=pl.Series([10.0, 20.0, None, 5.0]), currency=pl.Series(["EUR", "USD", "EUR", None])
    )
    then = book({"A": FAN, "B": CAPTIVE}).with_columns(mrr=pl.Series([7.0, 8.0]))

    assert amounts(now, then).rows() == [
        (CAPTIVE, "EUR", 0.0, 8.0),
        (FAN, "USD", 20.0, 0.0),
        (FAN, "EUR", 10.0, 7.0),
        (UNPLACED, None, 5.0, 0.0),
    ]
