"""Figures of what customers say: a survey's figure by window, with its interval as a ribbon."""

from __future__ import annotations

from typing import Any

import polars as pl

from models.surveys import KINDS

Figure = dict[str, Any]

CONFIG: Figure = {"displayModeBar": False}
"""How Streamlit should show these: without Plotly's toolbar."""

_HEIGHT = 280
_RANGES = {"nps": [-100, 100], "csat": [0, 100], "ces": [0, 100]}
_TITLES = {"nps": "NPS", "csat": "% satisfied", "ces": "% found it easy"}
_RIBBON = "rgba(15,111,103,0.28)"
_LINE = "#0f8a80"


def trend(series: pl.DataFrame, kind: str) -> Figure:
    """The figure by window, oldest first; the ribbon is the 95 % interval, a gap is under ten answers.

    `series` has the rows of `surveys.VOICE` of one kind and group.
    """
    shown = [_ribbon(part) for part in _runs(series)]
    line = {
        "type": "scatter",
        "mode": "lines+markers",
        "x": _days(series),
        "y": series["value"].to_list(),
        "customdata": series.select(
            pl.col("first").dt.strftime("%-d %b %Y"), "n", "low", "high", "verdict"
        ).rows(),
        "line": {"width": 2, "color": _LINE},
        "marker": {"size": 8, "color": _LINE},
        "connectgaps": False,
        "showlegend": False,
        "hovertemplate": "%{customdata[0]} to %{x|%-d %b %Y}<br>"
        + f"{KINDS[kind]} %{{y:.0f}}, 95 %: %{{customdata[2]:.0f}} to %{{customdata[3]:.0f}}"
        + "<br>n = %{customdata[1]:,}<br>%{customdata[4]}<extra></extra>",
    }
    layout = {
        "height": _HEIGHT,
        "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
        "showlegend": False,
        "hovermode": "closest",
        "dragmode": False,
        "xaxis": {"type": "date", "fixedrange": True, "automargin": True, "tickformat": "%-d %b %Y"}
        | {"tickvals": _days(series), "tickangle": 0 if series.height < 9 else -40},
        "yaxis": {"fixedrange": True, "automargin": True, "range": _RANGES[kind]}
        | {"title": {"text": _TITLES[kind]}, "zeroline": kind == "nps"},
    }
    return {"data": [*shown, line], "layout": layout}


def trend_alt(series: pl.DataFrame, kind: str) -> str:
    """The figure in words, for those who do not see it."""
    told = [
        f"{row['last']:%-d %b %Y} {row['value']:.0f} "
        f"({row['low']:.0f} to {row['high']:.0f}, n = {row['n']:,})"
        for row in series.drop_nulls("value").iter_rows(named=True)
    ]
    return f"Line chart of {_TITLES[kind]} with 95 % intervals, by the window's last day: {'; '.join(told)}."


def _runs(series: pl.DataFrame) -> list[pl.DataFrame]:
    """Neighbouring windows that have a figure, so that no ribbon bridges a gap."""
    run = (pl.col("value").is_null()).cum_sum()
    known = series.with_columns(run=run).drop_nulls("value")
    return known.partition_by("run", maintain_order=True)


def _ribbon(part: pl.DataFrame) -> Figure:
    days = _days(part)
    return {
        "type": "scatter",
        "mode": "lines",
        "x": [*days, *reversed(days)],
        "y": [*part["high"].to_list(), *reversed(part["low"].to_list())],
        "fill": "toself",
        "fillcolor": _RIBBON,
        "line": {"width": 0 if part.height > 1 else 6, "color": _RIBBON},
        "hoverinfo": "skip",
        "showlegend": False,
    }


def _days(series: pl.DataFrame) -> list[str]:
    return series["last"].dt.strftime("%Y-%m-%d").to_list()
