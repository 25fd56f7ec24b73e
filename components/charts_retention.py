"""Figures of retention: rates by month, and what moved the MRR. Plain Plotly documents, cheap to make."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import polars as pl

from models.retention_rows import GRR, LOGO, NRR, RENEWAL_GRR, RENEWAL_NRR, WON
from models.shares import percent

Figure = dict[str, Any]

CONFIG: Figure = {"displayModeBar": False}
"""How Streamlit should show these: without Plotly's toolbar."""

NAMES: Mapping[str, str] = {
    LOGO: "Logo retention",
    GRR: "GRR",
    NRR: "NRR",
    WON: "Renewals won",
    RENEWAL_GRR: "Renewal GRR",
    RENEWAL_NRR: "Renewal NRR",
    "MRR new": "New MRR",
    "MRR reactivation": "Reactivated MRR",
    "MRR expansion": "Expansion",
    "MRR contraction": "Contraction",
    "MRR churn": "Churned MRR",
    "MRR opening": "Opening MRR",
    "MRR closing": "Closing MRR",
}
"""What each figure is called on screen."""

_LINES = ((LOGO, "solid", "circle"), (GRR, "dot", "square"), (NRR, "dash", "diamond"))
_BARS = (
    ("MRR new", ""),
    ("MRR reactivation", "."),
    ("MRR expansion", "/"),
    ("MRR contraction", "\\"),
    ("MRR churn", "x"),
)
_HEIGHT = 300
_RATE = "%{x|%b %Y}: %{y:.1%} of %{customdata[2]:,} accounts"


def rates(series: pl.DataFrame) -> Figure:
    """Logo retention, GRR and NRR by month; a click on a point gives its figure and day.

    `series` has until, figure and value (a share) and accounts, one currency for GRR and NRR.
    """
    traces = [_line(series.filter(pl.col("figure") == name), name, dash, mark) for name, dash, mark in _LINES]
    layout = _layout()
    layout["yaxis"] |= {"tickformat": ".0%", "zeroline": False}
    return {"data": [trace for trace in traces if trace["x"]], "layout": layout}


def moves(series: pl.DataFrame, currency: str) -> Figure:
    """What moved the MRR each month, gains above and losses below; a click gives the part and day."""
    traces = [_bar(series.filter(pl.col("figure") == name), name, shape) for name, shape in _BARS]
    layout = _layout() | {"barmode": "relative", "bargap": 0.25}
    layout["yaxis"] |= {"tickformat": "~s", "title": {"text": f"{currency} a month"}, "zeroline": True}
    return {"data": [trace for trace in traces if any(trace["y"])], "layout": layout}


def rates_alt(series: pl.DataFrame) -> str:
    """The lines in words, for those who do not see them."""
    told = []
    for name, _, _ in _LINES:
        rows = series.filter((pl.col("figure") == name) & pl.col("value").is_not_null()).sort("until")
        if rows.height:
            first, last = rows.row(0, named=True), rows.row(-1, named=True)
            told.append(f"{NAMES[name]} from {percent(first['value'])} to {percent(last['value'])}")
    return f"Line chart by month, {_span(series)}: {', '.join(told) or 'no base yet'}."


def moves_alt(series: pl.DataFrame, currency: str) -> str:
    """The bars in words, for those who do not see them."""
    told = [
        f"{NAMES[name].lower()} {series.filter(pl.col('figure') == name)['value'].sum():,.0f}"
        for name, _ in _BARS
    ]
    return f"Bar chart by month, {_span(series)}, in {currency}, summed over the months: {', '.join(told)}."


def picked(points: Sequence[Mapping[str, Any]]) -> tuple[str, date] | None:
    """The figure and the day of the point that was clicked."""
    if not points or not points[0].get("customdata"):
        return None
    figure, until = points[0]["customdata"][:2]
    return str(figure), date.fromisoformat(str(until))


def _line(rows: pl.DataFrame, name: str, dash: str, mark: str) -> Figure:
    rows = rows.drop_nulls("value").sort("until")
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": NAMES[name],
        "x": _days(rows),
        "y": rows["value"].to_list(),
        "customdata": [
            [name, day, n] for day, n in zip(_days(rows), rows["accounts"].to_list(), strict=True)
        ],
        "line": {"dash": dash, "width": 2},
        "marker": {"symbol": mark, "size": 7},
        "hovertemplate": "%{x|%b %Y}: %{y:.1%} of %{customdata[2]:,} accounts<extra>"
        + NAMES[name]
        + "</extra>",
    }


def _bar(rows: pl.DataFrame, name: str, shape: str) -> Figure:
    rows = rows.sort("until")
    return {
        "type": "bar",
        "name": NAMES[name],
        # A bar stands on its month, not on the month's last day, or the ticks would be one off.
        "x": [day[:7] + "-01" for day in _days(rows)],
        "y": rows["value"].to_list(),
        "customdata": [[name, day] for day in _days(rows)],
        "marker": {"pattern": {"shape": shape, "fillmode": "overlay", "size": 6}},
        "hovertemplate": "%{x|%b %Y}: %{y:,.0f}<extra>" + NAMES[name] + "</extra>",
    }


def _days(rows: pl.DataFrame) -> list[str]:
    return rows["until"].dt.strftime("%Y-%m-%d").to_list()


def _span(series: pl.DataFrame) -> str:
    first, last = series["until"].min(), series["until"].max()
    return (
        f"{first:%b %Y} to {last:%b %Y}"
        if isinstance(first, date) and isinstance(last, date)
        else "no months"
    )


def _layout() -> Figure:
    return {
        "height": _HEIGHT,
        "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
        "legend": {"orientation": "h", "yanchor": "bottom", "y": 1.02, "x": 0, "entrywidth": 120},
        "hovermode": "closest",
        "clickmode": "event+select",
        "dragmode": False,
        "xaxis": {"type": "date", "tickformat": "%b %Y", "fixedrange": True, "automargin": True},
        "yaxis": {"fixedrange": True, "automargin": True},
    }
