"""The figure of one account's use by week."""

from __future__ import annotations

from datetime import date
from typing import Any

import plotly.graph_objects as go

from components import words

CONFIG: dict[str, Any] = {"displayModeBar": False}
"""How Streamlit should show these: without Plotly's toolbar."""

_HEIGHT = 220


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
