"""Figures of handoffs: teams as lanes along the days since signing, and one account's way through them."""

from __future__ import annotations

from typing import Any

import polars as pl

Figure = dict[str, Any]

CONFIG: Figure = {"displayModeBar": False}
"""How Streamlit should show these: without Plotly's toolbar."""

_LANE, _EDGE = 58, 90
_HELD, _SPREAD, _HOLE = "#0f8a80", "rgba(120,113,98,0.85)", "#c9822b"
_OPEN_END = 1.25


def swimlanes(lanes: pl.DataFrame) -> Figure:
    """A lane a team: bar from the median day it takes over to the median day it hands on.

    The line with caps is when 15 to 85 % of accounts come. Where half are still there the bar is hatched
    and runs to the right edge. `lanes` has the columns of `handoff_times.LANES`.
    """
    rows = lanes.with_columns(place=pl.len() - 1 - pl.int_range(pl.len()))
    edge = _edge(rows)
    closed = rows.drop_nulls("stay")
    still = rows.filter(pl.col("stay").is_null()).with_columns(stay=edge - pl.col("start"))
    traces = [
        _bars(closed, "Half are handed on by the end", "", 1.0),
        _bars(still, "More than half are still there", "/", 0.45),
        _spread(rows),
    ]
    labels = [_label(row) for row in rows.iter_rows(named=True)]
    return {
        "data": [trace for trace in traces if trace["y"]],
        "layout": _layout(rows, labels)
        | {
            "xaxis": {
                "title": {"text": "days since signing (median account)"},
                "range": [-0.02 * edge, edge * 1.02],
                "fixedrange": True,
                "zeroline": False,
            }
        },
    }


def alt(lanes: pl.DataFrame) -> str:
    """The lanes in words, for those who do not see them."""
    told = []
    for row in lanes.iter_rows(named=True):
        stay = (
            "more than half are still there" if row["stay"] is None else f"median stay {row['stay']:.0f} days"
        )
        told.append(
            f"{row['team']}: takes over on day {row['start']:.0f}, {stay}, {row['held']:,} accounts, "
            f"{row['left']:,} left there"
        )
    return f"Swimlanes by team. {'; '.join(told)}."


def way(held: pl.DataFrame, steps: pl.DataFrame) -> Figure:
    """One account: which team held it when, and when nobody did.

    In: the account's rows of `handoffs.HOLDS` and `handoffs.STEPS`.
    """
    teams = held.sort("from_on")["team"].unique(maintain_order=True).to_list()
    waited = steps.filter(pl.col("days") > 0)
    teams += [team for team in waited["to_team"].unique(maintain_order=True) if team not in teams]
    places = {team: len(teams) - 1 - number for number, team in enumerate(teams)}
    holding = [
        (places[row["team"]], row["from_on"], row["ended_on"], row["days"], row["state"])
        for row in held.iter_rows(named=True)
    ]
    holes = [
        (places[row["to_team"]], row["handed_on"], row["ended_on"], row["days"], row["state"])
        for row in waited.iter_rows(named=True)
    ]
    traces = [
        _spans(holding, "held by the team", "", _HELD),
        _spans(holes, "nobody: not taken over", "x", _HOLE),
    ]
    rows = pl.DataFrame({"place": list(range(len(teams)))})
    labels = [_plain(team) for team in teams]
    layout = _layout(rows, labels) | {"xaxis": {"type": "date", "fixedrange": True, "zeroline": False}}
    return {"data": [trace for trace in traces if trace["y"]], "layout": layout}


def way_alt(held: pl.DataFrame, steps: pl.DataFrame) -> str:
    """One account's way in words."""
    told = [
        f"{row['team']} from {row['from_on']:%-d %b %Y} for {row['days']:.0f} days ({row['state']})"
        for row in held.sort("from_on").iter_rows(named=True)
    ]
    told += [
        f"nobody for {row['days']:.0f} days from {row['handed_on']:%-d %b %Y} ({row['step']}, {row['state']})"
        for row in steps.filter(pl.col("days") > 0).iter_rows(named=True)
    ]
    return f"The account's way: {'; '.join(told)}."


def _edge(rows: pl.DataFrame) -> float:
    ends = rows.select(pl.max_horizontal(pl.col("start") + pl.col("stay").fill_null(0), "start_high").max())
    return max(float(ends.item() or 0) * _OPEN_END, 10.0)


def _bars(rows: pl.DataFrame, name: str, pattern: str, opacity: float) -> Figure:
    return {
        "type": "bar",
        "orientation": "h",
        "name": name,
        "y": rows["place"].to_list(),
        "base": rows["start"].to_list(),
        "x": rows["stay"].to_list(),
        "width": 0.5,
        "opacity": opacity,
        "marker": {"color": _HELD, "pattern": {"shape": pattern}},
        "customdata": rows.select("team", "held", "there", "handed_on", "left", "start").rows(),
        "hovertemplate": (
            "%{customdata[0]}: takes over on day %{customdata[5]:.0f}<br>%{customdata[1]:,} accounts: "
            "%{customdata[3]:,} handed on, %{customdata[2]:,} there, %{customdata[4]:,} left<extra></extra>"
        ),
    }


def _spread(rows: pl.DataFrame) -> Figure:
    return {
        "type": "scatter",
        "mode": "markers",
        "name": "taken over: median, 15 to 85 %",
        "x": rows["start"].to_list(),
        "y": rows["place"].to_list(),
        "marker": {"symbol": "line-ns-open", "size": 14, "line": {"width": 2}, "color": _SPREAD},
        "error_x": {
            "type": "data",
            "symmetric": False,
            "array": (rows["start_high"] - rows["start"]).clip(0).to_list(),
            "arrayminus": (rows["start"] - rows["start_low"]).clip(0).to_list(),
            "color": _SPREAD,
            "thickness": 2,
            "width": 5,
        },
        "customdata": rows.select("start_low", "start_high").rows(),
        "hovertemplate": (
            "taken over on day %{x:.0f}; 15 to 85 %: day %{customdata[0]:.0f} to %{customdata[1]:.0f}"
            "<extra></extra>"
        ),
    }


def _spans(rows: list[tuple[Any, ...]], name: str, pattern: str, colour: str) -> Figure:
    day_ms = 86_400_000
    return {
        "type": "bar",
        "orientation": "h",
        "name": name,
        "y": [row[0] for row in rows],
        "base": [row[1].isoformat() for row in rows],
        "x": [max(row[3], 1) * day_ms for row in rows],
        "width": 0.5,
        "marker": {"color": colour, "pattern": {"shape": pattern}},
        "customdata": [(f"{row[1]:%-d %b %Y}", f"{row[2]:%-d %b %Y}", row[3], row[4]) for row in rows],
        "hovertemplate": (
            "%{customdata[0]} to %{customdata[1]}, %{customdata[2]:.0f} days, %{customdata[3]}<extra></extra>"
        ),
    }


def _layout(rows: pl.DataFrame, labels: list[str]) -> Figure:
    return {
        "height": _LANE * rows.height + _EDGE,
        "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
        "barmode": "overlay",
        "legend": {"orientation": "h", "yanchor": "bottom", "y": 1.0, "x": 0},
        "hovermode": "closest",
        "dragmode": False,
        "yaxis": {
            "tickmode": "array",
            "tickvals": list(range(rows.height - 1, -1, -1)),
            "ticktext": labels,
            "range": [-0.6, rows.height - 0.4],
            "fixedrange": True,
            "automargin": True,
            "zeroline": False,
        },
    }


def _label(row: dict[str, Any]) -> str:
    left = f", {row['left']:,} left" if row["left"] else ""
    return f"<b>{_plain(row['team'])}</b><br>{row['held']:,} accounts{left}"


def _plain(text: str) -> str:
    return text.replace("<", "&lt;").capitalize()
