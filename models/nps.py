"""Net promoter score with the interval it deserves, and whether two periods differ at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.bounded import CHANGED as CHANGED
from models.bounded import NO_CHANGE as NO_CHANGE
from models.bounded import SHOWN_FROM, Bounded, differ
from models.bounded import TOO_FEW as TOO_FEW


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

    The interval is that of `bounded.Bounded`, which for one answer an account is the adjusted t interval:
    with N = n + 3, p and q the shares with 3/4 added to promoters and to detractors, and e = p - q, it
    is e ± t(.975, n + 2) √((p + q - e²) / N). Give `accounts`, one a score, where accounts may have
    answered more than once.

    >>> result = nps([10] * 30 + [8] * 20 + [3] * 10)
    >>> round(result.nps), round(result.low), round(result.high)
    (33, 13, 51)
    """
    given = [index for index, score in enumerate(scores) if score is not None]
    answers = np.array([scores[index] for index in given], dtype=np.float64)
    if len(answers) and not (answers.min() >= 0 and answers.max() <= 10):
        raise ValueError(f"an NPS answer is 0 to 10; these go from {answers.min():g} to {answers.max():g}")
    signs = (answers >= 9) * 1.0 - (answers <= 6)
    owners = np.arange(len(given)) if accounts is None else np.array([accounts[index] for index in given])
    _, of = np.unique(owners, return_inverse=True)
    sums, counts = np.bincount(of, signs), np.bincount(of).astype(np.float64)
    found = Bounded(
        {
            "n": np.array([len(signs)]),
            "accounts": np.array([len(counts)]),
            "total": np.array([signs.sum()]),
            "squares": np.array([(signs**2).sum()]),
            "own_squares": np.array([(sums**2).sum()]),
            "own_cross": np.array([(sums * counts).sum()]),
            "own_counts": np.array([(counts**2).sum()]),
        }
    )
    n, promoters, detractors = len(signs), int((signs > 0).sum()), int((signs < 0).sum())
    shown = n >= SHOWN_FROM
    points = (found.mean, found.estimate, found.low, found.high)
    plain, estimate, low, high = (100 * float(one[0]) if shown else None for one in points)
    return NpsResult(
        n=n,
        promoters=promoters,
        passives=n - promoters - detractors,
        detractors=detractors,
        nps=plain,
        estimate=estimate,
        low=low,
        high=high,
        suppressed=not shown,
        variance=float(found.variance[0]),
        freedom=float(found.freedom[0]),
    )


def verdict(first: NpsResult, second: NpsResult, comparisons: int = 1) -> str:
    """Whether two groups of different answers differ, as `bounded.differ` says.

    >>> verdict(nps([9] * 27 + [0] * 73), nps([9] * 29 + [0] * 71))
    'no detectable change'
    """
    if first.estimate is None or second.estimate is None:
        return TOO_FEW
    changed = differ(
        (np.array([first.estimate / 100]), np.array([second.estimate / 100])),
        (np.array([first.variance]), np.array([second.variance])),
        (np.array([first.freedom]), np.array([second.freedom])),
        comparisons,
    )
    return CHANGED if changed[0] else NO_CHANGE
