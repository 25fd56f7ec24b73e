"""A share as people read it: one manner for every sentence."""

from __future__ import annotations


def percent(share: float | None, decimals: int = 0) -> str:
    """A share of 1 as a percentage: a space before the sign, a true minus; a dash for null.

    >>> percent(0.2), percent(-0.0312, 1), percent(None)
    ('20 %', '−3.1 %', '–')
    """
    return "–" if share is None else f"{100 * share:.{decimals}f} %".replace("-", "−")
