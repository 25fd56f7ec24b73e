"""Small signs that always carry their word: the quadrant, the kind of an exception, a verdict."""

from __future__ import annotations

from models.findings import kind_name

_COLOURS = {
    "advocate": "green",
    "captive": "orange",
    "forgetful fan": "violet",
    "adrift": "red",
    "silent": "gray",
}


def quadrant(name: str | None) -> str:
    """The quadrant as a badge in Markdown; nothing while the account has no place yet."""
    return f":{_COLOURS.get(name, 'gray')}-badge[{name.capitalize()}]" if name else ""


def kind(code: str) -> str:
    """What a kind of exception is called on screen."""
    return kind_name(code)
