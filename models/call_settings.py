"""The settings of the call list: what people may choose, checked, and as rules."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from models.call_hours import CLOSES, OPENS, WEEKEND, Holiday, Hours
from models.shares import percent

REST_DAYS, RETRY_DAYS = 14, 2
USUAL: dict[str, Any] = {
    "rest_days": REST_DAYS,
    "retry_days": RETRY_DAYS,
    "opens": OPENS,
    "closes": CLOSES,
    "weekend": list(WEEKEND),
    "small_share": 0.0,
    "capacities": {},
    "holidays": [],
}
"""What holds until somebody chooses otherwise; the entry `calls` of the settings has these names."""

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def chosen(body: Mapping[str, Any]) -> dict[str, Any]:
    """The entries in force. Raises `ValueError` for one that is unknown or makes no sense."""
    given = dict(body.get("calls") or {})
    unknown = set(given) - set(USUAL)
    if unknown:
        raise ValueError(f"calls knows no {', '.join(sorted(unknown))}; it has {', '.join(USUAL)}")
    entries = {**USUAL, **given}
    for name, low, high in (("rest_days", 0, 365), ("retry_days", 0, 365), ("small_share", 0, 1)):
        if not low <= float(entries[name]) <= high:
            raise ValueError(f"{name} lies between {low} and {high}, not at {entries[name]}")
    wrong = [name for name, n in entries["capacities"].items() if not 0 <= int(n) <= 100]
    if wrong:
        raise ValueError(f"between 0 and 100 calls fit a day; look at {', '.join(sorted(wrong))}")
    hours_from(body, entries)
    return entries


def hours_from(body: Mapping[str, Any], entries: Mapping[str, Any] | None = None) -> Hours:
    """Business hours, weekend and holidays as chosen."""
    use = entries or chosen(body)
    days = [
        Holiday(date.fromisoformat(one["on"]), one.get("where", ""), one.get("name", ""))
        for one in use["holidays"]
    ]
    return Hours(int(use["opens"]), int(use["closes"]), tuple(use["weekend"]), tuple(days))


def holidays_from(text: str) -> list[dict[str, str]]:
    """Holidays as people type them, a line each: day, where (empty: everywhere), name.

    Raises `ValueError` that names the line.

    >>> holidays_from("2026-12-25, Europe/Berlin, Christmas")
    [{'on': '2026-12-25', 'where': 'Europe/Berlin', 'name': 'Christmas'}]
    """
    found = []
    for n, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        day, where, name = [*(part.strip() for part in line.split(",", 2)), "", ""][:3]
        try:
            date.fromisoformat(day)
        except ValueError:
            raise ValueError(f"line {n} begins with “{day}”; write the day as in 2026-12-25") from None
        found.append({"on": day, "where": where, "name": name})
    return sorted(found, key=lambda one: (one["on"], one["where"]))


def as_lines(holidays: list[dict[str, str]]) -> str:
    """Holidays as `holidays_from` reads them."""
    return "\n".join(f"{one['on']}, {one.get('where', '')}, {one.get('name', '')}" for one in holidays)


def in_words(body: Mapping[str, Any]) -> dict[str, str]:
    """The entries that somebody chose, in words."""
    if not body.get("calls"):
        return {}
    use = chosen(body)
    off = ", ".join(_DAYS[day] for day in use["weekend"]) or "none"
    each = ", ".join(f"{csm} {n}" for csm, n in sorted(use["capacities"].items()))
    told = {
        "Rest after a call": f"{use['rest_days']} days; {use['retry_days']} when nobody was reached",
        "Calls from": f"{use['opens']} to {use['closes']} o'clock where they are; no calls on {off}",
        "Kept for small accounts": f"{percent(float(use['small_share']))} of the calls of a day",
        "Holidays": "; ".join(" ".join(part for part in one.values() if part) for one in use["holidays"]),
        "Calls a day, of one's own": each,
    }
    return {name: text for name, text in told.items() if text}
