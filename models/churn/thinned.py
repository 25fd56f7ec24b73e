"""Fewer rows to learn from, with nearly all that they tell: who left is kept, who stayed is thinned."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]


class Thinned(NamedTuple):
    """`rows` in their order, and for how many each of them stands (`times`)."""

    rows: Ints
    times: Floats


def thinned(left: Flags, most: int, seed: int = 0) -> Thinned:
    """At most so many rows: all who left, unless they are more than half, and others by chance.

    >>> found = thinned(np.array([True] * 10 + [False] * 990), 100)
    >>> len(found.rows), float(found.times[0]), float(found.times[-1])
    (100, 1.0, 11.0)
    """
    if len(left) <= most:
        return Thinned(np.arange(len(left)), np.ones(len(left)))
    rng = np.random.default_rng(seed)
    gone, there = rng.permutation(np.flatnonzero(left)), rng.permutation(np.flatnonzero(~left))
    few = min(len(gone), max(most // 2, most - len(there)))
    rows = np.sort(np.concatenate([gone[:few], there[: most - few]]))
    each = len(gone) / max(few, 1), len(there) / max(most - few, 1)
    return Thinned(rows, np.where(left[rows], *each))
