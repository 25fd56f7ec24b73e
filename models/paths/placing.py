"""Which of the paths in force each account is on, from the steps it has done at its age."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy.special import ndtr

Reals = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]

NO_PATH = -1
_LEAST, _MOST = 0.03, 0.97
_ELSEWHERE = 0.10
"""Chance that an account has done a step that is not on its path."""
_UNKNOWN = 0.5
"""Chance that it has done a step of its path that nobody knows the usual days of."""
_Z85 = 1.0364333894937898
_SPREAD = 0.7
"""Spread of log days where fewer than 85 % of the successful ever did the step."""


def place(done: Flags, ages: Reals, allowed: Flags, steps: pl.DataFrame, paths: list[str]) -> Ints:
    """The likeliest path of each account by its position in `paths`; `NO_PATH` where no step tells.

    `done`: accounts x columns; `ages` in days; `allowed`: accounts x paths that are meant for it; `steps`
    has path_key, column, median_days, p85_days, prevalence. Naive Bayes: a step of the path is done by
    this age with the successful's chance (log-normal through median and p85, at most the prevalence), a
    step of other paths with one in ten. A path of which nothing is done is never chosen, unless it is the
    only one meant for the account.
    """
    scores = np.full((len(ages), len(paths)), -np.inf)
    own_done = np.zeros((len(ages), len(paths)), dtype=bool)
    for number, key in enumerate(paths):
        own = steps.filter(pl.col("path_key") == key)
        columns = own["column"].to_numpy()
        chance = np.full(done.shape, _ELSEWHERE)
        chance[:, columns] = chances(own, ages)
        scores[:, number] = np.where(done, np.log(chance), np.log1p(-chance)).sum(axis=1)
        own_done[:, number] = done[:, columns].any(axis=1)
    only = allowed.sum(axis=1) == 1
    open_to = allowed & (own_done | only[:, None])
    best = np.where(open_to, scores, -np.inf).argmax(axis=1) if paths else np.zeros(len(ages), dtype=np.int64)
    return np.where(open_to.any(axis=1), best, NO_PATH).astype(np.int64)


def chances(steps: pl.DataFrame, ages: Reals) -> Reals:
    """The share of a path's successful that had done each of its steps at these ages: ages x steps."""
    median = steps["median_days"].to_numpy().astype(np.float64)
    slow = steps["p85_days"].to_numpy().astype(np.float64)
    most = steps["prevalence"].fill_null(_MOST).to_numpy().astype(np.float64)
    middle = np.log(np.maximum(median, 0.5))
    spread = np.where(np.isfinite(slow), (np.log(np.maximum(slow, 1.0)) - middle) / _Z85, _SPREAD)
    z = (np.log(np.maximum(ages, 0.5))[:, None] - middle) / np.maximum(spread, 0.1)
    share = np.minimum(ndtr(z), most)
    known = np.where(np.isfinite(median), share, _UNKNOWN)
    return np.clip(known, _LEAST, _MOST)
