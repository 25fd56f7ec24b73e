"""What was asked of the book, as it stands in a link and in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlencode

from models.book_view import HIGHEST_FIRST, SORTS, BookQuery
from models.findings import KINDS

WITHIN: dict[str, int] = {"30 days": 30, "60 days": 60, "90 days": 90, "180 days": 180}

LISTS = {
    "segment": "segments",
    "plan": "plans",
    "region": "regions",
    "csm": "csms",
    "quadrant": "quadrants",
    "exception": "kinds",
}
"""Filters of several values: the parameter in the link, and the field of `BookQuery`."""

DEFAULTS: dict[str, Any] = {
    "q": "",
    **{name: [] for name in LISTS},
    "risk": 0,
    "renews": None,
    "sort": SORTS["risk"],
    "reverse": False,
}
"""Every parameter of the link with what it is when it is left out."""


def query_of(state: Mapping[str, Any]) -> BookQuery:
    """The query that these parameters ask for; what is missing or unknown is left out.

    >>> query_of({"q": "nord", "sort": "Name", "reverse": True}).descending
    True
    """
    values = {name: state.get(name) or default for name, default in DEFAULTS.items()}
    sort = next((name for name, label in SORTS.items() if label == values["sort"]), "risk")
    kinds = {label: kind for kind, label in KINDS.items()}
    lists = {field: tuple(values[name]) for name, field in LISTS.items() if name != "exception"}
    return BookQuery(
        search=str(values["q"]),
        **lists,
        kinds=tuple(kinds.get(label, label) for label in values["exception"]),
        risk_at_least=float(values["risk"]),
        renews_within=WITHIN.get(values["renews"]),
        sort=sort,
        descending=(sort in HIGHEST_FIRST) != bool(values["reverse"]),
    )


def link_of(state: Mapping[str, Any]) -> str:
    """The parameters that differ from their defaults, as a link's query string.

    >>> link_of({"segment": ["Small", "R&D"], "risk": 60, "q": ""})
    'segment=Small&segment=R%26D&risk=60'
    """
    given = {name: state.get(name) for name in DEFAULTS if state.get(name) not in (None, DEFAULTS[name])}
    told = {name: str(value).lower() if isinstance(value, bool) else value for name, value in given.items()}
    return urlencode(told, doseq=True)


def state_of(link: str) -> dict[str, Any]:
    """Every parameter as a saved link wants it; the reverse of `link_of`.

    >>> state_of("segment=Small&risk=60")["risk"]
    60
    """
    given = parse_qs(link)
    return {name: _value(name, given.get(name, [])) for name in DEFAULTS}


def told(query: BookQuery) -> str:
    """The conditions in words, empty when every account is let through.

    >>> told(BookQuery(segments=("Small",), risk_at_least=60, renews_within=90))
    'segment Small, risk 60 or more, renewal within 90 days'
    """
    lists = {
        "segment": query.segments,
        "plan": query.plans,
        "region": query.regions,
        "CSM": query.csms,
        "quadrant": query.quadrants,
        "exception": tuple(KINDS.get(kind, kind) for kind in query.kinds),
    }
    parts = [f"“{query.search.strip()}” in the name or id"] if query.search.strip() else []
    parts += [f"{name} {' or '.join(values)}" for name, values in lists.items() if values]
    if query.risk_at_least > 0:
        parts.append(f"risk {query.risk_at_least:.0f} or more")
    if query.renews_within is not None:
        parts.append(f"renewal within {query.renews_within} days")
    return ", ".join(parts)


def _value(name: str, given: list[str]) -> Any:
    default = DEFAULTS[name]
    if isinstance(default, list):
        return given
    if not given:
        return default
    if isinstance(default, bool):
        return given[0] == "true"
    if isinstance(default, int):
        return int(given[0]) if given[0].isdigit() else default
    return given[0]
