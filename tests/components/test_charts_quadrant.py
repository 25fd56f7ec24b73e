"""The quadrant's figure: no mark of the strip reaches the words between its lanes, and a crowd is smaller."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from components.charts_quadrant import quadrant
from models.quadrant import ADVOCATE, SILENT
from models.quadrant_moves import MOVES
from models.quadrant_points import UNPLACED, Drawn, drawn, points

WORDS = 12
"""Pixels that a label is high."""


def book(n: int) -> Drawn:
    rows = pl.DataFrame(
        {
            "account_id": [f"A{i}" for i in range(n)],
            "name": [f"N{i}" for i in range(n)],
            "quadrant": [(ADVOCATE, SILENT, None)[i % 3] for i in range(n)],
            "behaviour": [float(i % 100) for i in range(n)],
            "emotion": [80.0 if i % 3 == 0 else None for i in range(n)],
            "mrr": [10.0 ** (i % 4) for i in range(n)],
            "currency": "EUR",
        }
    )
    return drawn(points(rows))


def built(n: int) -> dict[str, Any]:
    return quadrant(book(n), {ADVOCATE: n, SILENT: n, UNPLACED: n}, MOVES.empty())


@pytest.mark.parametrize("n", [150, 1200])
def test_no_mark_of_a_lane_reaches_its_label_or_the_next_lane(n: int) -> None:
    made = built(n)
    layout = made["layout"]
    whole = layout["height"] - layout["margin"]["t"] - layout["margin"]["b"]
    low, high = layout["yaxis2"]["range"]
    pixels = whole * layout["yaxis2"]["domain"][1] / (high - low)
    axis = 40  # its ticks and title take from the height
    pixels *= (whole - axis) / whole
    for trace in made["data"]:
        if trace["name"] in (SILENT, UNPLACED):
            lane = 1 if trace["name"] == SILENT else 0
            off = abs(trace["y"] - lane) * pixels + trace["marker"]["size"] / 2
            assert off.max() <= pixels / 2 - WORDS / 2


def test_marks_are_smaller_among_many() -> None:
    few, many = (built(n)["data"][0]["marker"]["size"] for n in (150, 1200))
    assert many.max() < few.max()
    assert many.min() < few.min()
