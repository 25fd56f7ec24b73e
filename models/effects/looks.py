"""How often may one look? Thresholds that hold at every look, and how many calls are still needed."""

from __future__ import annotations

import math
from statistics import NormalDist

ALPHA = {"retention": 0.03, "use at 28 days": 0.01, "use at 90 days": 0.01}
"""What each measure of the whole list may claim wrongly; together 5 % of trials without any effect."""

POWER = 0.8
PATIENT, AT_ONCE = 0.8, 0.2
"""Their shares for an effect as small as it was planned for, and for one too great to wait for."""
EARLY = 0.02
"""The share of the planned episodes at which the second is keenest."""
FROM_HELD, FROM_CHURNS = 20, 10
"""No claim with fewer matured holdouts or, for retention, fewer who left."""

WORTHWHILE_SAVED = 0.4
"""The effect worth finding: a call saves two of five who would leave."""
WORTHWHILE_USE = 0.2
"""Or 20 % more use."""
USE_SPREAD = 0.5
"""What is assumed of the spread of log use around its own past when a trial begins."""

_normal = NormalDist()


def reach(alpha: float) -> float:
    """The z that a test looked at all along crosses in at most `alpha` of trials, at their end.

    By the reflection of Brownian motion, P(max |W| > c) <= 4 (1 − Φ(c)).

    >>> round(reach(0.05), 4)
    2.2414
    """
    return _normal.inv_cdf(1 - alpha / 4)


def threshold(n: int, n_max: int, alpha: float) -> float:
    """Standard errors that the effect must pass after n of `n_max` episodes; `n_max` was frozen before.

    The lower of two, t = n / `n_max`, each crossed by chance in at most its share of `alpha`:
    `reach`(0.8 α) / √t, lowest at the end, and √((1 + 0.02/t) ln((1 + t/0.02) / (0.2 α)²)) for a great
    effect, which holds however long one looks (Robbins 1970, the normal mixture).

    >>> [round(threshold(n, 1600, 0.05), 2) for n in (32, 90, 400, 1600)]
    [4.45, 3.78, 3.57, 2.33]
    """
    part = min(1.0, n / n_max)
    ratio = part / EARLY
    great = math.sqrt((1 + 1 / ratio) * math.log((1 + ratio) / (AT_ONCE * alpha) ** 2))
    return min(reach(PATIENT * alpha) / math.sqrt(part), great)


def churn_episodes(base: float, held_share: float, alpha: float, explained: float = 0.0) -> int:
    """Episodes, held out ones included, until a worthwhile saving shows in 80 of 100 trials.

    N = (z + 0.84)² [p₁(1 − p₁)/(1 − h) + p₀(1 − p₀)/h] (1 − R²) / Δ², with p₀ = `base` the share that
    leaves in 90 days uncalled, p₁ = 0.6 p₀, h the share held out, z = `reach(0.8 alpha)`.

    >>> churn_episodes(0.10, 0.20, 0.05)
    3265
    """
    saved = WORTHWHILE_SAVED * base
    called = base - saved
    spread = called * (1 - called) / (1 - held_share) + base * (1 - base) / held_share
    return math.ceil(_strength(alpha) * spread * (1 - explained) / saved**2)


def use_episodes(held_share: float, alpha: float, spread: float = USE_SPREAD) -> int:
    """The same for use: N = (z + 0.84)² σ² / (h (1 − h) log²(1.2)), σ that of log use given its past."""
    return math.ceil(
        _strength(alpha) * spread**2 / (held_share * (1 - held_share)) / math.log1p(WORTHWHILE_USE) ** 2
    )


def _strength(alpha: float) -> float:
    return (reach(PATIENT * alpha) + _normal.inv_cdf(POWER)) ** 2
