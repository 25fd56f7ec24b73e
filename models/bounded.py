"""Intervals and verdicts for the mean of bounded answers, also where accounts answered more than once."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import stdtrit

from models.contracts import Column, Contract
from models.facts import REAL, WHOLE

SHOWN_FROM = 10
"""Fewer answers than this are counted, never turned into a figure."""

CHANGED, NO_CHANGE, TOO_FEW = "changed", "no detectable change", "too few answers"

TOTALS = Contract(
    "totals",
    (
        Column("n", WHOLE, required=True, doc="answers"),
        Column("accounts", WHOLE, required=True, doc="different accounts that gave them"),
        Column("total", REAL, required=True, doc="sum of the values, each from -1 to 1"),
        Column("squares", REAL, required=True, doc="sum of their squares"),
        Column("own_squares", REAL, required=True, doc="sum over accounts of (own sum)²"),
        Column("own_cross", REAL, required=True, doc="sum over accounts of own sum x own answers"),
        Column("own_counts", REAL, required=True, doc="sum over accounts of (own answers)²"),
    ),
)
"""What an interval needs to know of a group of answers."""

Reals = npt.NDArray[np.float64]


class Bounded:
    """Mean, interval and uncertainty of several groups, one element a group; shares of the scale, -1 to 1.

    With N = n + 3, an estimate e that has 3/4 of an answer added at either end and 1 1/2 in the
    middle, and q the mean square with the same added: e ± t(.975, n + 2) √((q - e²) / N). For NPS this
    is the adjusted t interval. Where accounts answered more than once, n is first divided by the design
    effect (how much wider the spread of whole accounts is than that of independent answers, at least 1)
    and t has at most one degree of freedom less than there are accounts. By simulation it holds the
    truth 95-97 % of the time from 20 accounts on, and up to 98 % with 10 that answered once or twice.
    Not `padded`, it is the plain t interval, for means of answers that spread over the whole scale.
    """

    def __init__(self, totals: dict[str, npt.NDArray[Any]], *, padded: bool = True) -> None:
        n = totals["n"].astype(np.float64)
        groups = totals["accounts"].astype(np.float64)
        some = np.maximum(n, 1.0)
        self.n = n
        self.mean: Reals = totals["total"] / some
        squares = totals["squares"] / some
        several = (n > groups) & (groups > 2)
        excess = totals["own_squares"] - 2 * self.mean * totals["own_cross"]
        excess = excess + self.mean**2 * totals["own_counts"]
        between = excess * groups / np.maximum(groups - 2, 1) / some**2
        within = (squares - self.mean**2) / some
        wider = np.divide(between, within, out=np.ones_like(n), where=within > 1e-12)
        effective = n / np.where(several, np.maximum(wider, 1.0), 1.0)
        size = effective + 3 if padded else effective
        self.estimate: Reals = self.mean * effective / size
        spread = (squares * effective + (1.5 if padded else 0.0)) / size - self.estimate**2
        self.variance: Reals = np.maximum(spread, 0.0) / (size if padded else np.maximum(size - 1, 1.0))
        own = np.where(n > groups, np.maximum(groups - 1, 1.0), np.inf)
        self.freedom: Reals = np.minimum(np.maximum(size - 1, 1.0), own)
        half = stdtrit(self.freedom, 0.975) * np.sqrt(self.variance)
        self.low: Reals = np.maximum(self.estimate - half, -1.0)
        self.high: Reals = np.minimum(self.estimate + half, 1.0)


def differ(
    estimates: tuple[Reals, Reals],
    variances: tuple[Reals, Reals],
    freedoms: tuple[Reals, Reals],
    comparisons: npt.NDArray[Any] | int = 1,
) -> npt.NDArray[np.bool_]:
    """Whether two groups of different answers differ: |e1 - e2| > t √(v1 + v2) with Welch's freedom.

    At most 5 % of equal pairs are called different, also when `comparisons` pairs are looked at together
    (each is then held to 5 % divided by their number).
    """
    both = variances[0] + variances[1]
    freedom = both**2 / (variances[0] ** 2 / freedoms[0] + variances[1] ** 2 / freedoms[1])
    limit = stdtrit(freedom, 1 - 0.025 / np.maximum(comparisons, 1)) * np.sqrt(both)
    found: npt.NDArray[np.bool_] = np.abs(estimates[0] - estimates[1]) > limit
    return found
