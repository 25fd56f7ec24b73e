"""The figure of time to first value: the share that got there by day, with its interval and the target."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl

from models.first_value import ALL

Figure = dict[str, Any]

CONFIG: Figure = {"displayModeBar": False}
"""How Streamlit should show these: without Plotly's toolbar."""

_HEIGHT = 300
_DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")
_BAND = "rgba(15,111,103,0.20)"
_GRAY = "#86867f"


def reached(curves: pl.DataFrame, shown: Sequence[str], target: int | None) -> Figure:
    """Days after signing across, the share with first value up; a line a group, the first with its interval.

    `curves` is `FIRST_VALUE_CURVES`; `shown` its groups, in order; `target` in days.
    """
    parts = [curves.filter(pl.col("of") == name).sort("time") for name in shown]
    drawn = [(name, part) for name, part in zip(shown, parts, strict=True) if part.height]
    # The theme colours by place: the first line takes the accent, so its band comes last.
    traces = [_line(part, name, place) for place, (name, part) in enumerate(drawn)]
    traces += [_band(drawn[0][1])] if drawn else []
    return {"data": traces, "layout": _layout(target, _until(drawn, target))}


def reached_alt(curves: pl.DataFrame, shown: Sequence[str], target: int | None) -> str:
    """The lines in words, for those who do not see them."""
    told = []
    for name in shown:
        rows = curves.filter(pl.col("of") == name)
        if rows.height:
            row = rows.row(0, named=True)
            half = f"half by day {row['median_days']:.0f}" if row["median_days"] is not None else "under half"
            told.append(f"{called(name)} ({row['reached']:,} of {row['accounts']:,}) {half}")
    line = f" The target is day {target}." if target else ""
    said = ", ".join(told) or "nobody"
    return f"Line chart of the share with first value by days after signing: {said}.{line}"


def called(of: str) -> str:
    """What a group of `FIRST_VALUE_CURVES` is called on screen.

    >>> called("all"), called("2026 Q3")
    ('Everybody', 'Signed 2026 Q3')
    """
    return {ALL: "Everybody", "trial": "Trials"}.get(of, f"Signed {of}")


def _line(part: pl.DataFrame, name: str, place: int) -> Figure:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": f"{called(name)} (n = {part['accounts'][0]:,})",
        "x": part["time"].to_list(),
        "y": (1 - part["survival"]).to_list(),
        "customdata": part.select(low=1 - pl.col("high"), high=1 - pl.col("low"), n="at_risk").rows(),
        "line": {"shape": "hv", "width": 3 if place == 0 else 2, "dash": _DASHES[place % len(_DASHES)]},
        "hovertemplate": "day %{x:.0f}: %{y:.0%} [%{customdata[0]:.0%}–%{customdata[1]:.0%}]"
        + f"<br>%{{customdata[2]:,}} still without it<extra>{called(name)}</extra>",
    }


def _band(part: pl.DataFrame) -> Figure:
    """The interval as a closed shape of steps: up along the upper bound, back along the lower."""
    days = part["time"].to_list()
    upper, lower = (1 - part["low"]).to_list(), (1 - part["high"]).to_list()
    there_x, there_y = _steps(days, upper)
    back_x, back_y = _steps(days, lower)
    return {
        "type": "scatter",
        "mode": "lines",
        "x": [*there_x, *reversed(back_x)],
        "y": [*there_y, *reversed(back_y)],
        "fill": "toself",
        "fillcolor": _BAND,
        "line": {"width": 0},
        "hoverinfo": "skip",
        "showlegend": False,
    }


def _steps(x: list[float], y: list[float]) -> tuple[list[float], list[float]]:
    """The corners of a line that stays level until each next day."""
    across = [day for place, day in enumerate(x) for day in ((day, day) if place else (day,))]
    up = [share for place, share in enumerate(y) for share in ((y[place - 1], share) if place else (share,))]
    return across, up


def _until(drawn: Sequence[tuple[str, pl.DataFrame]], target: int | None) -> float:
    """Where the axis ends: soon after the last day on which anybody got there, or the target."""
    last = [part.filter(pl.col("events") > 0)["time"].max() for _, part in drawn]
    days = [float(day) for day in last if isinstance(day, float)]
    return max([*days, float(target or 0), 30.0]) * 1.05


def _layout(target: int | None, until: float) -> Figure:
    line = {"type": "line", "xref": "x", "yref": "paper", "x0": target, "x1": target, "y0": 0, "y1": 1}
    note = {"xref": "x", "yref": "paper", "x": target, "y": 0.02, "text": f"target: day {target}"}
    place = {"showarrow": False, "xanchor": "left", "yanchor": "bottom", "xshift": 4}
    return {
        "height": _HEIGHT,
        "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
        "legend": {"orientation": "h", "yanchor": "bottom", "y": 1.02, "x": 0},
        "hovermode": "closest",
        "dragmode": False,
        "shapes": [{**line, "line": {"color": _GRAY, "width": 1.5, "dash": "dash"}}] if target else [],
        "annotations": [{**note, **place}] if target else [],
        "xaxis": {"title": {"text": "days after signing"}, "range": [0, until], "fixedrange": True}
        | {"automargin": True, "zeroline": False},
        "yaxis": {"tickformat": ".0%", "range": [0, 1.02], "fixedrange": True, "automargin": True}
        | {"title": {"text": "got first value"}, "zeroline": False},
    }
