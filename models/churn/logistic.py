"""Ridge logistic regression along a path of strengths, each start warm from the one before."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.special import expit

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

STRENGTHS = (0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3)
"""scikit-learn's C: the smaller, the more the coefficients are held back."""


def path(
    columns: Floats, left: Flags, strengths: Sequence[float] = STRENGTHS, times: Floats | None = None
) -> list[Floats]:
    """Intercept and coefficients for each strength, ascending: minimises |b|²/2 + C · Σ times · log loss.

    The same as scikit-learn's `LogisticRegression(C=…)` for each of them; the intercept is not held back.
    Each row counts `times` (None: once).

    >>> found = path(np.array([[-1.0], [0.0], [0.5], [1.0]]), np.array([False, True, False, True]), [1.0])
    >>> [round(float(number), 3) for number in found[0]]
    [-0.063, 0.488]
    """
    weight = np.ones(len(columns)) if times is None else times
    design = np.vstack([np.ones(len(columns)), columns.T]).T
    found = np.zeros(design.shape[1])
    share = float(np.clip(np.average(left, weights=weight), 1e-6, 1 - 1e-6))
    found[0] = np.log(share / (1 - share))
    answers = []
    for strength in strengths:
        found = _newton(design, left, weight, strength, found)
        answers.append(found)
    return answers


def _newton(design: Floats, left: Flags, times: Floats, strength: float, begin: Floats) -> Floats:
    ridge = np.full(design.shape[1], 1 / strength)
    ridge[0] = 0.0
    found = begin.copy()
    loss = _loss(design, left, times, strength, found)
    for _ in range(60):
        guess = expit(design @ found)
        slope = design.T @ (times * (guess - left)) + ridge * found
        curve = (design * (times * guess * (1 - guess))[:, None]).T @ design
        curve[np.diag_indices_from(curve)] += ridge + 1e-10
        step = np.linalg.solve(curve, slope)
        found, loss, size = _shortened(design, left, times, strength, found, step, loss)
        # Each step squares what is still wrong: after one so small nothing is left to see.
        if np.abs(step).max() * size < 1e-4:
            break
    return found


def _shortened(
    design: Floats,
    left: Flags,
    times: Floats,
    strength: float,
    found: Floats,
    step: Floats,
    loss: float,
) -> tuple[Floats, float, float]:
    """One step, halved until it does not make the fit worse."""
    size = 1.0
    while size > 1e-6:
        trial = found - size * step
        reached = _loss(design, left, times, strength, trial)
        if reached <= loss + 1e-12 * abs(loss):
            return trial, reached, size
        size /= 2
    return found, loss, 0.0


def _loss(design: Floats, left: Flags, times: Floats, strength: float, found: Floats) -> float:
    return float((times * log_loss(left, design @ found)).sum() + (found[1:] ** 2).sum() / (2 * strength))


def log_loss(left: Flags, logit: Floats) -> Floats:
    """Log loss of each row."""
    found: Floats = np.logaddexp(0.0, np.where(left, -logit, logit))
    return found
