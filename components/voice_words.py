"""What a survey's figure says, in words: the figure, its n, days and interval, and what became of it."""

from __future__ import annotations

from typing import Any

import polars as pl

from components import words
from models.answers import ANSWER_WITHIN
from models.bounded import CHANGED, NO_CHANGE, SHOWN_FROM
from models.surveys import KINDS, Window, change

FEW = f"fewer than {SHOWN_FROM} answers"

_SCALE = {"nps": 10, "csat": 5, "ces": 7}
_WHOM = {"csat": " satisfied", "ces": " found it easy"}


def headline(before: pl.DataFrame, after: pl.DataFrame, kind: str, spans: tuple[Window, Window]) -> str:
    """The figure of the later period against the earlier one; frames of at most one row of `VOICE`."""
    then, now = spans
    period = span(now)
    row = after.row(0, named=True) if after.height else None
    if row is None or row["value"] is None:
        n = row["n"] if row else 0
        told = f"{words.count(n, 'answer')} with a score in the {period}"
        return f"**{KINDS[kind]}: {told}.** A figure needs {SHOWN_FROM}."
    base = f"n = {row['n']:,}, {period}; 95 %: {bounds(row, kind)}"
    first = f"**{KINDS[kind]} {figure(row['value'], kind)}{_WHOM.get(kind, '')}** ({base})"
    return f"{first}: {_became(before, after, kind, then, now)}"


def detail(row: dict[str, Any], kind: str) -> str:
    """How many accounts stand behind it, the mean answer, and who answered at all."""
    told = [f"From {words.count(row['accounts'], 'account')}."]
    if row["mean"] is not None:
        low, high = row["mean_low"], row["mean_high"]
        told.append(f"Mean answer {row['mean']:.1f} of {_SCALE[kind]} (95 %: {low:.1f} to {high:.1f}).")
    return " ".join(told)


def response(row: dict[str, Any] | None) -> str:
    """How many of those invited answered."""
    if row is None or not row["invited"]:
        return "Nobody was invited in this period, or no invitations were imported."
    asked = words.count(row["invited"], "invitation")
    if row["rate"] is None:
        return f"{row['answered']:,} of {asked} answered within {ANSWER_WITHIN} days."
    low, high = row["rate_low"], row["rate_high"]
    return (
        f"{100 * row['rate']:.0f} % of {asked} were answered within {ANSWER_WITHIN} days "
        f"(95 %: {100 * low:.0f} to {100 * high:.0f} %)."
    )


def figure(value: float | None, kind: str) -> str:
    """NPS with its sign, the others as a share; the words for too few when null.

    >>> figure(27.4, "nps"), figure(-3.0, "nps"), figure(81.2, "csat")
    ('+27', '−3', '81 %')
    """
    if value is None:
        return FEW
    if kind != "nps":
        return f"{value:.0f} %"
    whole = round(value)
    return f"{'+' if whole > 0 else '−' if whole < 0 else ''}{abs(whole)}"


def bounds(row: dict[str, Any], kind: str) -> str:
    """The interval, from low to high; nothing while there is no figure."""
    if row["low"] is None:
        return ""
    low = figure(row["low"], kind) if kind == "nps" else f"{row['low']:.0f}"
    return f"{low} to {figure(row['high'], kind)}"


def span(window: Window) -> str:
    """A period in words: "90 days to 20 Nov 2026"."""
    days = (window.last - window.first).days + 1
    return f"{words.count(days, 'day')} to {window.last:%-d %b %Y}"


def _became(before: pl.DataFrame, after: pl.DataFrame, kind: str, then: Window, now: Window) -> str:
    told = change(before, after)
    days = (then.last - then.first).days + 1
    same = (now.last - now.first).days + 1 == days and (now.first - then.last).days == 1
    against = f"the {words.count(days, 'day')} before" if same else f"the {span(then)}"
    if told not in (CHANGED, NO_CHANGE):
        return f"{against} had {FEW}, so nothing can be compared."
    earlier = before.row(0, named=True)
    shown = f"{figure(earlier['value'], kind)}, n = {earlier['n']:,}"
    if told == CHANGED:
        way = "up" if after["value"].item() > earlier["value"] else "down"
        return f"**changed, {way}** against {against} ({shown})."
    return f"no detectable change against {against} ({shown})."
