"""The figure of success drivers: each difference as a dot with its interval."""

from __future__ import annotations

from typing import Any

import polars as pl

Figure = dict[str, Any]

CONFIG: Figure = {"displayModeBar": False}
"""How Streamlit should show it: without Plotly's toolbar."""

MOST = 20
_ROW, _EDGE = 30, 70
_LABEL = 44


def dots(found: pl.DataFrame) -> Figure:
    """A row a driver, largest difference on top; filled where it is clear, hollow where it may be chance.

    `found` has the columns of `models.drivers.DRIVERS`; the first 20 rows are drawn.
    """
    rows = found.head(MOST).sort("difference").with_columns(place=pl.int_range(pl.len()))
    groups = ((True, "Clear", "circle"), (False, "May be chance", "circle-open"))
    traces = [_trace(rows.filter(pl.col("clear") == clear), name, mark) for clear, name, mark in groups]
    return {"data": [trace for trace in traces if trace["x"]], "layout": _layout(rows)}


def alt(found: pl.DataFrame) -> str:
    """The figure in words, for those who do not see it."""
    rows = found.head(MOST)
    if rows.is_empty():
        return "No drivers."
    best, worst = rows.sort("difference").row(-1, named=True), rows.sort("difference").row(0, named=True)
    return (
        f"Dot chart of {rows.height} differences in success with 95 % intervals, "
        f"{rows['clear'].sum()} of them clear, from {100 * worst['difference']:+.0f} points "
        f"({worst['driver']}) to {100 * best['difference']:+.0f} points ({best['driver']})."
    )


def _trace(rows: pl.DataFrame, name: str, mark: str) -> Figure:
    points = rows.with_columns(pl.col("difference", "low", "high", "share_with", "share_without") * 100)
    return {
        "type": "scatter",
        "mode": "markers",
        "name": name,
        "x": points["difference"].to_list(),
        "y": points["place"].to_list(),
        "marker": {"symbol": mark, "size": 10, "line": {"width": 2}},
        "error_x": {
            "type": "data",
            "symmetric": False,
            "array": (points["high"] - points["difference"]).to_list(),
            "arrayminus": (points["difference"] - points["low"]).to_list(),
            "thickness": 1.5,
            "width": 3,
        },
        "customdata": points.select(
            "driver", "landmark", "share_with", "share_without", "n_with", "n_without", "low", "high"
        ).rows(),
        "hovertemplate": (
            "%{customdata[0]} by day %{customdata[1]}<br>%{customdata[2]:.0f} % of %{customdata[4]:,} "
            "against %{customdata[3]:.0f} % of %{customdata[5]:,}<br>%{x:+.0f} points "
            "[%{customdata[6]:+.0f} to %{customdata[7]:+.0f}]<extra></extra>"
        ),
    }


def _layout(rows: pl.DataFrame) -> Figure:
    labels = [_label(driver, day) for driver, day in rows.select("driver", "landmark").iter_rows()]
    return {
        "height": _ROW * rows.height + _EDGE,
        "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
        "legend": {"orientation": "h", "yanchor": "bottom", "y": 1.0, "x": 0},
        "hovermode": "closest",
        "dragmode": False,
        "xaxis": {
            "title": {"text": "points of success more or less than those who did not"},
            "zeroline": True,
            "zerolinewidth": 2,
            "fixedrange": True,
        },
        "yaxis": {
            "tickmode": "array",
            "tickvals": list(range(rows.height)),
            "ticktext": labels,
            "range": [-0.7, rows.height - 0.3],
            "fixedrange": True,
            "automargin": True,
            "zeroline": False,
        },
    }


def _label(driver: str, landmark: int) -> str:
    short = driver if len(driver) <= _LABEL else driver[: _LABEL - 1] + "…"
    return f"{short.replace('<', '&lt;')}, {landmark} days"
