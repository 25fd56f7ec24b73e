"""How well scores rank failures below the others of the same day, and whether one ranks better.

Failures are compared only with accounts of the same stratum (the same observed day), so that a score
gains nothing from knowing that a season was bad.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.auc import placements

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Concordance:
    """The share of pairs in which the failure scored lower, and what each account adds to its error."""

    auc: float
    influence: Floats

    @property
    def error(self) -> float:
        return float(np.sqrt((self.influence**2).sum()))


def concordance(failed: Flags, score: Floats, stratum: Ints, account: Ints) -> Concordance:
    """The AUC of a low score for failing, within strata, each failure counting the same.

    In: one value a row; `stratum` and `account` number the days and the accounts from 0. The error takes
    the rows of one account as one (DeLong's components, summed by account). Strata without a failure, or
    without anybody else, are left out; the AUC is NaN when none is left.

    >>> one = np.zeros(3, np.int64)
    >>> concordance(np.array([True, False, False]), np.array([1.0, 0.0, 2.0]), one, np.arange(3)).auc
    0.5
    """
    rows, counted = np.zeros(len(failed)), np.zeros(len(failed), bool)
    for day in np.unique(stratum):
        here = np.flatnonzero(stratum == day)
        bad, good = here[failed[here]], here[~failed[here]]
        if len(bad) and len(good):
            rows[bad], above = placements(score[good], score[bad])[::-1]
            rows[good] = (above - above.mean()) * len(bad) / len(good)
            counted[bad] = True
    if not counted.any():
        return Concordance(float("nan"), np.zeros(0))
    auc = float(rows[counted].mean())
    rows[counted] -= auc
    influence = np.bincount(account, rows / counted.sum())
    return Concordance(auc, influence.astype(np.float64))
