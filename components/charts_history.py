"""An account over time in one figure: its scores, the parts of behaviour, and what happened."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

import polars as pl

from components import words

Figure = dict[str, Any]

CONFIG: Figure = {"displayModeBar": False}
"""How Streamlit should show these: without Plotly's toolbar."""

_SCORES = (("behaviour", "solid"), ("emotion", "dot"))
_PARTS = (
    ("frequency", "dash", "circle"),
    ("effectiveness", "dashdot", "square"),
    ("breadth", "longdash", "diamond"),
)
_LANES = {
    "survey": ("survey",),
    "ticket": ("ticket", "chat"),
    "call": ("courtesy call", "call", "email", "meeting"),
    "exception": ("exception",),
    "champion": ("champion",),
    "release": ("release",),
    "other": ("handoff", "community", "social", "subscription"),
}
_MARKS = {
    "survey": "star",
    "ticket": "x",
    "call": "circle",
    "exception": "triangle-up",
    "champion": "cross",
    "release": "diamond",
    "other": "square-open",
}
_MOST, _TEXT = 200, 60
_BEFORE = timedelta(days=14)
GAP = timedelta(days=31)
"""Between snapshots further apart than this nothing is drawn: nobody knows how the scores went."""


def figure(history: pl.DataFrame, events: pl.DataFrame) -> Figure:
    """Scores above, parts below them, and a lane for each kind of event, on one line of time.

    `history` has one row a day: as_of, behaviour, emotion and the parts; `events` is `TIMELINE`, the
    newest first, of which at most 200 between the first and last day are drawn. Lines break where more
    than `GAP` lies between two snapshots.
    """
    days = history["as_of"].to_list()
    shown = _laned(events, days[0] - _BEFORE, days[-1])
    traces = [_line(days, history[name].to_list(), name, dash, "y") for name, dash in _SCORES]
    traces += [
        _line(days, history[name].to_list(), name, dash, "y2") | {"marker": {"symbol": mark, "size": 5}}
        for name, dash, mark in _PARTS
    ]
    traces += [_events(shown.filter(pl.col("lane") == lane), lane) for lane in _LANES]
    traces = [_broken(trace) if "line" in trace else trace for trace in traces]
    return {
        "data": [trace for trace in traces if any(y is not None for y in trace["y"])],
        "layout": _layout(),
    }


def alt(history: pl.DataFrame, events: pl.DataFrame) -> str:
    """What the figure shows, for those who do not see it."""
    first, last = history.row(0, named=True), history.row(-1, named=True)
    moves = [
        f"{name} from {words.whole(first[name])} to {words.whole(last[name])}"
        for name in ("behaviour", "emotion", "frequency", "effectiveness", "breadth")
    ]
    shown = _laned(events, first["as_of"] - _BEFORE, last["as_of"])
    gaps = [f" No snapshot from {since:%-d %b %Y} to {until:%-d %b %Y}." for since, until in _gaps(history)]
    return (
        f"{words.count(history.height, 'snapshot')}, {first['as_of']:%-d %b %Y} to "
        f"{last['as_of']:%-d %b %Y}: "
        f"{', '.join(moves)}.{''.join(gaps)} {words.count(shown.height, 'event')} below."
    )


def _line(days: list[date], values: list[float | None], name: str, dash: str, axis: str) -> Figure:
    return {
        "type": "scatter",
        "x": days,
        "y": values,
        "yaxis": axis,
        "name": name,
        "mode": "lines+markers",
        "line": {"dash": dash, "width": 2 if axis == "y" else 1.5},
        "marker": {"size": 5},
        "hovertemplate": f"%{{x|%-d %b %Y}}<br>{name} %{{y:.0f}}<extra></extra>",
    }


def _gaps(history: pl.DataFrame) -> list[tuple[date, date]]:
    days = history["as_of"].to_list()
    return [(since, until) for since, until in pairwise(days) if until - since > GAP]


def _broken(trace: Figure) -> Figure:
    """The line with a day of nothing after each snapshot that a gap follows."""
    x: list[date] = []
    y: list[float | None] = []
    for day, value, after in zip(trace["x"], trace["y"], [*trace["x"][1:], None], strict=True):
        x.append(day)
        y.append(value)
        if after is not None and after - day > GAP:
            x.append(day + timedelta(days=1))
            y.append(None)
    return trace | {"x": x, "y": y}


def _laned(events: pl.DataFrame, since: date, until: date) -> pl.DataFrame:
    lane = {channel: name for name, channels in _LANES.items() for channel in channels}
    within = events.filter(pl.col("at").dt.date().is_between(since, until)).head(_MOST)
    return within.with_columns(lane=pl.col("channel").replace_strict(lane, default="other"))


def _events(rows: pl.DataFrame, lane: str) -> Figure:
    at: list[datetime] = rows["at"].to_list()
    return {
        "type": "scatter",
        "x": at,
        "y": [lane] * len(at),
        "yaxis": "y3",
        "mode": "markers",
        "showlegend": False,
        "marker": {"symbol": _MARKS[lane], "size": 9, "color": "#7a8089"},
        "text": [_short(title) for title in rows["title"].to_list()],
        "hovertemplate": "%{x|%-d %b %Y}<br>%{text}<extra></extra>",
    }


def _short(title: str) -> str:
    """Somebody's words as the chart shows them: plain, short, without anything a browser would act on."""
    told = title if len(title) <= _TEXT else f"{title[: _TEXT - 1]}…"
    return told.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _layout() -> Figure:
    scale = {"range": [0, 100], "tickvals": [0, 50, 100], "fixedrange": True}
    return {
        "height": 470,
        "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
        "legend": {"orientation": "h", "y": 1.08, "yanchor": "bottom"},
        "hovermode": "closest",
        "xaxis": {"fixedrange": True, "tickformat": "%-d %b", "anchor": "y3"},
        "yaxis": {**scale, "domain": [0.71, 1.0], "title": {"text": "scores"}},
        "yaxis2": {**scale, "domain": [0.38, 0.65], "title": {"text": "parts"}},
        "yaxis3": {
            "fixedrange": True,
            "domain": [0.0, 0.33],
            "type": "category",
            "categoryorder": "array",
            "categoryarray": list(reversed(_LANES)),
            "range": [-0.5, len(_LANES) - 0.5],
        },
    }
