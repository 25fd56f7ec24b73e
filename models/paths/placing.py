"""Which path an account is on, from what it has done: one rule for the search, a refresh and the pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Reals = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]

NO_PATH = -1
_ELSEWHERE = 0.10
"""Chance that a step which an account has done is not on its path, or that it left one out."""
_FITS, _STRAYS = float(np.log1p(-_ELSEWHERE)), float(np.log(_ELSEWHERE))


@dataclass(frozen=True)
class Asked:
    """What one path asks for, an entry a step: its column of what was done, its position from 1, and
    whether data would show it (`seen`): what people tick may be left out."""

    columns: Ints
    position: Ints
    seen: Flags


def in_any_order(steps: Sequence[int]) -> Asked:
    """A path whose order is not known yet: all of its steps share a position."""
    size = len(steps)
    return Asked(np.array(steps, dtype=np.int64), np.ones(size, dtype=np.int64), np.ones(size, dtype=bool))


def place(done: Flags, paths: Sequence[Asked], allowed: Flags | None = None, *, ended: bool = False) -> Ints:
    """The likeliest path of each account by its number in `paths`; `NO_PATH` where no step tells.

    `done`: accounts x columns; `allowed`: accounts x paths that are meant for it (left out: all). A step
    done is on the path in nine of ten, and a step before the furthest done is done in nine of ten; what lies
    ahead tells nothing, since many stop on the way, unless their way has `ended`. Among equals the first of
    `paths` holds. A path of which nothing is done is never chosen, unless it is the only one `allowed`.

    >>> paths = [in_any_order([0, 1]), in_any_order([1, 2, 3])]
    >>> place(np.array([[1, 1, 0, 0], [0, 1, 1, 0], [0, 0, 0, 0]], dtype=bool), paths).tolist()
    [0, 1, -1]
    """
    scores = np.zeros((len(done), len(paths)))
    began = np.zeros((len(done), len(paths)), dtype=bool)
    every = done.sum(axis=1)
    for number, path in enumerate(paths):
        did = done[:, path.columns]
        furthest = path.position.max() + 1 if ended else np.where(did, path.position, 0).max(axis=1)[:, None]
        left_out = (~did & path.seen & (path.position < furthest)).sum(axis=1)
        fits = did.sum(axis=1)
        scores[:, number] = fits * _FITS + (every - fits + left_out) * _STRAYS
        began[:, number] = fits > 0
    open_to = began if allowed is None else allowed & (began | (allowed.sum(axis=1) == 1)[:, None])
    best = np.where(open_to, scores, -np.inf).argmax(axis=1)
    return np.where(open_to.any(axis=1), best, NO_PATH).astype(np.int64)
