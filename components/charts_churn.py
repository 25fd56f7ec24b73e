"""Figures of the churn model's past: predicted against actual, by month and by how likely."""

from __future__ import annotations

from typing import Any

import polars as pl

from models.shares import percent

Figure = dict[str, Any]

CONFIG: Figure = {"displayModeBar": False}


def months(rows: pl.DataFrame) -> Figure:
    """Who left by month as bars, who was expected to as points with what chance allows.

    `rows` has the columns of `models.churn.drift.ACTUAL`.
    """
    days = rows["month"].dt.strftime("%Y-%m-%d").to_list()
    actual = {
        "type": "bar",
        "name": "Left",
        "x": days,
        "y": rows["left"].to_list(),
        "customdata": rows["n"].to_list(),
        "marker": {"pattern": {"shape": "/"}},
        "hovertemplate": "%{x|%b %Y}: %{y} of %{customdata:,} left<extra></extra>",
    }
    expected = {
        "type": "scatter",
        "mode": "markers",
        "name": "Expected, 95 % interval if every chance were true",
        "x": days,
        "y": rows["expected"].round(2).to_list(),
        "marker": {"symbol": "diamond", "size": 9},
        "error_y": {
            "type": "data",
            "symmetric": False,
            "array": (rows["high"] - rows["expected"]).to_list(),
            "arrayminus": (rows["expected"] - rows["low"]).to_list(),
            "thickness": 1.5,
            "width": 5,
        },
        "hovertemplate": "%{x|%b %Y}: %{y:.1f} expected<extra></extra>",
    }
    layout = _layout()
    layout["xaxis"] |= {"type": "date", "tickformat": "%b %Y"}
    layout["yaxis"] |= {"title": {"text": "Accounts"}, "rangemode": "tozero"}
    return {"data": [actual, expected], "layout": layout}


def months_alt(rows: pl.DataFrame) -> str:
    """The months in words."""
    told = [
        f"{row['month']:%b %Y} {row['left']} left, {row['expected']:.1f} expected"
        for row in rows.tail(12).iter_rows(named=True)
    ]
    return f"Who left against who was expected to, by month: {'; '.join(told)}."


def tenths(rows: pl.DataFrame) -> Figure:
    """Observed share against predicted chance in ten equal parts; true chances lie on the line.

    `rows` has the columns of `models.churn.evaluation.BY_DECILE`.
    """
    predicted, observed = rows["predicted"].to_list(), rows["observed"].to_list()
    top = min(max([*predicted, *observed, 0.05]) * 1.1, 1.02)
    line = {
        "type": "scatter",
        "mode": "lines",
        "name": "If every chance were true",
        "x": [0, top],
        "y": [0, top],
        "line": {"dash": "dash", "width": 1.5},
        "hoverinfo": "skip",
    }
    points = {
        "type": "scatter",
        "mode": "markers",
        "name": "A tenth of the decisions",
        "x": predicted,
        "y": observed,
        "customdata": rows["n"].to_list(),
        "marker": {"size": 10},
        "hovertemplate": "predicted %{x:.1%}, %{y:.1%} of %{customdata:,} left<extra></extra>",
    }
    layout = _layout()
    layout["xaxis"] |= {"title": {"text": "Predicted"}, "tickformat": ".0%", "rangemode": "tozero"}
    layout["yaxis"] |= {"title": {"text": "Left"}, "tickformat": ".0%", "rangemode": "tozero"}
    return {"data": [line, points], "layout": layout}


def tenths_alt(rows: pl.DataFrame) -> str:
    """The tenths in words."""
    told = [
        f"predicted {percent(p)}, {percent(o)} left"
        for p, o in rows.select("predicted", "observed").iter_rows()
    ]
    return f"Predicted chance and share that left, by tenth: {'; '.join(told)}."


def _layout() -> Figure:
    return {
        "height": 300,
        "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
        "legend": {"orientation": "h", "yanchor": "bottom", "y": 1.02, "x": 0},
        "hovermode": "closest",
        "dragmode": False,
        "xaxis": {"fixedrange": True, "automargin": True},
        "yaxis": {"fixedrange": True, "automargin": True},
    }
