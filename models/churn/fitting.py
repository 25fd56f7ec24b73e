"""Fits an equation: the strength by folds of whole accounts, boosting only when it clearly wins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt

from models.churn.boosting import boosted
from models.churn.equation import Equation, Term, scale, standardised
from models.churn.logistic import STRENGTHS, log_loss, path
from models.churn.side_by_side import side_by_side
from models.churn.table import Table
from models.churn.thinned import thinned

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]
Method = Literal["logistic", "boosting"]

LOGISTIC: Method = "logistic"
BOOSTING: Method = "boosting"

FOLDS = 5
MOST_ROWS = 10_000
"""Strength, method and calibration are chosen on at most so many rows, thinned."""

MOST_BOOSTED = 25_000
"""Boosting that has won is fitted on at most so many rows, thinned: more takes long and tells little."""

CALIBRATE_FROM, CALIBRATE_UNDER = 200, 1_000
"""Churns between which a sigmoid is put on every fit, as holding back its weights makes it a little unsure.
Of fewer the sigmoid itself is known too badly, and is put on only where it clearly helps; of more it is
not needed."""

LEAST_TO_BOOST = 1_000
"""Rows from which on gradient boosting is tried: on fewer it does not beat a line, and takes longest."""

_CHANCE = 9.21
"""Of chi-square with two degrees of freedom, passed by chance in 1 % of the cases."""


@dataclass(frozen=True)
class Choice:
    """How to fit, and how well that did: `loss` is the log loss a row in folds of whole accounts.

    `sigmoid`: shift and slope that belong on top of such a fit while churns are few; None: neither.
    """

    method: Method
    strength: float
    loss: float
    sigmoid: tuple[float, float] | None = None


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


def fit(table: Table, left: Flags, groups: Ints, *, seed: int = 0, challenge: bool = True) -> Fit:
    """Ridge logistic regression on winsorised, standardised columns.

    The strength is the one with the least log loss in five folds of whole accounts; gradient boosting
    replaces it where its log loss is lower by more than two standard errors (over accounts; tried from
    1,000 rows on). Under 1,000 churns a sigmoid that is fitted to the folds' own predictions is put on top;
    under 200 only where these clearly need it (1 % test). All of this is chosen on at most 10,000 rows.

    Raises ValueError unless somebody left and somebody stayed.
    """
    rows, times = thinned(left, MOST_ROWS, seed)
    choice = choose(table.rows(rows), left[rows], groups[rows], times, seed=seed, challenge=challenge)
    return fitted(table, left, choice)


def choose(
    table: Table,
    left: Flags,
    groups: Ints,
    times: Floats,
    *,
    seed: int = 0,
    challenge: bool = True,
    strengths: Sequence[float] = STRENGTHS,
) -> Choice:
    """Settle strength and method on these rows, of which each counts so many times.

    Raises ValueError unless somebody left and somebody stayed.
    """
    if not left.any() or left.all():
        raise ValueError(
            f"{int(left.sum())} of {len(left)} left; a model needs some who left and some who stayed"
        )
    columns, inner = standardised(scale(table), table), folds(groups, seed)
    guesses = _guesses(columns, left, times, inner, strengths)
    losses = np.average(log_loss(left[:, None], guesses), axis=0, weights=times)
    best = int(np.argmin(losses))
    guess = guesses[:, best]
    line = Choice(LOGISTIC, strengths[best], float(losses[best]), _sigmoid(guess, left, times))
    if not challenge or len(left) < LEAST_TO_BOOST:
        return line
    rival = _rival(columns, left, times, inner, guess)
    if rival is None:
        return line
    gain = log_loss(left, guess) - log_loss(left, rival)
    if not _clear(gain, times, groups):
        return line
    loss = line.loss - float(np.average(gain, weights=times))
    return Choice(BOOSTING, line.strength, loss, _sigmoid(rival, left, times))


def fitted(table: Table, left: Flags, choice: Choice) -> Fit:
    """Fit what was chosen on all rows."""
    terms = scale(table)
    if choice.method == LOGISTIC:
        equation = _logistic(terms, standardised(terms, table), left, choice.strength)
    else:
        equation = _boosted(terms, table, left)
    sigmoid = choice.sigmoid if int(left.sum()) < CALIBRATE_UNDER else None
    if sigmoid is not None:
        equation = equation.recalibrated(*sigmoid)
    return Fit(equation, choice.method, choice.strength, sigmoid is not None, choice.loss)


def cross_fitted(table: Table, left: Flags, groups: Ints, *, seed: int = 0) -> Floats:
    """The log-odds of each row from a fit that has not seen its fold."""
    outer = folds(groups, seed + 1)
    found = np.zeros(len(left))
    for fold in range(FOLDS):
        train, test = outer != fold, outer == fold
        made = fit(table.rows(train), left[train], groups[train], seed=seed)
        found[test] = made.equation.logit(table.rows(test))
    return found


def _guesses(columns: Floats, left: Flags, times: Floats, inner: Ints, strengths: Sequence[float]) -> Floats:
    """rows x strengths: log-odds from fits on the other folds."""

    def of(fold: int) -> tuple[Flags, Floats]:
        test = inner == fold
        answers = np.array(path(columns[~test], left[~test], strengths, times[~test]))
        return test, answers[:, 0] + columns[test] @ answers[:, 1:].T

    found = np.zeros((len(left), len(strengths)))
    for test, guess in side_by_side(of, np.unique(inner).tolist(), len(left)):
        found[test] = guess
    return found


def _rival(columns: Floats, left: Flags, times: Floats, inner: Ints, guess: Floats) -> Floats | None:
    """Boosting's log-odds from fits on the other folds; None when it is behind after two folds."""

    def of(fold: int) -> tuple[Flags, Floats]:
        test = inner == fold
        return test, boosted(columns[~test], left[~test], times[~test]).logit(columns[test])

    found, order = guess.copy(), np.unique(inner).tolist()
    for part in (order[:2], order[2:]):
        for test, logit in side_by_side(of, part, len(left)):
            found[test] = logit
        if (times * (log_loss(left, guess) - log_loss(left, found))).sum() < 0:
            return None
    return found


def _clear(gain: Floats, times: Floats, groups: Ints) -> bool:
    """Whether a gain passes two standard errors over accounts."""
    mean = float(np.average(gain, weights=times))
    _, place = np.unique(groups, return_inverse=True)
    per_account = np.bincount(place, times * (gain - mean))
    return bool(mean > 2 * np.sqrt((per_account**2).sum()) / times.sum())


def _logistic(terms: tuple[Term, ...], columns: Floats, left: Flags, strength: float) -> Equation:
    found = path(columns, left, [strength])[0]
    weighed = tuple(replace(term, weight=float(b)) for term, b in zip(terms, found[1:], strict=True))
    return Equation(float(found[0]), weighed)


def _boosted(terms: tuple[Term, ...], table: Table, left: Flags) -> Equation:
    rows, times = thinned(left, MOST_BOOSTED)
    level, cuts, tables = boosted(standardised(terms, table.rows(rows)), left[rows], times)
    made = tuple(
        replace(term, edges=tuple(cut.tolist()), points=tuple(points.tolist()))
        for term, cut, points in zip(terms, cuts, tables, strict=True)
    )
    return Equation(level, made)


def _sigmoid(guess: Floats, left: Flags, times: Floats) -> tuple[float, float] | None:
    """Shift and slope with which the guesses do best; None where that is not worth it."""
    shift, slope = path(guess[:, None], left, [1e6], times)[0]
    gain = times * (log_loss(left, guess) - log_loss(left, shift + slope * guess))
    known = int(left.sum()) >= CALIBRATE_FROM or 2 * gain.sum() > _CHANCE
    return (float(shift), float(slope)) if known and slope > 0 else None
