"""Net promoter score with the interval it deserves, and whether two periods differ at all."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import t as student

SHOWN_FROM = 10
CHANGED, NO_CHANGE, TOO_FEW = "changed", "no detectable change", "too few answers"


@dataclass(frozen=True)
class NpsResult:
    """NPS of one group of answers; points from -100 to 100.

    `nps` is the plain score, `estimate` the adjusted one in the middle of `low`-`high` (95 %). All four
    are None under 10 answers (`suppressed`). `variance` and `freedom` belong to the estimate, as a share.
    """

    n: int
    promoters: int
    passives: int
    detractors: int
    nps: float | None
    estimate: float | None
    low: float | None
    high: float | None
    suppressed: bool
    variance: float
    freedom: float


def nps(scores: Sequence[float | None], accounts: Sequence[str] | None = None) -> NpsResult:
    """NPS of answers from 0 to 10: promoters are 9-10, detractors 0-6; unanswered (None) do not count.

    With N = n + 3, p and q the shares with 3/4 added to promoters and to detractors, and e = p - q, the
    interval is e ± t(.975, n + 2) √((p + q - e²) / N). Give `accounts`, one a score, where accounts
    answered more than once: the spread between accounts is used when it is the wider one.

    >>> result = nps([10] * 30 + [8] * 20 + [3] * 10)
    >>> round(result.nps), round(result.low), round(result.high)
    (33, 13, 51)
    """
    given = [index for index, score in enumerate(scores) if score is not None]
    answers = np.array([scores[index] for index in given], dtype=np.float64)
    if len(answers) and not (answers.min() >= 0 and answers.max() <= 10):
        raise ValueError(f"an NPS answer is 0 to 10; these go from {answers.min():g} to {answers.max():g}")
    n, promoters = len(answers), int((answers >= 9).sum())
    detractors = int((answers <= 6).sum())
    total, p, q = n + 3, (promoters + 0.75) / (n + 3), (detractors + 0.75) / (n + 3)
    estimate = p - q
    variance, freedom = (p + q - estimate**2) / total, float(n + 2)
    if accounts is not None and n:
        owners = np.array([accounts[index] for index in given])
        between, groups = _between(np.sign(answers - 7.5) * ((answers >= 9) | (answers <= 6)), owners)
        if between > variance:
            variance, freedom = between, float(max(groups - 1, 1))
    half = float(student.ppf(0.975, freedom)) * math.sqrt(variance)
    shown = n >= SHOWN_FROM
    return NpsResult(
        n=n,
        promoters=promoters,
        passives=n - promoters - detractors,
        detractors=detractors,
        nps=100 * (promoters - detractors) / n if shown else None,
        estimate=100 * estimate if shown else None,
        low=100 * max(estimate - half, -1.0) if shown else None,
        high=100 * min(estimate + half, 1.0) if shown else None,
        suppressed=not shown,
        variance=variance,
        freedom=freedom,
    )


def verdict(first: NpsResult, second: NpsResult) -> str:
    """Whether two groups of different answers differ: |e1 - e2| > t √(v1 + v2), Welch's freedom, 95 %.

    >>> verdict(nps([9] * 27 + [0] * 73), nps([9] * 29 + [0] * 71))
    'no detectable change'
    """
    if first.estimate is None or second.estimate is None:
        return TOO_FEW
    both = first.variance + second.variance
    freedom = both**2 / (first.variance**2 / first.freedom + second.variance**2 / second.freedom)
    limit = float(student.ppf(0.975, freedom)) * math.sqrt(both)
    return CHANGED if abs(first.estimate - second.estimate) > 100 * limit else NO_CHANGE


def _between(signs: npt.NDArray[np.float64], owners: npt.NDArray[np.str_]) -> tuple[float, int]:
    """Variance of the mean sign when whole accounts are drawn, and the number of accounts."""
    _, of = np.unique(owners, return_inverse=True)
    groups, n = int(of.max()) + 1, len(signs)
    if groups < 2:
        return 0.0, groups
    excess = np.bincount(of, signs - signs.mean())
    return float((excess**2).sum() * groups / (groups - 1) / n**2), groups
