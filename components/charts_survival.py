"""Figures of lives and forecasts: curves with their bands, and what is expected with its interval."""

from __future__ import annotations

from typing import Any

import polars as pl

from models.shares import percent

Figure = dict[str, Any]

CONFIG: Figure = {"displayModeBar": False}
MOST_PARTS = 6
"""More curves than this can't be told apart."""

_COLOURS = ("#0f8a80", "#c07a2b", "#7c74e0", "#d1507f", "#6a9a2d", "#7a8089")
_DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")
_MOST_POINTS = 60
_MONTH = 30.4375


def curves(found: pl.DataFrame) -> Figure:
    """The share still a customer by months since signing, a step line and a band a part.

    `found` has part and the columns of `models.survival.CURVES`; the first `MOST_PARTS` parts are drawn.
    """
    traces = []
    for place, part in enumerate(found["part"].unique(maintain_order=True).to_list()[:MOST_PARTS]):
        own = _thinned(found.filter(pl.col("part") == part))
        traces += _curve(own, str(part), _COLOURS[place], _DASHES[place])
    layout = _layout()
    layout["yaxis"] |= {"tickformat": ".0%", "range": [0, 1.02]}
    layout["xaxis"] |= {"title": {"text": "Months since signing"}, "rangemode": "tozero"}
    return {"data": traces, "layout": layout}


def curves_alt(summary: pl.DataFrame) -> str:
    """The curves in words; `summary` has part and survival after a year."""
    told = [
        f"{row['part']} {percent(row['survival'])} after a year"
        for row in summary.head(MOST_PARTS).iter_rows(named=True)
        if row["survival"] is not None
    ]
    return f"Share still a customer by months since signing: {', '.join(told) or 'not known a year on'}."


def forecast(quarters: pl.DataFrame, past: pl.DataFrame, currency: str) -> Figure:
    """The MRR of today's customers by quarter, with a bar for the interval; past MRR before it.

    `quarters` are rows of `FORECAST` of one currency; `past` has until and value, oldest first.
    """
    days = quarters["until"].dt.strftime("%Y-%m-%d").to_list()
    expected = quarters["expected"].to_list()
    before = past["until"].dt.strftime("%Y-%m-%d").to_list()
    traces = [
        {
            "type": "scatter",
            "mode": "lines+markers",
            "name": "MRR, all customers",
            "x": before,
            "y": past["value"].to_list(),
            "line": {"color": _COLOURS[5], "width": 2},
            "hovertemplate": "%{x|%b %Y}: %{y:,.0f}<extra></extra>",
        },
        {
            "type": "scatter",
            "mode": "markers",
            "name": "Expected of today's customers, 90 % interval",
            "x": days,
            "y": expected,
            "marker": {"symbol": "diamond", "size": 9, "color": _COLOURS[0]},
            "error_y": {
                "type": "data",
                "symmetric": False,
                "array": (quarters["high"] - quarters["expected"]).to_list(),
                "arrayminus": (quarters["expected"] - quarters["low"]).to_list(),
                "thickness": 1.5,
                "width": 6,
                "color": _COLOURS[0],
            },
            "hovertemplate": "%{x|%d %b %Y}: %{y:,.0f}<extra></extra>",
        },
    ]
    layout = _layout()
    layout["xaxis"] |= {"type": "date", "tickformat": "%b %Y"}
    layout["yaxis"] |= {
        "tickformat": "~s",
        "rangemode": "tozero",
        "title": {"text": f"{currency} a month".strip()},
    }
    return {"data": traces, "layout": layout}


def forecast_alt(quarters: pl.DataFrame, currency: str) -> str:
    """The forecast in words."""
    told = [
        f"{row['until']:%b %Y} {row['expected']:,.0f} ({row['low']:,.0f} to {row['high']:,.0f})"
        for row in quarters.iter_rows(named=True)
    ]
    return f"MRR expected of today's customers in {currency or 'the one currency'}: {', '.join(told)}."


def _curve(own: pl.DataFrame, part: str, colour: str, dash: str) -> list[Figure]:
    months = (own["time"] / _MONTH).round(2).to_list()
    shared = {"type": "scatter", "x": months, "legendgroup": part, "hoverinfo": "skip"}
    edge = {"width": 0, "shape": "hv", "color": colour}
    band = [
        {**shared, "y": own["low"].round(4).to_list(), "mode": "lines", "line": edge, "showlegend": False},
        {
            **shared,
            "y": own["high"].round(4).to_list(),
            "mode": "lines",
            "line": edge,
            "fill": "tonexty",
            "fillcolor": f"{colour}26",
            "showlegend": False,
        },
    ]
    line = {
        "type": "scatter",
        "mode": "lines",
        "name": part,
        "legendgroup": part,
        "x": months,
        "y": own["survival"].round(4).to_list(),
        "customdata": own["at_risk"].to_list(),
        "line": {"shape": "hv", "color": colour, "dash": dash, "width": 2},
        "hovertemplate": "%{x:.0f} months: %{y:.1%}, %{customdata} still watched<extra>" + part + "</extra>",
    }
    return [*band, line]


def _thinned(own: pl.DataFrame) -> pl.DataFrame:
    """Few enough steps for the eye: those with departures, evenly chosen, and the last day."""
    steps = own.filter(
        (pl.col("events") > 0) | (pl.col("time") == pl.col("time").max()) | (pl.col("time") == 0)
    )
    every = max(1, -(-steps.height // _MOST_POINTS))
    place = pl.int_range(pl.len())
    return steps.filter((place % every == 0) | (place == pl.len() - 1))


def _layout() -> Figure:
    return {
        "height": 320,
        "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
        "legend": {"orientation": "h", "yanchor": "bottom", "y": 1.02, "x": 0},
        "hovermode": "closest",
        "dragmode": False,
        "xaxis": {"fixedrange": True, "automargin": True},
        "yaxis": {"fixedrange": True, "automargin": True},
    }
