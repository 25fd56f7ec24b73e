"""The book on its paths as one figure: how far all came, and a row an account, stuck ones first."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from components import words
from models.paths.chosen import Chosen
from models.paths.picture import AHEAD, DID, NOW, SKIPPED, Panel, Picture
from models.paths.progress_frames import BEHIND, DONE, NOT_STARTED, OFF_PATH, ON_TRACK, STUCK
from models.shares import percent

Figure = dict[str, Any]

CONFIG: Figure = {"displayModeBar": False}
"""How Streamlit should show these: without Plotly's toolbar."""

SIGNS: Mapping[str, str] = {
    STUCK: "‼",
    BEHIND: "!",
    ON_TRACK: "▸",
    DONE: "✓",
    NOT_STARTED: "○",
    OFF_PATH: "↷",
}
"""What stands before each state's word, for those who do not see the colours."""

_STRONG = {STUCK: "#b3233f", BEHIND: "#a85806", OFF_PATH: "#5f5a9e", ON_TRACK: "#0f766e"}
_TINTS = {STUCK: "179,35,63", BEHIND: "190,105,15", OFF_PATH: "109,75,196", ON_TRACK: "15,118,110"}
_USUAL, _USUAL_TINT = "#626a76", "98,106,118"
_WAS, _EMPTY, _CLEAR = "rgba(15,118,110,0.24)", "rgba(128,128,120,0.10)", "rgba(0,0,0,0)"
_FUNNEL = "rgba(15,118,110,0.42)"

_INK = "#000037"
"""Stands for the theme's strong grey, light or dark: Streamlit puts its own colour in its place."""

_TITLE, _STATES, _HEAD, _COUNT, _FUNNEL_HEIGHT, _ROW, _AFTER = 26, 20, 36, 18, 20, 24, 18
_GAP = 3
_NAMES = 0.40
_WIDEST = 1 / 4
_NAME_LETTERS, _HEAD_LETTERS, _FEWEST_LETTERS = 22, 60, 9
"""Letters of a name, of all heads of a path in one line, of one head: what a small screen holds."""

_WIDE_ENOUGH = 6
"""With more steps than this a cell holds "41 d", not "41 days"."""

_SMALL = 12
_TOLD = 5


@dataclass
class _Drawing:
    """Collects boxes and texts from top to bottom; `y` in pixels from the top."""

    y: float = 0.0
    boxes: list[tuple[Any, ...]] = field(default_factory=list)
    light: list[tuple[float, float, str]] = field(default_factory=list)
    texts: list[Figure] = field(default_factory=list)

    def box(self, x: tuple[float, float], y: tuple[float, float], colour: str, show: str, says: str) -> None:
        self.boxes.append((x[0], x[1] - x[0], (y[0] + y[1]) / 2, y[1] - y[0], colour, show, says))

    def text(self, x: float, y: float, said: str, anchor: str = "center", size: int = _SMALL) -> None:
        self.texts.append(
            {"x": x, "y": y, "text": said, "showarrow": False, "xanchor": anchor, "yanchor": "middle"}
            | {"font": {"size": size, "color": _INK}}
        )


def strip(picture: Picture) -> Figure:
    """Each path under the other: its name, how many did each step, then accounts and steps as cells.

    A click on a cell, a name or a bar gives `chosen` what it stands for.
    """
    drawing = _Drawing()
    for panel in picture.panels:
        _draw(drawing, panel, _of(picture.rows, panel.path_key), _of(picture.cells, panel.path_key))
    return {"data": [_boxes(drawing), _light(drawing)], "layout": _layout(drawing)}


def strip_alt(picture: Picture) -> str:
    """The figure in words, for those who do not see it."""
    paths = "; ".join(
        f"{panel.name}, {words.count(panel.accounts, 'account')}"
        + "".join(f", {n:,} {state}" for state, n in panel.states.items())
        for panel in picture.panels
    )
    who = "; ".join(_stuck(picture)[:_TOLD])
    return f"Table of steps by account for each path: {paths}. " + (
        f"Stuck the longest: {who}." if who else "Nobody is stuck."
    )


def _stuck(picture: Picture) -> list[str]:
    steps = {panel.path_key: panel.steps for panel in picture.panels}
    names = picture.rows.select("path_key", "row", "name")
    here = picture.cells.filter(
        (pl.col("state") == STUCK) & (pl.col("mark") == NOW) & pl.col("days").is_not_null()
    )
    ordered = here.join(names, on=["path_key", "row"]).sort("days", "name", descending=[True, False])
    return [
        f"{row['name']} before “{steps[row['path_key']][row['column']]}”, {_days(row['days'])}"
        for row in ordered.iter_rows(named=True)
    ]


def clicked(selection: Mapping[str, Any]) -> str:
    """What somebody clicked in the figure, as the text of `models.paths.chosen`; empty for nothing."""
    for point in selection.get("points", ()):
        data = point.get("customdata")
        if isinstance(data, Sequence) and not isinstance(data, str) and data:
            return str(data[0])
        if data:
            return str(data)
    return ""


def _of(frame: pl.DataFrame, key: str) -> list[dict[str, Any]]:
    return frame.filter(pl.col("path_key") == key).to_dicts()


def _draw(drawing: _Drawing, panel: Panel, rows: list[dict[str, Any]], cells: list[dict[str, Any]]) -> None:
    width = min(1 / max(len(panel.steps), 1), _WIDEST)
    _title(drawing, panel)
    _heads(drawing, panel, width)
    _funnel(drawing, panel, width)
    by_row: dict[int, list[dict[str, Any]]] = {}
    for cell in cells:
        by_row.setdefault(cell["row"], []).append(cell)
    for row in rows:
        _row(drawing, panel, row, by_row.get(row["row"], []), width)
    drawing.y += _AFTER


def _title(drawing: _Drawing, panel: Panel) -> None:
    """Name and accounts; below, so that a small screen holds it, how many are in each state."""
    head = f"<b>{_safe(panel.name)}</b>  {words.count(panel.accounts, 'account')}"
    drawing.text(-_NAMES, drawing.y + _TITLE / 2, head, "left", 15)
    drawing.y += _TITLE
    if panel.states:
        states = " · ".join(f"{SIGNS[state]} {n:,} {state}" for state, n in panel.states.items())
        drawing.text(-_NAMES, drawing.y + _STATES / 2 - _GAP, states, "left", 13)
        drawing.y += _STATES


def _heads(drawing: _Drawing, panel: Panel, width: float) -> None:
    letters = max(_FEWEST_LETTERS, _HEAD_LETTERS // max(len(panel.steps), 1))
    for place, step in enumerate(panel.steps):
        lines = textwrap.wrap(step, letters, max_lines=2, placeholder=" …", break_on_hyphens=False)
        said = "<br>".join(_safe(line) for line in lines)
        drawing.text((place + 0.5) * width, drawing.y + _HEAD / 2, f"<b>{said}</b>")
    drawing.y += _HEAD


def _funnel(drawing: _Drawing, panel: Panel, width: float) -> None:
    middle, bottom = drawing.y + _COUNT / 2, drawing.y + _COUNT + _FUNNEL_HEIGHT
    drawing.text(-0.012, middle, "have done it", "right")
    for place, n in enumerate(panel.reached):
        share = n / panel.accounts if panel.accounts else 0.0
        says = f"{n:,} of {panel.accounts:,} ({percent(share)}) did {_safe(panel.steps[place])}"
        across = (place * width + 0.003, (place + 1) * width - 0.003)
        if n:
            show = Chosen("did", path_key=panel.path_key, column=place).text
            top = bottom - max(2.0, (_FUNNEL_HEIGHT - 2) * share)
            drawing.box(across, (top, bottom), _FUNNEL, show, says)
        drawing.text((place + 0.5) * width, middle, f"{n:,} · {percent(share)}")
    drawing.y = bottom + 2 * _GAP


def _row(
    drawing: _Drawing, panel: Panel, row: dict[str, Any], cells: list[dict[str, Any]], width: float
) -> None:
    top, bottom = drawing.y, drawing.y + _ROW - _GAP
    label, show = _label(panel, row)
    says = _safe(row["name"]) if row["account_id"] else label
    drawing.box((-_NAMES, -0.004), (top, bottom), _CLEAR, show, says)
    drawing.text(-0.012, (top + bottom) / 2, label, "right", 13)
    for cell in cells:
        across = (cell["column"] * width + 0.002, (cell["column"] + 1) * width - 0.002)
        drawing.box(across, (top, bottom), _colour(cell), _shows(panel, row, cell), _says(panel, row, cell))
        said = _written(panel, cell)
        where = ((across[0] + across[1]) / 2, (top + bottom) / 2)
        if cell["mark"] == NOW and row["account_id"]:
            drawing.light.append((*where, f"<b>{said}</b>"))
        elif said:
            drawing.text(*where, said)
    drawing.y += _ROW


def _label(panel: Panel, row: dict[str, Any]) -> tuple[str, str]:
    """What stands before a row, and what a click on it asks for."""
    sign = SIGNS[row["state"]]
    if row["account_id"]:
        name = row["name"] if len(row["name"]) <= _NAME_LETTERS else row["name"][: _NAME_LETTERS - 1] + "…"
        said = f"<b>{_safe(name)}</b>" if row["state"] == STUCK else _safe(name)
        return f"{said} {sign}", Chosen("id", account_id=row["account_id"]).text
    more = "more " if row["more"] else ""
    return f"{row['n']:,} {more}{row['state']} {sign}", Chosen(
        "in", path_key=panel.path_key, state=row["state"]
    ).text


def _colour(cell: dict[str, Any]) -> str:
    if cell["mark"] != NOW:
        return _WAS if cell["mark"] == DID else _EMPTY
    if cell["account_id"]:
        return _STRONG.get(cell["state"], _USUAL)
    return f"rgba({_TINTS.get(cell['state'], _USUAL_TINT)},{0.18 + 0.4 * cell['share']:.2f})"


def _written(panel: Panel, cell: dict[str, Any]) -> str:
    """The sign of a cell: nothing where a step lies ahead."""
    short = len(panel.steps) > _WIDE_ENOUGH
    if cell["mark"] == NOW and cell["account_id"]:
        days = _days(cell["days"])
        return f"{SIGNS[cell['state']]} {days.split(' ')[0] + ' d' if short and ' ' in days else days}"
    if cell["mark"] == NOW:
        return f"{cell['n']:,}"
    return {DID: "✓", SKIPPED: _skipped(panel, cell), AHEAD: ""}[cell["mark"]]


def _skipped(panel: Panel, cell: dict[str, Any]) -> str:
    return "not ticked" if panel.by_hand[cell["column"]] else "skipped"


def _shows(panel: Panel, row: dict[str, Any], cell: dict[str, Any]) -> str:
    if row["account_id"]:
        return Chosen("id", account_id=row["account_id"]).text
    if cell["n"]:
        return Chosen("at", path_key=panel.path_key, column=cell["column"], state=row["state"]).text
    return Chosen("in", path_key=panel.path_key, state=row["state"]).text


def _says(panel: Panel, row: dict[str, Any], cell: dict[str, Any]) -> str:
    step = f"“{_safe(panel.steps[cell['column']])}”"
    if not row["account_id"]:
        return f"{words.count(cell['n'], 'account')} {row['state']} before {step}" if cell["n"] else step
    who = _safe(row["name"])
    if cell["mark"] == NOW:
        usual = "" if cell["usual"] is None else f"; the successful needed {cell['usual']:.0f} (median)"
        return f"{who}<br>{row['state']}: {_days(cell['days'])} before {step}{usual}"
    said = {AHEAD: "not yet", SKIPPED: _skipped(panel, cell)}.get(cell["mark"], cell["mark"])
    return f"{who}<br>{step}: {said}"


def _days(days: int | None) -> str:
    return "next" if days is None else words.count(days, "day")


def _safe(text: str) -> str:
    """Somebody's words without anything that Plotly would take for markup."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _boxes(drawing: _Drawing) -> Figure:
    columns = [list(part) for part in zip(*drawing.boxes, strict=True)] or [[]] * 7
    base, length, middle, height, colour, show, says = columns
    return {
        "type": "bar",
        "orientation": "h",
        "base": base,
        "x": length,
        "y": middle,
        "width": height,
        "marker": {"color": colour, "line": {"width": 0}},
        "customdata": [list(pair) for pair in zip(show, says, strict=True)],
        "hovertemplate": "%{customdata[1]}<extra></extra>",
        "selected": {"marker": {"opacity": 1}},
        "unselected": {"marker": {"opacity": 0.55}},
    }


def _light(drawing: _Drawing) -> Figure:
    """Words on a strong colour."""
    x, y, said = zip(*drawing.light, strict=True) if drawing.light else ((), (), ())
    return {
        "type": "scatter",
        "mode": "text",
        "x": list(x),
        "y": list(y),
        "text": list(said),
        "textfont": {"color": "#ffffff", "size": _SMALL},
        "hoverinfo": "skip",
        "cliponaxis": False,
        "selected": {"textfont": {"color": "#ffffff"}},
        "unselected": {"textfont": {"color": "#ffffff"}},
    }


def _layout(drawing: _Drawing) -> Figure:
    plain = {"visible": False, "fixedrange": True, "showgrid": False, "zeroline": False}
    return {
        "height": max(round(drawing.y), 60),
        "margin": {"l": 0, "r": 0, "t": 0, "b": 0, "pad": 0},
        "barmode": "overlay",
        "showlegend": False,
        "hovermode": "closest",
        "clickmode": "event+select",
        "dragmode": False,
        "annotations": drawing.texts,
        "xaxis": {"range": [-_NAMES, 1.0], **plain},
        "yaxis": {"range": [max(drawing.y, 60), 0], **plain},
    }
