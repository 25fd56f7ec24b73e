"""In which order the successful took the steps of a path, and whether the order matters."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.paths.scores import centred
from models.paths.watched import Flags, Floats, Ints

MOSTLY = 2 / 3
FEWEST = 8
TESTABLE = 0.02


@dataclass(frozen=True)
class Order:
    """`levels`: positions from first to last, each the steps whose order is free. `deviating`: the share
    of those who took steps of two levels that broke the order; None for one level."""

    levels: tuple[tuple[int, ...], ...]
    deviating: float | None


def ordered(steps: tuple[int, ...], reached: Ints, done: Flags) -> Order:
    """Sort steps by how often each comes before the others among the path's successful.

    In: accounts × milestones. One comes before another if at least two thirds of those who did both (8 or
    more) did it first, and the lower Wilson bound is above half; the same day counts half. Steps that don't
    come after all of the position before them share it.
    """
    names = np.array(steps)
    day, did = reached[:, names], done[:, names]
    both = did[:, :, None] & did[:, None, :]
    count = both.sum(axis=0)
    earlier = (day[:, :, None] < day[:, None, :]) + 0.5 * (day[:, :, None] == day[:, None, :])
    share = (both * earlier).sum(axis=0) / np.maximum(count, 1)
    before = (count >= FEWEST) & (share >= MOSTLY) & (_wilson(share, count) > 0.5)
    first = np.argsort(-np.where(count > 0, share, 0.5).sum(axis=1), kind="stable")
    levels: list[list[int]] = []
    for step in first.tolist():
        if levels and not all(before[other, step] for other in levels[-1]):
            levels[-1].append(step)
        else:
            levels.append([step])
    named = tuple(tuple(int(names[step]) for step in level) for level in levels)
    return Order(named, _deviating(named, reached, done))


def positions(order: Order, size: int) -> Ints:
    """The position (from 1) of each milestone, 0 for those that are no step."""
    position = np.zeros(size, dtype=np.int64)
    for at, level in enumerate(order.levels, 1):
        position[list(level)] = at
    return position


def concordant(order: Order, reached: Ints, done: Flags) -> tuple[Floats, Flags]:
    """Share of each account's pairs of steps of two positions that keep the order; who has such a pair."""
    position = positions(order, reached.shape[1])
    steps = np.flatnonzero(position)
    kept, pairs = np.zeros(len(reached)), np.zeros(len(reached))
    for a in steps:
        for b in steps[position[steps] > position[a]]:
            both = done[:, a] & done[:, b]
            pairs += both
            kept += both * ((reached[:, a] < reached[:, b]) + 0.5 * (reached[:, a] == reached[:, b]))
    return np.where(pairs > 0, kept / np.maximum(pairs, 1), 0.5), pairs > 0


def order_score(order: Order, reached: Ints, done: Flags, succeeded: Flags, stratum: Ints) -> float | None:
    """Do those who kept the order succeed more than those with as many steps who broke it? A z score.

    Within strata × number of steps done. None when fewer than 2 % break it, or nothing varies.
    """
    share, told = concordant(order, reached, done)
    if not told.any() or (share[told] < 1).mean() < TESTABLE:
        return None
    count = done[:, np.flatnonzero(positions(order, reached.shape[1]))].sum(axis=1)
    within = stratum[told] * (int(count.max()) + 1) + count[told]
    both = centred(np.column_stack([share[told], succeeded[told]]).astype(float), within)
    added = both[:, 0] * both[:, 1]
    spread = float(np.sqrt((added**2).sum()))
    return float(added.sum()) / spread if spread > 0 else None


def _deviating(levels: tuple[tuple[int, ...], ...], reached: Ints, done: Flags) -> float | None:
    if len(levels) < 2:
        return None
    share, told = concordant(Order(levels, None), reached, done)
    return float((share[told] < 1).mean()) if told.any() else None


def _wilson(share: Floats, count: Ints) -> Floats:
    """Lower end of Wilson's 95 % interval."""
    n, z = np.maximum(count, 1), 1.959964
    centre = share + z * z / (2 * n)
    half = z * np.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return np.asarray((centre - half) / (1 + z * z / n))
