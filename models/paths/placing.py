"""Which of the paths in force each account is on, from the steps it has done."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

Reals = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]

NO_PATH = -1
_ELSEWHERE = 0.10
"""Chance that a step which an account has done is not on its path, or that it left one out."""
_FITS, _STRAYS = float(np.log1p(-_ELSEWHERE)), float(np.log(_ELSEWHERE))


def place(done: Flags, allowed: Flags, steps: pl.DataFrame, paths: list[str]) -> Ints:
    """The likeliest path of each account by its position in `paths`; `NO_PATH` where no step tells.

    `done`: accounts x columns; `allowed`: accounts x paths that are meant for it; `steps` has path_key,
    column, position and kind. A step done is on the path in nine of ten, and a step before the furthest
    done is done in nine of ten; what lies ahead tells nothing, since many stop on the way. Among equals
    the first of `paths` holds. A path of which nothing is done is never chosen, unless it is the only one
    meant for the account. What people tick counts as done, but may be left out.
    """
    scores = np.zeros((len(done), len(paths)))
    began = np.zeros((len(done), len(paths)), dtype=bool)
    every = done.sum(axis=1)
    for number, key in enumerate(paths):
        own = steps.filter(pl.col("path_key") == key)
        did = done[:, own["column"].to_numpy()]
        at = own["position"].to_numpy()
        furthest = np.where(did, at, 0).max(axis=1)
        seen = (own["kind"] == "data").to_numpy()
        left_out = (~did & seen & (at < furthest[:, None])).sum(axis=1)
        fits = did.sum(axis=1)
        scores[:, number] = fits * _FITS + (every - fits + left_out) * _STRAYS
        began[:, number] = fits > 0
    only = allowed.sum(axis=1) == 1
    open_to = allowed & (began | only[:, None])
    best = np.where(open_to, scores, -np.inf).argmax(axis=1)
    return np.where(open_to.any(axis=1), best, NO_PATH).astype(np.int64)
