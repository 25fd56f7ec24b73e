"""The figure of first value: shares that got there, the first group's band, the target."""

from __future__ import annotations

import plotly.graph_objects as go
import polars as pl
import pytest

from components.charts_first_value import reached, reached_alt
from models.first_value import FIRST_VALUE_CURVES


def curve(of: str, days: list[float], left: list[float], median: float | None) -> pl.DataFrame:
    every = {"at_risk": 8, "events": 1, "censored": 0, "variance": 0.1, "accounts": 10, "reached": 6}
    rows = [
        every
        | {
            "of": of,
            "time": day,
            "survival": share,
            "low": max(share - 0.1, 0.0),
            "high": min(share + 0.1, 1.0),
        }
        | {"median_days": median}
        for day, share in zip(days, left, strict=True)
    ]
    return pl.DataFrame(rows, FIRST_VALUE_CURVES.schema)


CURVES = pl.concat(
    [curve("all", [0, 10, 20], [1, 0.75, 0.5], 20.0), curve("2026 Q1", [0, 5], [1, 0.75], None)]
)


def test_lines_rise_as_the_shares_without_it_fall() -> None:
    figure = reached(CURVES, ["all", "2026 Q1"], 15)

    first, second, band = figure["data"]
    assert first["y"] == pytest.approx([0, 0.25, 0.5])
    assert first["customdata"][1] == pytest.approx((0.15, 0.35, 8))
    assert first["line"]["dash"] != second["line"]["dash"]
    assert max(band["y"]) == pytest.approx(0.6)
    assert band["x"][0] == band["x"][-1] == 0
    assert figure["layout"]["shapes"][0]["x0"] == 15
    assert len(go.Figure(figure).data) == 3


def test_without_a_target_there_is_no_line() -> None:
    layout = reached(CURVES, ["all"], None)["layout"]
    assert layout["shapes"] == layout["annotations"] == []
    assert len(go.Figure(reached(CURVES.clear(), ["all"], None)).data) == 0


def test_the_words_hold_the_numbers() -> None:
    said = reached_alt(CURVES, ["all", "2026 Q1"], 15)
    assert "Everybody (6 of 10) half by day 20" in said
    assert "Signed 2026 Q1 (6 of 10) under half" in said
    assert said.endswith("The target is day 15.")
