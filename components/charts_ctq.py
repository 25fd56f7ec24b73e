"""The tree of what is critical to quality as a figure: shares of accounts with their intervals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from models.ctq import Branch
from models.ctq_measures import MEASURES
from models.ctq_table import Told

Figure = dict[str, Any]

CONFIG: Figure = {"displayModeBar": False}
"""How Streamlit should show it: without Plotly's toolbar."""

_ROW, _EDGE, _LABEL = 34, 70, 46
_LINE = "#0f8a80"


def tree(rows: Sequence[Told]) -> Figure:
    """A line a driver under its need; the dot is the share that meets the target, the line its 95 % interval.

    A hollow dot: fewer than ten accounts could be judged. No dot: nothing measures it yet.
    """
    lines = _lines(rows)
    height = len(lines)
    labels = [label for label, _ in lines]
    spots = [(height - 1 - place, row) for place, (_, row) in enumerate(lines) if row and row.share.n]
    return {
        "data": [_dots(spots)] if spots else [],
        "layout": {
            "height": _ROW * height + _EDGE,
            "margin": {"l": 8, "r": 16, "t": 8, "b": 8},
            "showlegend": False,
            "hovermode": "closest",
            "dragmode": False,
            "xaxis": {
                "title": {"text": "% of accounts that meet the target"},
                "range": [-2, 102],
                "fixedrange": True,
                "zeroline": False,
            },
            "yaxis": {
                "tickmode": "array",
                "tickvals": list(range(height - 1, -1, -1)),
                "ticktext": labels,
                "range": [-0.7, height - 0.3],
                "fixedrange": True,
                "automargin": True,
                "zeroline": False,
                "showgrid": False,
            },
        },
    }


def alt(rows: Sequence[Told]) -> str:
    """The tree in words, for those who do not see it."""
    told = [
        f"{row.branch.need}, {row.branch.driver}: "
        + (
            "not measured"
            if row.share.share is None or row.share.low is None or row.share.high is None
            else f"{100 * row.share.share:.0f} % of {row.share.n:,} accounts "
            f"({100 * row.share.low:.0f} to {100 * row.share.high:.0f})"
        )
        for row in rows
    ]
    return f"Dot chart of the share of accounts that meet each target. {'; '.join(told)}."


def _lines(rows: Sequence[Told]) -> list[tuple[str, Told | None]]:
    """Each need in bold, its drivers under it."""
    needs = list(dict.fromkeys(row.branch.need for row in rows))
    lines: list[tuple[str, Told | None]] = []
    for need in needs:
        lines.append((f"<b>{_short(need)}</b>", None))
        lines += [(_short(row.branch.driver), row) for row in rows if row.branch.need == need]
    return lines


def _dots(spots: Sequence[tuple[int, Told]]) -> Figure:
    shares = [
        (100 * (row.share.share or 0), 100 * (row.share.low or 0), 100 * (row.share.high or 0))
        for _, row in spots
    ]
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [share for share, _, _ in shares],
        "y": [place for place, _ in spots],
        "marker": {
            "size": 11,
            "color": _LINE,
            "line": {"width": 2, "color": _LINE},
            "symbol": ["circle" if row.share.n >= 10 else "circle-open" for _, row in spots],
        },
        "error_x": {
            "type": "data",
            "symmetric": False,
            "array": [high - share for share, _, high in shares],
            "arrayminus": [share - low for share, low, _ in shares],
            "color": _LINE,
            "thickness": 2,
            "width": 4,
        },
        "customdata": [
            (_target(row.branch), row.share.n, row.share.open, low, high)
            for (_, row), (_, low, high) in zip(spots, shares, strict=True)
        ],
        "hovertemplate": (
            "%{customdata[0]}<br>%{x:.0f} % of %{customdata[1]:,} accounts, 95 %: %{customdata[3]:.0f} to "
            "%{customdata[4]:.0f}<br>%{customdata[2]:,} can't be told yet<extra></extra>"
        ),
    }


def _target(branch: Branch) -> str:
    one = MEASURES[branch.measure]
    return f"{one.what}: {one.good} {branch.target:g} {one.unit}"


def _short(text: str) -> str:
    cut = text if len(text) <= _LABEL else text[: _LABEL - 1] + "…"
    return cut.replace("<", "&lt;")
