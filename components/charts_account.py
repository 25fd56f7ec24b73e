"""Figures of one account: its use by week, and its scores over time."""

from __future__ import annotations

from datetime import date
from typing import Any

import plotly.graph_objects as go
import polars as pl

from components import words

CONFIG: dict[str, Any] = {"displayModeBar": False}
"""How Streamlit should show these: without Plotly's toolbar."""

_HEIGHT = 220
_FEW = 6


def usage(events: list[int], active_days: list[int], as_of: date) -> go.Figure:
    """Events a week as bars; each bar says its week, its events and its active days. Oldest first."""
    bar = {
        "type": "bar",
        "x": words.weeks_before(as_of, len(events)),
        "y": events,
        "customdata": active_days,
        "hovertemplate": "week to %{x|%-d %b %Y}<br>%{y:,} events on %{customdata} days<extra></extra>",
    }
    return _figure([bar], {"title": "events a week", "rangemode": "tozero"}, {"tickformat": "%b %Y"})


def usage_alt(events: list[int], as_of: date) -> str:
    """What the figure shows, for those who do not see it."""
    if not events:
        return "No usage."
    return (
        f"Bar chart of events a week over {len(events)} weeks to {as_of:%-d %b %Y}: "
        f"{events[0]:,} in the first week, {events[-1]:,} in the last, at most {max(events):,}."
    )


def scores(history: pl.DataFrame) -> go.Figure:
    """Behaviour and emotion in every snapshot, 0-100; `history` has as_of, behaviour and emotion."""
    days = history["as_of"].to_list()
    lines = [
        {
            "type": "scatter",
            "x": days,
            "y": history[name].to_list(),
            "name": name,
            "mode": "lines+markers",
            "line": {"dash": dash, "width": 2},
            "hovertemplate": f"%{{x|%-d %b %Y}}<br>{name} %{{y:.0f}}<extra></extra>",
        }
        for name, dash in (("behaviour", "solid"), ("emotion", "dot"))
    ]
    scale = {"title": "score, 0-100", "range": [0, 100], "tickvals": [0, 25, 50, 75, 100]}
    marks = {"tickformat": "%-d %b", "tickvals": days if len(days) <= _FEW else None}
    return _figure(lines, scale, marks)


def scores_alt(history: pl.DataFrame) -> str:
    """What the figure shows, for those who do not see it."""
    first, last = history.row(0, named=True), history.row(-1, named=True)
    moves = [
        f"{name} from {words.whole(first[name])} to {words.whole(last[name])}"
        for name in ("behaviour", "emotion")
    ]
    return (
        f"Line chart of {history.height} snapshots, {first['as_of']:%-d %b %Y} to "
        f"{last['as_of']:%-d %b %Y}: {', '.join(moves)}."
    )


def _figure(traces: list[dict[str, Any]], y: dict[str, Any], x: dict[str, Any]) -> go.Figure:
    """One figure, built in one go: every later change of a figure costs milliseconds."""
    layout = {
        "height": _HEIGHT,
        "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
        "showlegend": len(traces) > 1,
        "legend": {"orientation": "h", "y": 1.15},
        "bargap": 0.25,
        "hovermode": "x",
        "xaxis": {"fixedrange": True, **x},
        "yaxis": {"fixedrange": True, **y},
    }
    return go.Figure(data=traces, layout=layout)
