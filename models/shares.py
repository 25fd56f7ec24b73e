"""A share as people read it: one manner for every sentence."""

from __future__ import annotations

PERCENT = "\N{NO-BREAK SPACE}%"
"""The sign with the space before it."""


def percent(share: float | None, decimals: int = 0) -> str:
    """A share of 1 as a percentage: a space that no line breaks at, a true minus; a dash for null.

    >>> percent(0.2).split(), percent(-0.0312, 1).split(), percent(None)
    (['20', '%'], ['−3.1', '%'], '–')
    """
    return "–" if share is None else f"{100 * share:.{decimals}f}{PERCENT}".replace("-", "−")
