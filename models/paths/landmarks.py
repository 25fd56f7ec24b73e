"""On which day each candidate is looked at, chosen without knowing who succeeded."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.paths.watched import GRID, Flags, Ints, Watched

EVERYONE = 0.95
RARE, COMMON = 0.03, 0.97
FEWEST = 8
IN_TIME = 0.6
LATEST_SHARE = 80


@dataclass(frozen=True)
class Landmarks:
    """One entry a column of `columns`: its landmark, decisions open then, how many had done it, and
    why it can't be tested: "" when it can, else "everyone", "too rare" or "too late"."""

    columns: Ints
    day: Ints
    open: Ints
    reached: Ints
    barred: tuple[str, ...]

    @property
    def testable(self) -> Flags:
        return np.array([not why for why in self.barred], dtype=bool)


def landmarks(watched: Watched, columns: Ints) -> Landmarks:
    """The smallest day of the grid after the 80th percentile of the reach days before the horizon.

    Everyone: at least 95 % of those open at the horizon had done it. Too late: fewer than 60 % of those who
    ever did it did so before the horizon. Too rare: fewer than 8, or under 3 %, had done it by the landmark.
    """
    grid = np.array([day for day in GRID if day <= watched.horizon])
    reached = watched.reached[:, columns]
    early, ever = reached < watched.horizon, reached < watched.last[:, None]
    typical = [
        np.percentile(reached[early[:, k], k], LATEST_SHARE) if early[:, k].any() else 0.0
        for k in range(len(columns))
    ]
    day = grid[np.minimum(np.searchsorted(grid, typical, side="right"), len(grid) - 1)]
    there = np.array([(watched.decided > at).sum() for at in day], dtype=np.int64)
    counts = _counts(watched, reached, day)
    at_end = watched.account[watched.decided > watched.horizon]
    all_do = early[at_end].mean(axis=0) if len(at_end) else np.zeros(len(columns))
    in_time = early.sum(axis=0) / np.maximum(ever.sum(axis=0), 1)
    share = counts / np.maximum(there, 1)
    barred = np.select(
        [
            (all_do >= EVERYONE) | ((share > COMMON) & (counts > 0)),
            in_time < IN_TIME,
            (counts < FEWEST) | (share < RARE),
        ],
        ["everyone", "too late", "too rare"],
        "",
    )
    return Landmarks(columns, day, there, counts, tuple(barred.tolist()))


def _counts(watched: Watched, reached: Ints, day: Ints) -> Ints:
    counts = np.zeros(len(day), dtype=np.int64)
    for at in np.unique(day):
        mine, rows = np.flatnonzero(day == at), watched.account[watched.decided > at]
        counts[mine] = (reached[np.ix_(rows, mine)] < at).sum(axis=0)
    return counts
