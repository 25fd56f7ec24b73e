"""The quadrant as a figure: behaviour across, emotion up, those we can't hear in a strip below."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from components import words
from models.quadrant import ADRIFT, ADVOCATE, BEHAVIOUR_BORDER, CAPTIVE, EMOTION_BORDER, FAN, SILENT
from models.quadrant_points import PLANE, QUARTERS, STRIP, UNPLACED, Drawn
from models.quadrant_region import Kind, Region

Figure = dict[str, Any]

SIGNS: dict[str, str] = {ADVOCATE: "●", CAPTIVE: "■", FAN: "◆", ADRIFT: "▼", SILENT: "○", UNPLACED: "✕"}
"""The shape of each quarter's marks, for those who do not see the colours."""

CONFIG: dict[str, Any] = {
    "displayModeBar": True,
    "displaylogo": False,
    "scrollZoom": False,
    "modeBarButtons": [["select2d", "lasso2d", "pan2d"]],
}
"""How Streamlit should show it: box, lasso and a hand that clicks are the only tools."""

_SHAPES = {
    ADVOCATE: "circle",
    CAPTIVE: "square",
    FAN: "diamond",
    ADRIFT: "triangle-down",
    SILENT: "circle-open",
    UNPLACED: "x-thin-open",
}
_CORNERS = {ADVOCATE: (100, 100), CAPTIVE: (100, 0), FAN: (0, 100), ADRIFT: (0, 0)}
_LANES = {SILENT: 1, UNPLACED: 0}
_NAMES = {ADVOCATE: "advocates", CAPTIVE: "captive", FAN: "forgetful fans", ADRIFT: "adrift"}
_HOVER = {
    False: "%{customdata[1]}<br>QUARTER, behaviour %{x:.0f}, emotion %{y:.0f}<extra></extra>",
    True: "%{customdata[1]}<br>QUARTER, behaviour %{x:.0f}<extra></extra>",
}
"""What a mark says, in the plane and in the strip."""

_GRAY = "#86867f"
_INK = "#000037"
"""What Streamlit replaces by its theme's strong grey, light or dark."""

_LOW = 40.0
"""The scale of emotion begins here, or lower where somebody stands lower."""

_HEIGHT = 560
_SMALLEST, _USUAL, _LARGEST = 6.0, 9.0, 26.0
_FEW, _MANY, _MANY_LARGEST = 200, 1000, 18.0
"""Up to so few marks of one account each they have their whole size, from so many on two thirds of it."""


TOOLS = {"Box": "select", "Lasso": "lasso", "Click": None}
"""What a hand on the figure does: while it draws, the browser takes no click for a choice."""


def quadrant(
    drawn: Drawn, counts: Mapping[str, int], arrows: pl.DataFrame, tool: str | None = "select"
) -> Figure:
    """The figure as a plain dict; columns stay arrays, which Plotly checks in one go.

    In: marks, the number of accounts in each quarter, and `quadrant_moves.MOVES` of the arrows wanted;
    `tool` is one of `TOOLS`.
    """
    lanes = [lane for lane in (SILENT, UNPLACED) if counts.get(lane)]
    share = 0.14 * len(lanes)
    marks, sizes, told = drawn.marks, _sizes(drawn), _told(drawn.marks)
    traces = [_marks(marks, sizes, told, name) for name in QUARTERS]
    if not arrows.is_empty():
        traces.append(_arrows(arrows))
    return {
        "data": traces,
        "layout": {**_layout(counts, lanes, share, _floor(drawn, arrows)), "dragmode": tool or "pan"},
    }


def quadrant_alt(counts: Mapping[str, int], drawn: Drawn) -> str:
    """What the figure shows, for those who do not see it."""
    said = ", ".join(f"{counts.get(name, 0):,} {name}" for name in QUARTERS if counts.get(name))
    how = "one mark a group of accounts that lie close together" if drawn.cells else "one mark an account"
    return f"Scatter chart of behaviour (across) and emotion (up), {how}: {said}."


def marked(selection: Mapping[str, Any]) -> str:
    """What somebody marked in the figure, as the text of `models.quadrant_region`; empty for nothing.

    `selection` is what Streamlit hands over: boxes and lassos with their axes, and points.
    """
    drawn = [_shape("box", box) for box in selection.get("box", ())]
    drawn += [_shape("lasso", lasso) for lasso in selection.get("lasso", ())]
    if drawn:
        return "|".join(region.text for region in drawn)
    clicked = (_clicked(point.get("customdata")) for point in selection.get("points", ()))
    return "|".join(dict.fromkeys(region for region in clicked if region))


def _clicked(customdata: object) -> str:
    """The browser hands one value over by itself, or as a list."""
    if isinstance(customdata, Sequence) and not isinstance(customdata, str):
        return str(customdata[0]) if customdata else ""
    return str(customdata or "")


def _shape(kind: Kind, shape: Mapping[str, Any]) -> Region:
    panel = STRIP if shape.get("yref") == "y2" else PLANE
    corners = tuple((float(x), float(y)) for x, y in zip(shape["x"], shape["y"], strict=True))
    return Region(kind, panel, corners)


def _marks(marks: pl.DataFrame, sizes: NDArray[np.float64], told: NDArray[np.object_], name: str) -> Figure:
    """One quarter; the colour comes from the theme by the trace's place, so empty quarters stay in."""
    of = (marks["quarter"] == name).to_numpy()
    strip = name in _LANES
    return {
        "type": "scatter",
        "mode": "markers",
        "name": name,
        "x": marks["x"].to_numpy()[of].round(2),
        "y": marks["y"].to_numpy()[of].round(2),
        "yaxis": "y2" if strip else "y",
        "customdata": told[of],
        "hovertemplate": _HOVER[strip].replace("QUARTER", name),
        "marker": {
            "symbol": _SHAPES[name],
            "size": sizes[of],
            "opacity": 0.75,
            "line": {"width": 1.6 if strip else 0.5},
        },
        "selected": {"marker": {"opacity": 0.95}},
        "unselected": {"marker": {"opacity": 0.2}},
    }


def _sizes(drawn: Drawn) -> NDArray[np.float64]:
    """Diameters in pixels: the area grows with what it stands for, within what can be seen and told apart.

    Among many accounts all are smaller, and those in the strip never reach into the words between its lanes.
    """
    crowd = 0.0 if drawn.cells else float(np.clip((drawn.accounts - _FEW) / (_MANY - _FEW), 0, 1))
    usual, largest = _USUAL * (1 - crowd / 3), _LARGEST + crowd * (_MANY_LARGEST - _LARGEST)
    most = np.where(drawn.marks["panel"] == STRIP, min(largest, _MANY_LARGEST), largest)
    diameters: NDArray[np.float64] = np.sqrt(np.clip(drawn.marks["size"].to_numpy(), 0, None)) * usual
    shown: NDArray[np.float64] = np.clip(diameters, _SMALLEST * (1 - crowd / 3), most).round(1)
    return shown


def _told(rows: pl.DataFrame) -> NDArray[np.object_]:
    """For each mark its region, for clicks, and what it is, for those who point at it."""
    told = np.empty((rows.height, 2), dtype=object)
    told[:, 0] = rows["region"].to_list()
    names = rows["name"].str.replace_many({"<": "&lt;", ">": "&gt;"})
    told[:, 1] = [
        f"{n:,} accounts" if n > 1 else f"{name}<br>MRR {words.money(mrr, currency)}"
        for n, name, mrr, currency in zip(rows["n"], names, rows["mrr"], rows["currency"], strict=True)
    ]
    return told


def _arrows(moves: pl.DataFrame) -> Figure:
    """All arrows as one broken line with a head at the end of each piece."""
    gap = [None] * moves.height
    x = zip(moves["behaviour_before"], moves["behaviour"], gap, strict=True)
    y = zip(moves["emotion_before"], moves["emotion"], gap, strict=True)
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": "moved",
        "x": [value for piece in x for value in piece],
        "y": [value for piece in y for value in piece],
        "line": {"color": _INK, "width": 1.2},
        "marker": {
            "symbol": "arrow",
            "angleref": "previous",
            "color": _INK,
            "size": [0, 10, 0] * moves.height,
            "line": {"width": 0},
        },
        "hoverinfo": "skip",
        "zorder": 1,
        "selected": {"marker": {"opacity": 1}},
        "unselected": {"marker": {"opacity": 1}},
    }


def _floor(drawn: Drawn, arrows: pl.DataFrame) -> float:
    """Where the scale of emotion begins: a ten below the lowest mark."""
    plane = drawn.marks.filter(pl.col("panel") == PLANE)["y"]
    lowest = [plane.min(), arrows["emotion"].min(), arrows["emotion_before"].min()]
    values = [float(value) for value in lowest if isinstance(value, float)]
    return max(0.0, min([_LOW, *(value - value % 10 - 10 for value in values)]))


def _layout(counts: Mapping[str, int], lanes: list[str], share: float, floor: float) -> Figure:
    border = {"type": "line", "line": {"color": _GRAY, "width": 1.2, "dash": "dash"}, "layer": "below"}
    plane = [share + 0.09 if lanes else 0.0, 1.0]
    shapes = [
        {
            **border,
            "xref": "x",
            "x0": BEHAVIOUR_BORDER,
            "x1": BEHAVIOUR_BORDER,
            "yref": "y",
            "y0": floor,
            "y1": 100,
        },
        {**border, "xref": "x", "x0": 0, "x1": 100, "yref": "y", "y0": EMOTION_BORDER, "y1": EMOTION_BORDER},
    ]
    lowest = min((_LANES[lane] for lane in lanes), default=0) - 0.5
    highest = max((_LANES[lane] for lane in lanes), default=1) + 0.5
    plain = {"zeroline": False, "fixedrange": True, "showgrid": False}
    return {
        "height": _HEIGHT,
        "margin": {"l": 8, "r": 8, "t": 44, "b": 8},
        "showlegend": False,
        "clickmode": "event+select",
        "hovermode": "closest",
        "shapes": shapes,
        "annotations": _corners(counts, floor) + _lanes(counts, lanes),
        "xaxis": {
            "title": {"text": "Behaviour: what they do (50 = the median that renewed)"},
            "range": [-2, 102],
            "tickvals": [0, 25, 50, 75, 100],
            "anchor": "y2" if lanes else "y",
            **plain,
        },
        "yaxis": {
            "title": {"text": "Emotion: what they say"},
            "range": [floor - 4, 103],
            "tickvals": [tick for tick in (0, 20, 40, 60, 70, 80, 100) if tick >= floor],
            "domain": plane,
            **plain,
        },
        "yaxis2": {
            "range": [lowest, highest],
            "domain": [0.0, max(share, 0.001)],
            "visible": False,
            "anchor": "x",
            **plain,
        },
    }


def _corners(counts: Mapping[str, int], floor: float) -> list[Figure]:
    """The name, shape and number of each quarter, outside its far corner so that it hides no mark."""
    return [
        {
            "xref": "x",
            "yref": "y",
            "x": x,
            "y": y or floor,
            "text": f"{SIGNS[name]} <b>{_NAMES[name]}</b> {counts.get(name, 0):,}",
            "showarrow": False,
            "xanchor": "left" if x == 0 else "right",
            "yanchor": "bottom" if y else "top",
            "yshift": 6 if y else -4,
        }
        for name, (x, y) in _CORNERS.items()
    ]


def _lanes(counts: Mapping[str, int], lanes: list[str]) -> list[Figure]:
    return [
        {
            "xref": "x",
            "yref": "y2",
            "x": 0,
            "y": _LANES[name] + 0.5,
            "text": f"{SIGNS[name]} <b>{name}</b> {counts.get(name, 0):,}",
            "showarrow": False,
            "xanchor": "left",
            "yanchor": "middle",
        }
        for name in lanes
    ]
