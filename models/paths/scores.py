"""Did those who had done something by its landmark succeed more often than those who had not?

Compared within strata (segment, quarter of signing, ordinal) among the decisions still open on that day.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from models.paths.watched import GRID, Flags, Floats, Ints, Watched

DRAWS = 4_000


@dataclass(frozen=True)
class Tables:
    """Two-by-two tables, strata × columns: `both` done and succeeded, `done`, and per stratum
    (strata × 1) `good` succeeded and `all`."""

    both: Floats
    done: Floats
    good: Floats
    all: Floats

    @property
    def z(self) -> Floats:
        """Mantel-Haenszel's score without continuity correction; 0 where nothing varies."""
        expected = self.done * self.good / self.all
        spread = self.done * (self.all - self.done) * self.good * (self.all - self.good)
        variance = (spread / (self.all**2 * np.maximum(self.all - 1, 1))).sum(axis=0)
        return ratio((self.both - expected).sum(axis=0), np.sqrt(variance))

    @property
    def log_odds(self) -> Floats:
        """Logarithm of the Mantel-Haenszel odds ratio, half a case added to both sums."""
        neither = self.all - self.done - self.good + self.both
        up = (self.both * neither / self.all).sum(axis=0)
        down = ((self.done - self.both) * (self.good - self.both) / self.all).sum(axis=0)
        return np.asarray(np.log((up + 0.5) / (down + 0.5)))

    @property
    def lift(self) -> tuple[Floats, Floats, Floats]:
        """Mantel-Haenszel ratio of the shares of success, and its 95 % interval (Greenland and Robins).

        NaN where either side has no success.
        """
        without, other = self.all - self.done, self.good - self.both
        up = (self.both * without / self.all).sum(axis=0)
        down = (other * self.done / self.all).sum(axis=0)
        spread = ((self.good * self.done * without - self.both * other * self.all) / self.all**2).sum(axis=0)
        known = (up > 0) & (down > 0)
        up, down = np.where(known, up, np.nan), np.where(known, down, np.nan)
        half = 1.959964 * np.sqrt(np.maximum(spread, 0) / (up * down))
        lift = up / down
        return lift, lift * np.exp(-half), lift * np.exp(half)


def tables(succeeded: Flags, done: Flags, stratum: Ints) -> Tables:
    """Count cases by stratum; `done` is cases × columns."""
    _, code = np.unique(stratum, return_inverse=True)
    size = int(code.max()) + 1 if len(code) else 0
    both = [np.bincount(code, done[:, k] & succeeded, size) for k in range(done.shape[1])]
    some = [np.bincount(code, done[:, k], size) for k in range(done.shape[1])]
    good, everyone = np.bincount(code, succeeded, size), np.bincount(code, minlength=size)
    counts = (np.column_stack(both), np.column_stack(some), good[:, None], everyone[:, None])
    return Tables(*(np.asarray(count, dtype=np.float64) for count in counts))


@dataclass(frozen=True)
class Scored:
    """One entry a column; `parts` is cases × columns, what each case adds to the adjusted score."""

    z: Floats
    adjusted: Floats
    log_odds: Floats
    parts: Floats

    @property
    def p(self) -> Floats:
        """One-sided p of `z`."""
        return np.asarray(ndtr(-self.z))

    @property
    def least(self) -> Floats:
        return np.minimum(self.z, self.adjusted)


def scored(watched: Watched, columns: Ints, day: Ints, among: Flags | None = None) -> Scored:
    """Scores of some candidates, each at its landmark; `among` keeps only some cases."""
    size = len(columns)
    z, adjusted, odds = np.zeros(size), np.zeros(size), np.zeros(size)
    parts = np.zeros((watched.size, size))
    for at in np.unique(day):
        mine = np.flatnonzero(day == at)
        open_then = watched.decided > at
        rows = np.flatnonzero(open_then if among is None else open_then & among)
        if len(rows) < 2:
            continue
        done = watched.done(rows, columns[mine], int(at))
        counted = tables(watched.succeeded[rows], done, watched.stratum[rows])
        z[mine], odds[mine] = counted.z, counted.log_odds
        parts[np.ix_(rows, mine)] = added_by(watched, rows, done, int(at))
        adjusted[mine] = total(parts[np.ix_(rows, mine)])
    return Scored(z, adjusted, odds, parts)


def activity(watched: Watched, rows: Ints, day: int) -> Floats:
    """Ranks of active days and of events before `day`, and their squares: cases × 4, within ±1."""
    at = GRID.index(day)
    columns = []
    for counts in (watched.active, watched.used):
        rank = _ranks(counts[watched.account[rows], at])
        columns += [rank, rank**2]
    return np.column_stack(columns)


def added_by(watched: Watched, rows: Ints, done: Flags, day: int) -> Floats:
    """What each case adds to the score once strata and activity before `day` are taken out of both sides."""
    code = watched.stratum[rows]
    both = np.column_stack([watched.succeeded[rows], done]).astype(np.float64)
    left = without_activity(watched, rows, both, day, code)
    return left[:, 1:] * left[:, :1]


def without_activity(watched: Watched, rows: Ints, values: Floats, day: int, stratum: Ints) -> Floats:
    """Columns less what strata and activity before `day` tell of them (least squares)."""
    busy = centred(activity(watched, rows, day), stratum)
    # Active days and events say the same where a source has one row a day: the basis leaves one out.
    basis, size, _ = np.linalg.svd(busy, full_matrices=False)
    base = basis[:, size > 1e-9 * max(float(size.max()), 1.0)]
    left = centred(values, stratum)
    return np.asarray(left - base @ (base.T @ left))


def total(parts: Floats) -> Floats:
    """The score of each column, from what cases add, over its robust error (HC0)."""
    return ratio(parts.sum(axis=0), np.sqrt((parts**2).sum(axis=0)))


def centred(values: Floats, stratum: Ints) -> Floats:
    """Columns less their mean in each stratum."""
    _, code, count = np.unique(stratum, return_inverse=True, return_counts=True)
    sums = np.column_stack([np.bincount(code, values[:, k]) for k in range(values.shape[1])])
    return np.asarray(values - (sums / count[:, None])[code])


def omnibus(found: Scored, seed: int = 0) -> float:
    """The chance that pure noise would give a best candidate as good as this one.

    Best: the highest of min(z, adjusted z). Noise: 4,000 Gaussian draws with the candidates' correlation.
    """
    size = np.sqrt((found.parts**2).sum(axis=0))
    told = size > 0
    if not told.any():
        return 1.0
    unit = found.parts[:, told] / size[told]
    values, vectors = np.linalg.eigh(unit.T @ unit)
    root = vectors * np.sqrt(np.maximum(values, 0))
    drawn = np.random.default_rng(seed).standard_normal((DRAWS, len(values))) @ root.T
    return float((1 + (drawn.max(axis=1) >= found.least[told].max()).sum()) / (DRAWS + 1))


def passing(p: Floats, rate: float) -> Flags:
    """Benjamini and Hochberg: which of many p values to believe so that `rate` of them are false.

    >>> passing(np.array([0.01, 0.9, 0.02]), 0.05).tolist()
    [True, False, True]
    """
    order = np.argsort(p, kind="stable")
    holds = np.flatnonzero(p[order] <= rate * np.arange(1, len(p) + 1) / max(len(p), 1))
    kept = np.zeros(len(p), dtype=bool)
    kept[order[: holds[-1] + 1 if len(holds) else 0]] = True
    return kept


def _ranks(counts: Ints) -> Floats:
    """Mean ranks on -1 to 1."""
    _, place, many = np.unique(counts, return_inverse=True, return_counts=True)
    middle = many.cumsum() - many / 2
    return np.asarray(2 * (middle / len(counts))[place] - 1, dtype=np.float64)


def ratio(up: Floats, down: Floats) -> Floats:
    """up / down, 0 where down is 0."""
    return np.asarray(np.divide(up, down, out=np.zeros_like(up, dtype=float), where=down > 0))
