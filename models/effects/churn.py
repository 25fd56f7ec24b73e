"""How many points fewer left among the called: Newcombe's interval, adjusted on predicted churn."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Reals = npt.NDArray[np.float64]

ADJUST_FROM = 100
"""Episodes from which the difference is adjusted on predicted churn."""


@dataclass(frozen=True)
class Arm:
    """A proportion as an interval needs it: the share that left, of how many (effective) accounts."""

    share: float
    n: float


@dataclass(frozen=True)
class Difference:
    """Held out less called, as a share of accounts: positive when calls keep customers."""

    called: Arm
    held: Arm
    explained: float
    """R² of predicted churn, 0 when nothing was adjusted."""

    @property
    def effect(self) -> float:
        return self.held.share - self.called.share

    def interval(self, z: float) -> tuple[float, float]:
        """Newcombe's hybrid score interval (1998, method 10) at z standard errors."""
        low_c, high_c = wilson(self.called, z)
        low_h, high_h = wilson(self.held, z)
        p, q = self.held.share, self.called.share
        return (
            self.effect - float(np.hypot(p - low_h, high_c - q)),
            self.effect + float(np.hypot(high_h - p, q - low_c)),
        )


def wilson(arm: Arm, z: float) -> tuple[float, float]:
    """Wilson's score interval of a proportion.

    >>> [round(x, 4) for x in wilson(Arm(0.1, 50), 1.96)]
    [0.0435, 0.2136]
    """
    p, n = arm.share, arm.n
    middle = p + z * z / (2 * n)
    half = z * float(np.sqrt(p * (1 - p) / n + z * z / (4 * n * n)))
    return (middle - half) / (1 + z * z / n), (middle + half) / (1 + z * z / n)


def difference(left: npt.NDArray[np.bool_], held: npt.NDArray[np.bool_], predicted: Reals) -> Difference:
    """Compare the arms; one row an episode, `predicted` churn on any scale (NaN: not known).

    From `ADJUST_FROM` episodes on, both shares are moved to the mean predicted churn of all along one
    pooled slope, and n counts as n / (1 − R²): narrower, as far as prediction explains who left.

    Raises `ValueError` when an arm is empty.
    """
    y = left.astype(np.float64)
    if not held.any() or held.all():
        raise ValueError("one arm has no episode; wait until both have matured ones")
    n1, n0 = int((~held).sum()), int(held.sum())
    raw = Difference(Arm(float(y[~held].mean()), n1), Arm(float(y[held].mean()), n0), 0.0)
    x = np.where(
        np.isfinite(predicted), predicted, np.nanmean(predicted) if np.isfinite(predicted).any() else 0
    )
    within_x, within_y = _within(x, held), _within(y, held)
    spread, total = float(within_x @ within_x), float(within_y @ within_y)
    if len(y) < ADJUST_FROM or spread <= 1e-12 * len(y) or total == 0:
        return raw
    slope = float(within_x @ within_y) / spread
    explained = min(slope * slope * spread / total, 0.9)
    moved = [
        float(np.clip(y[arm].mean() - slope * (x[arm].mean() - x.mean()), 0, 1)) for arm in (~held, held)
    ]
    return Difference(Arm(moved[0], n1 / (1 - explained)), Arm(moved[1], n0 / (1 - explained)), explained)


def _within(values: Reals, held: npt.NDArray[np.bool_]) -> Reals:
    centred: Reals = values - np.where(held, values[held].mean(), values[~held].mean())
    return centred
