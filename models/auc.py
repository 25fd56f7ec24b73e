"""How well an order puts those who left before those who stayed, each figure with its interval."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy.special import ndtri

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Estimate:
    """A figure with its interval; all three are None when it cannot be told."""

    value: float | None
    low: float | None
    high: float | None

    def __str__(self) -> str:
        if self.value is None or self.low is None or self.high is None:
            return "not enough data"
        return f"{self.value:.3f} [{self.low:.3f}-{self.high:.3f}]"


UNKNOWN = Estimate(None, None, None)


def auc(left: Flags, score: Floats, confidence: float = 0.95) -> Estimate:
    """The chance that one who left scores above one who stayed (ties count half), with its interval.

    Variance after DeLong, DeLong and Clarke-Pearson (Biometrics 44, 1988); the interval is symmetric on
    the logit scale so that it stays inside 0-1. Unknown when nobody left or nobody stayed.

    >>> auc(np.array([True, False, False]), np.array([0.9, 0.1, 0.9])).value
    0.75
    """
    high, low = score[left], score[~left]
    if not len(high) or not len(low):
        return UNKNOWN
    above, below = placements(high, low)
    area = float(above.mean())
    if min(len(high), len(low)) < 2 or not 0 < area < 1:
        return Estimate(area, 0.0, 1.0)
    spread = float(np.sqrt(above.var(ddof=1) / len(high) + below.var(ddof=1) / len(low)))
    half = float(ndtri(0.5 + confidence / 2)) * spread / (area * (1 - area))
    centre = np.log(area / (1 - area))
    return Estimate(area, _expit(centre - half), _expit(centre + half))


def placements(high: Floats, low: Floats) -> tuple[Floats, Floats]:
    """For each of `high` the share of `low` under it, for each of `low` the share of `high` over it.

    Equal values count half; the mean of either is the AUC.
    """
    everyone = _ranks(np.concatenate([high, low]))
    under = (everyone[: len(high)] - _ranks(high)) / len(low)
    return under, 1 - (everyone[len(high) :] - _ranks(low)) / len(high)


def area(left: Flags, score: Floats) -> float:
    """The chance that one who left scores above one who stayed, ties counting half, and nothing else.

    >>> area(np.array([True, False, False]), np.array([0.9, 0.1, 0.9]))
    0.75
    """
    gone = int(left.sum())
    return float((_ranks(score)[left].sum() - gone * (gone + 1) / 2) / (gone * (len(left) - gone)))


def _ranks(values: Floats) -> Floats:
    """Ranks from 1, equal values sharing the mean of theirs."""
    return pl.Series(values).rank("average").to_numpy()


def top_lift(left: Flags, score: Floats, share: float = 0.1, confidence: float = 0.95) -> Estimate:
    """How many times more of those who left are in the top `share` than chance would put there.

    Where equal scores straddle the cut, they count with the part that fits. The interval is Wilson's for
    the share of the leavers that was caught, divided by `share`. Unknown when nobody left.
    """
    leavers = int(left.sum())
    if not leavers:
        return UNKNOWN
    room = share * len(score)
    cut = np.sort(score)[::-1][min(int(room), len(score) - 1)]
    above, level = score > cut, score == cut
    fits = min(max((room - above.sum()) / level.sum(), 0.0), 1.0)
    caught = float((left & above).sum() + fits * (left & level).sum()) / leavers
    z = float(ndtri(0.5 + confidence / 2))
    centre = (caught + z * z / (2 * leavers)) / (1 + z * z / leavers)
    half = z * np.sqrt(caught * (1 - caught) / leavers + (z / (2 * leavers)) ** 2) / (1 + z * z / leavers)
    return Estimate(caught / share, float(max(centre - half, 0)) / share, float(centre + half) / share)


def _expit(x: float) -> float:
    return float(1 / (1 + np.exp(-x)))
