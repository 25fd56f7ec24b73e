"""Wilson's interval for a share (E. B. Wilson, 1927)."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import polars as pl

Z = 1.959964


@dataclass(frozen=True)
class Share:
    """`hits` of `of`, with the 95 % interval; nothing is known of none."""

    hits: int
    of: int

    @property
    def value(self) -> float | None:
        return self.hits / self.of if self.of else None

    @property
    def interval(self) -> tuple[float, float]:
        """Low and high, 0-1; everything is possible when nothing was seen.

        >>> [round(end, 3) for end in Share(8, 10).interval]
        [0.49, 0.943]
        """
        return interval_of(self.hits / self.of, self.of) if self.of else (0.0, 1.0)


def interval_of(share: float, n: int) -> tuple[float, float]:
    """Low and high of a share seen among `n` (above 0), 0-1."""
    centre = (share + Z * Z / (2 * n)) / (1 + Z * Z / n)
    half = Z * sqrt(share * (1 - share) / n + Z * Z / (4 * n * n)) / (1 + Z * Z / n)
    return max(centre - half, 0.0), min(centre + half, 1.0)


def low_and_high(hits: pl.Expr, of: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """The ends of the interval of many shares; `of` is above 0."""
    share, widen = hits / of, 1 + Z * Z / of
    centre = (share + Z * Z / (2 * of)) / widen
    half = Z * (share * (1 - share) / of + Z * Z / (4 * of * of)).sqrt() / widen
    return (centre - half).clip(0, 1), (centre + half).clip(0, 1)
