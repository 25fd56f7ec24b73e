"""A treated group beside matched others: the mean difference and an interval that knows what is shared."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import stdtrit

Reals = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]

MOST = 5
"""Others matched to each treated unit, at most."""
CALIPER = 0.7
"""No other is farther away than this (in the units of what is matched on)."""


@dataclass(frozen=True)
class Pairs:
    """Treated unit `treated[k]` has the other `other[k]` with this weight; the weights of each sum to 1."""

    treated: Whole
    other: Whole
    weight: Reals


@dataclass(frozen=True)
class Difference:
    """The treated less their matched others, `n` treated; `error` is its standard error."""

    treated_mean: float
    other_mean: float
    error: float
    n: int

    @property
    def value(self) -> float:
        return self.treated_mean - self.other_mean

    def interval(self, share: float = 0.95) -> tuple[float, float]:
        """By Student's t with n - 1 degrees of freedom."""
        wide = float(stdtrit(max(self.n - 1, 1), 0.5 + share / 2)) * self.error
        return self.value - wide, self.value + wide


def nearest(wanted: Reals, pool: Reals, *, most: int = MOST, caliper: float = CALIPER) -> Pairs:
    """The nearest of a pool for each wanted row (unit x coordinate), by straight distance, equal weights.

    Units with nobody within the caliper are left out.

    >>> nearest(np.array([[0.0]]), np.array([[0.1], [0.2], [9.0]])).other.tolist()
    [0, 1]
    """
    if not len(wanted) or not len(pool):
        nobody = np.zeros(0, dtype=np.int64)
        return Pairs(nobody, nobody, np.zeros(0))
    far = np.sqrt(((wanted[:, None, :] - pool[None, :, :]) ** 2).sum(axis=2))
    first = np.argsort(far, axis=1, kind="stable")[:, :most]
    near = np.take_along_axis(far, first, axis=1) <= caliper
    rows, places = np.nonzero(near)
    counts = near.sum(axis=1)
    return Pairs(rows.astype(np.int64), first[rows, places].astype(np.int64), 1.0 / counts[rows])


def difference(treated: Reals, others: Reals, pairs: Pairs) -> Difference | None:
    """The mean of the treated less the weighted mean of their others; None with under two treated.

    `treated` and `others` hold each unit's outcome, `pairs` who was matched with whom. The variance adds to
    that of the differences what others who serve several treated units share (A. Abadie and G. Imbens,
    2006): each other's variance times the square of its weights' sum less the sum of their squares.
    """
    units = np.unique(pairs.treated)
    if len(units) < 2:
        return None
    beside = np.bincount(pairs.treated, weights=pairs.weight * others[pairs.other], minlength=len(treated))
    apart = treated[units] - beside[units]
    n = len(units)
    own = float(((apart - apart.mean()) ** 2).sum()) / (n - 1) / n
    total = np.bincount(pairs.other, weights=pairs.weight, minlength=len(others))
    squares = np.bincount(pairs.other, weights=pairs.weight**2, minlength=len(others))
    used = np.unique(pairs.other)
    spread = float(others[used].var(ddof=1)) if len(used) > 1 else 0.0
    shared = spread * float((total**2 - squares).sum()) / n**2
    error = float(np.sqrt(own + max(shared, 0.0)))
    return Difference(float(treated[units].mean()), float(beside[units].mean()), error, n)
