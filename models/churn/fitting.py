"""Fits an equation: the strength by folds of whole accounts, boosting only when it clearly wins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

from models.churn.boosting import bins, boosted
from models.churn.equation import Equation, Term, scale, standardised
from models.churn.logistic import STRENGTHS, log_loss, path
from models.churn.table import Table

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]
Method = Literal["logistic", "boosting"]

FOLDS = 5
MOST_ROWS = 10_000
"""Strength, method and calibration are chosen on at most so many rows, whole accounts by chance."""

MOST_BOOSTED = 50_000
"""Boosting that has won is fitted on at most so many rows, whole accounts by chance: more takes long only."""

CALIBRATE_UNDER = 1_000
"""Churns from which on a fit is left as it is."""

LEAST_TO_BOOST = 1_000
"""Rows from which on gradient boosting is tried: on fewer it does not beat a line, and takes longest."""

_CHANCE = 9.21
"""Of chi-square with two degrees of freedom, passed by chance in 1 % of the cases."""


@dataclass(frozen=True)
class Fit:
    """An equation, how it was chosen, and its log loss a row in folds of whole accounts."""

    equation: Equation
    method: Method
    strength: float
    calibrated: bool
    loss: float


def folds(groups: Ints, seed: int = 0, count: int = FOLDS) -> Ints:
    """The fold of each row, by chance; rows of one group share it."""
    names, place = np.unique(groups, return_inverse=True)
    order = np.random.default_rng(seed).permutation(len(names))
    found: Ints = (order % count)[place]
    return found


def fit(
    table: Table,
    left: Flags,
    groups: Ints,
    *,
    seed: int = 0,
    challenge: bool = True,
    strengths: Sequence[float] = STRENGTHS,
) -> Fit:
    """Ridge logistic regression on winsorised, standardised columns.

    The strength is the one with the least log loss in five folds of whole accounts; gradient boosting
    replaces it where its log loss is lower by more than two standard errors (over accounts; tried from
    1,000 rows on). Under 1,000 churns a sigmoid is put on top where the folds' own predictions need it
    (1 % test).

    Raises ValueError unless somebody left and somebody stayed.
    """
    if not left.any() or left.all():
        raise ValueError(
            f"{int(left.sum())} of {len(left)} left; a model needs some who left and some who stayed"
        )
    # Several threads wait for each other longer than such small products take.
    with threadpool_limits(1):
        return _fit(table, left, groups, seed, challenge=challenge, strengths=strengths)


def _fit(
    table: Table, left: Flags, groups: Ints, seed: int, *, challenge: bool, strengths: Sequence[float]
) -> Fit:
    terms = scale(table)
    columns = standardised(terms, table)
    chosen = _some(groups, seed)
    inner = folds(groups[chosen], seed)
    guesses = _guesses(columns[chosen], left[chosen], inner, strengths)
    losses = log_loss(left[chosen][:, None], guesses).mean(axis=0)
    best = int(np.argmin(losses))
    guess, method = guesses[:, best], "logistic"
    tried = challenge and len(chosen) >= LEAST_TO_BOOST
    rival = _rival(columns[chosen], left[chosen], inner, guess) if tried else None
    if rival is not None and _wins(rival, guess, left[chosen], groups[chosen]):
        guess, method = rival, "boosting"
    equation = (
        _logistic(terms, columns, left, chosen, strengths[best])
        if method == "logistic"
        else _boosted(terms, columns, left, _some(groups, seed, MOST_BOOSTED))
    )
    shift, slope = _sigmoid(guess, left[chosen])
    needed = int(left.sum()) < CALIBRATE_UNDER and _improves(guess, left[chosen], shift, slope)
    if needed:
        equation = equation.recalibrated(shift, slope)
    return Fit(
        equation,
        "boosting" if method == "boosting" else "logistic",
        strengths[best],
        needed,
        float(log_loss(left[chosen], guess).mean()),
    )


def cross_fitted(table: Table, left: Flags, groups: Ints, *, seed: int = 0) -> Floats:
    """The log-odds of each row from a fit that has not seen its fold."""
    outer = folds(groups, seed + 1)
    found = np.zeros(len(left))
    for fold in range(FOLDS):
        train, test = outer != fold, outer == fold
        made = fit(table.rows(train), left[train], groups[train], seed=seed)
        found[test] = made.equation.logit(table.rows(test))
    return found


def _some(groups: Ints, seed: int, most: int = MOST_ROWS) -> Ints:
    """Rows of whole accounts, at most so many."""
    if len(groups) <= most:
        return np.arange(len(groups))
    names, place = np.unique(groups, return_inverse=True)
    order = np.random.default_rng(seed).permutation(len(names))
    taken = order[place]
    limit = np.searchsorted(np.cumsum(np.bincount(taken)), most, side="right")
    return np.flatnonzero(taken < max(int(limit), 1))


def _guesses(columns: Floats, left: Flags, inner: Ints, strengths: Sequence[float]) -> Floats:
    """rows x strengths: log-odds from fits on the other folds."""
    found = np.zeros((len(left), len(strengths)))
    for fold in np.unique(inner):
        train, test = inner != fold, inner == fold
        answers = np.array(path(columns[train], left[train], strengths))
        found[test] = answers[:, 0] + columns[test] @ answers[:, 1:].T
    return found


def _rival(columns: Floats, left: Flags, inner: Ints, guess: Floats) -> Floats | None:
    """Boosting's log-odds from fits on the other folds; None when it is behind after two folds."""
    found = np.zeros(len(left))
    for done, fold in enumerate(np.unique(inner)):
        train, test = inner != fold, inner == fold
        level, cuts, points = boosted(columns[train], left[train])
        parts = zip(columns[test].T, cuts, points, strict=True)
        found[test] = level + sum(table[bins(column, cut)] for column, cut, table in parts)
        seen = inner <= fold
        if done == 1 and log_loss(left[seen], found[seen]).mean() > log_loss(left[seen], guess[seen]).mean():
            return None
    return found


def _wins(rival: Floats, guess: Floats, left: Flags, groups: Ints) -> bool:
    gain = log_loss(left, guess) - log_loss(left, rival)
    _, place = np.unique(groups, return_inverse=True)
    per_account = np.bincount(place, gain - gain.mean())
    error = float(np.sqrt((per_account**2).sum())) / len(gain)
    return bool(gain.mean() > 2 * error)


def _logistic(
    terms: tuple[Term, ...], columns: Floats, left: Flags, chosen: Ints, strength: float
) -> Equation:
    """Of many rows, the fit of the chosen ones is where the fit of all begins."""
    near = path(columns[chosen], left[chosen], [strength])[0]
    found = near if len(chosen) == len(left) else path(columns, left, [strength], near)[0]
    weighed = tuple(replace(term, weight=float(b)) for term, b in zip(terms, found[1:], strict=True))
    return Equation(float(found[0]), weighed)


def _boosted(terms: tuple[Term, ...], columns: Floats, left: Flags, chosen: Ints) -> Equation:
    level, cuts, tables = boosted(columns[chosen], left[chosen])
    made = tuple(
        replace(term, edges=tuple(cut.tolist()), points=tuple(points.tolist()))
        for term, cut, points in zip(terms, cuts, tables, strict=True)
    )
    return Equation(level, made)


def _sigmoid(guess: Floats, left: Flags) -> tuple[float, float]:
    shift, slope = path(guess[:, None], left, [1e6])[0]
    return float(shift), float(slope)


def _improves(guess: Floats, left: Flags, shift: float, slope: float) -> bool:
    gain = log_loss(left, guess).sum() - log_loss(left, shift + slope * guess).sum()
    return bool(2 * gain > _CHANCE and slope > 0)
