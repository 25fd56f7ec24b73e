"""What the charts of retention hold, and what they say to those who do not see them."""

from __future__ import annotations

from datetime import date

import plotly.graph_objects as go
import polars as pl

from components.charts_retention import NAMES, moves, moves_alt, picked, rates, rates_alt
from models.retention_rows import FIGURES, GRR, LOGO
from models.retention_series import RETENTION_SERIES
from tests.spaced import spaced

JAN, FEB = date(2026, 1, 31), date(2026, 2, 20)
SERIES = pl.DataFrame(
    [
        (JAN, "", LOGO, 0.8, 50),
        (FEB, "", LOGO, 0.9, 60),
        (FEB, "EUR", GRR, 0.7, 40),
        (JAN, "EUR", GRR, None, 0),
        (FEB, "EUR", "MRR new", 120.0, None),
        (FEB, "EUR", "MRR churn", -20.0, None),
    ],
    schema=RETENTION_SERIES.schema,
    orient="row",
)


def test_each_line_differs_in_more_than_its_colour() -> None:
    figure = rates(SERIES)
    assert [trace["name"] for trace in figure["data"]] == ["Logo retention", "GRR"]
    assert len({trace["line"]["dash"] for trace in figure["data"]}) == 2
    assert len({trace["marker"]["symbol"] for trace in figure["data"]}) == 2
    assert figure["data"][1]["x"] == ["2026-02-20"]


def test_plotly_accepts_both_figures() -> None:
    assert len(go.Figure(rates(SERIES)).data) == 2
    assert len(go.Figure(moves(SERIES, "EUR")).data) == 2


def test_a_clicked_point_says_which_figure_and_day() -> None:
    for figure in (rates(SERIES), moves(SERIES, "EUR")):
        for trace in figure["data"]:
            for custom in trace["customdata"]:
                found = picked([{"customdata": custom}])
                assert found is not None
                assert found[0] in FIGURES
                assert found[1] in (JAN, FEB)
    assert picked([]) is None
    assert picked([{"x": 1}]) is None


def test_the_words_hold_the_numbers() -> None:
    assert spaced(rates_alt(SERIES)) == (
        "Line chart by month, Jan 2026 to Feb 2026: Logo retention from 80 % to 90 %, GRR from 70 % to 70 %."
    )
    assert "new mrr 120" in moves_alt(SERIES, "EUR").lower()
    assert "churned mrr -20" in moves_alt(SERIES, "EUR").lower()
    assert rates_alt(SERIES.clear()) == "Line chart by month, no months: no base yet."


def test_every_figure_has_a_name() -> None:
    assert set(NAMES) == set(FIGURES)
