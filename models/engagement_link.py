"""What was asked of the quadrant, as it stands in a link and in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlencode

from models.quadrant_moves import DIRECTIONS
from models.quadrant_points import QUARTERS, STRIP
from models.quadrant_region import Region, regions

SHOW = "show"
"""Which accounts are listed: `quarter:captive`, `moved:moved down`, or regions of the figure."""

FILTERS = ("segment", "plan", "region", "csm")
PREFIX = "e_"
DEFAULTS: dict[str, Any] = {
    "e_q": "",
    **{f"{PREFIX}{name}": [] for name in FILTERS},
    "since": None,
    "size": None,
    SHOW: "",
}
"""Every parameter of the link with what it is when it is left out."""


def link_of(state: Mapping[str, Any]) -> str:
    """The parameters that somebody set, as a link's query string.

    >>> link_of({"e_segment": ["Small", "R&D"], "show": "quarter:captive", "e_q": ""})
    'e_segment=Small&e_segment=R%26D&show=quarter%3Acaptive'
    """
    return urlencode({name: state[name] for name in DEFAULTS if state.get(name)}, doseq=True)


def state_of(link: str) -> dict[str, Any]:
    """Every parameter as a kept link wants it; the reverse of `link_of`.

    >>> state_of("e_segment=Small&since=2026-10-20")["since"]
    '2026-10-20'
    """
    given = parse_qs(link)
    return {
        name: given.get(name, []) if isinstance(default, list) else given.get(name, [default])[0]
        for name, default in DEFAULTS.items()
    }


def quarter_in(show: str) -> str | None:
    """The quarter that is shown whole, if one is."""
    name = show.removeprefix("quarter:")
    return name if show.startswith("quarter:") and name in QUARTERS else None


def direction_in(show: str) -> str | None:
    """The direction whose moves are shown, if one is."""
    name = show.removeprefix("moved:")
    return name if show.startswith("moved:") and name in DIRECTIONS else None


def told(show: str) -> str:
    """What is shown, in words; empty when nothing is chosen.

    >>> told("box:plane:40,60;55,70")
    'marked: behaviour 40 to 55, emotion 60 to 70'
    """
    if quarter_in(show):
        return f"the quarter {quarter_in(show)}"
    if direction_in(show):
        return str(direction_in(show))
    marked = regions(show)
    if not marked:
        return ""
    if all(region.kind == "id" for region in marked):
        return "clicked"
    return "marked: " + ", and ".join(_told(region) for region in marked if region.kind != "id")


def _told(region: Region) -> str:
    if region.kind == "cell":
        return f"a group of the quarter {region.what}"
    x, y = zip(*region.corners, strict=True)
    across = f"behaviour {max(0, min(x)):.0f} to {min(100, max(x)):.0f}"
    around = "a shape around " if region.kind == "lasso" else ""
    if region.panel == STRIP:
        return f"{around}{across} among those we can't hear"
    return f"{around}{across}, emotion {max(0, min(y)):.0f} to {min(100, max(y)):.0f}"
