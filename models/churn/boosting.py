"""Gradient boosting of one feature at a time, so that it can be written down and explained as exactly."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

if TYPE_CHECKING:
    from sklearn.ensemble import HistGradientBoostingClassifier

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

BINS = 64


class Tables(NamedTuple):
    """`level` and one look-up a column: `cuts` say in which bin a value lies, `points` what that adds."""

    level: float
    cuts: list[Floats]
    points: list[Floats]

    def logit(self, columns: Floats) -> Floats:
        each = zip(columns.T, self.cuts, self.points, strict=True)
        found = np.full(len(columns), self.level)
        for column, cut, points in each:
            found += points[bins(column, cut)]
        return found


def edges(column: Floats) -> Floats:
    """Where a column is cut: between its quantiles, at most `BINS` bins."""
    return np.unique(np.quantile(column, np.linspace(0, 1, BINS + 1)[1:-1], method="inverted_cdf"))


def boosted(columns: Floats, left: Flags, times: Floats | None = None) -> Tables:
    """Log-odds as an intercept and a table for each column.

    Trees may split on one feature only (scikit-learn's `no_interactions`), hence the log-odds are the
    intercept plus one table look-up a column, exactly; each table averages 0 over the rows given. Each row
    counts `times` (None: once).
    """
    from sklearn.ensemble import HistGradientBoostingClassifier  # slow to load, and most commands fit nothing

    cuts = [edges(column) for column in columns.T]
    codes = np.column_stack([bins(column, cut) for column, cut in zip(columns.T, cuts, strict=True)])
    # Several threads wait for each other longer than such a fit takes, most of all on a busy machine.
    with threadpool_limits(1):
        machine = HistGradientBoostingClassifier(
            max_iter=50,
            learning_rate=0.17,
            max_bins=BINS + 1,
            max_leaf_nodes=6,
            min_samples_leaf=max(10, len(left) // 500),
            l2_regularization=10.0,
            interaction_cst="no_interactions",
            early_stopping=False,
            random_state=0,
        ).fit(codes, left, times)
        return _written_down(machine, codes, cuts, times)


def _written_down(
    machine: HistGradientBoostingClassifier, codes: Ints, cuts: list[Floats], times: Floats | None
) -> Tables:
    """Ask for every bin of every column with the others held still: exact, as no two interact."""
    still = np.median(codes, axis=0).astype(np.int64)
    starts = np.cumsum([0, *(len(cut) + 1 for cut in cuts)])
    asked = np.tile(still, (int(starts[-1]) + 1, 1))
    for place, (first, last) in enumerate(pairwise(starts)):
        asked[first:last, place] = np.arange(last - first)
    found = machine.decision_function(asked)
    level, points = float(found[-1]), []
    for place, (first, last) in enumerate(pairwise(starts)):
        raised = found[first:last] - found[-1]
        mean = float(np.average(raised[codes[:, place]], weights=times))
        points.append(raised - mean)
        level += mean
    return Tables(level, cuts, points)


def bins(column: Floats, cut: Floats) -> Ints:
    """The number of the bin of each value; a value equal to an edge lies above it."""
    found: Ints = np.searchsorted(cut, column, side="right")
    return found
