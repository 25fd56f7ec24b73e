"""When the successful did what: the share that had done a step by each day (Kaplan-Meier)."""

from __future__ import annotations

import numpy as np

from models.paths.watched import Floats, Ints


def curve(day: Ints, until: Ints) -> Floats:
    """Share that had done it before day 0, 1, 2, …: 1 - the product of (1 - done / still to do it).

    `day`: when each account did it; `until`: the day from which it was no longer watched. Not done before
    `until` is censored there. What was done before signing counts as day 0.

    >>> curve(np.array([1, 9]), np.array([5, 5])).tolist()
    [0.0, 0.0, 0.5, 0.5, 0.5, 0.5]
    """
    length = int(until.max()) + 1 if len(until) else 1
    happened = np.maximum(day, 0) < until
    out = np.bincount(np.where(happened, np.maximum(day, 0), until - 1), minlength=length)
    events = np.bincount(np.maximum(day[happened], 0), minlength=length)
    waiting = len(day) - out.cumsum() + out
    share = 1 - np.cumprod(1 - events / np.maximum(waiting, 1))
    return np.concatenate([[0.0], share[:-1]])


def by_share(curve: Floats, share: float) -> float | None:
    """The first day on which `share` had done it; None when it was never seen."""
    there = np.flatnonzero(curve >= share - 1e-12)
    return float(there[0] - 1) if len(there) else None
