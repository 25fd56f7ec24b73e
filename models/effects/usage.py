"""How much more the called use it: Lin's regression with HC3 errors, Welch where few are held out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, stdtrit

Reals = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

WELCH_UNDER = 8
"""Fewer held out than this: no regression."""


@dataclass(frozen=True)
class Change:
    """Called less held out in log(1 + events), with its standard error and degrees of freedom."""

    called_mean: float
    held_mean: float
    difference: float
    error: float
    freedom: float
    method: str

    @property
    def effect(self) -> float:
        """As a share of use: 0.1 is 10 % more."""
        return float(np.expm1(self.difference))

    def interval(self, z: float) -> tuple[float, float]:
        """The interval of `effect` that is as wide as z normal standard errors, by Student's t."""
        t = -float(stdtrit(self.freedom, ndtr(-z))) if z < 8 else z
        return (
            float(np.expm1(self.difference - t * self.error)),
            float(np.expm1(self.difference + t * self.error)),
        )


def change(before: Reals, after: Reals, held: Flags) -> Change:
    """Compare the arms' change of log(1 + events); one row an episode.

    Lin (2013): after on arm, centred before, and both multiplied; HC3 errors; n − 4 degrees of freedom.
    Under `WELCH_UNDER` held out (or called), Welch's t of the differences.

    Raises `ValueError` with fewer than two episodes in an arm.
    """
    x, y = np.log1p(before), np.log1p(after)
    n1, n0 = int((~held).sum()), int(held.sum())
    if min(n1, n0) < 2:
        raise ValueError(f"{n1} called and {n0} held out; two of each are the least to compare")
    means = float((y - x)[~held].mean()), float((y - x)[held].mean())
    if min(n1, n0) < WELCH_UNDER:
        return Change(*means, *_welch((y - x)[~held], (y - x)[held]), "Welch")
    return Change(*means, *_lin(x - x.mean(), y, ~held), "Lin, HC3")


def _welch(called: Reals, held: Reals) -> tuple[float, float, float]:
    a, b = called.var(ddof=1) / len(called), held.var(ddof=1) / len(held)
    whole = a + b
    parts = a * a / (len(called) - 1) + b * b / (len(held) - 1)
    freedom = whole * whole / parts if parts > 0 else float(len(called) + len(held) - 2)
    return float(called.mean() - held.mean()), float(np.sqrt(whole)), float(freedom)


def _lin(x: Reals, y: Reals, called: Flags) -> tuple[float, float, float]:
    """With full interaction this is one line fitted in each arm, read at the common mean of `before`."""
    there, fitted = zip(*(_line(x[arm], y[arm]) for arm in (called, ~called)), strict=True)
    return there[0] - there[1], float(np.sqrt(fitted[0] + fitted[1])), float(len(y) - 4)


def _line(x: Reals, y: Reals) -> tuple[float, float]:
    """The line's height at 0, and its HC3 variance."""
    design = np.column_stack([np.ones_like(x), x])
    inverse = np.linalg.pinv(design.T @ design)
    pull = design @ inverse
    beta = pull.T @ y
    leverage = np.minimum((pull * design).sum(axis=1), 1 - 1e-9)
    off = (y - design @ beta) / (1 - leverage)
    return float(beta[0]), float(((pull[:, 0] * off) ** 2).sum())
