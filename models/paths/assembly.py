"""Milestones put together: the few sets of steps that explain what the successful did.

Each successful account is taken to follow one set, or none: it does the steps of its set with one chance,
and any other milestone with that milestone's own chance. A set has to pay for its own description.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.paths.watched import Flags, Floats, Ints

MOST_PATHS = 5
MOST_STEPS = 8
MOST_MILESTONES = 16
LEAST_SUPPORT = 0.05
NEARLY = 2 / 3
ROUNDS = 30
CHANCES = (0.02, 0.98)

Steps = tuple[int, ...]


@dataclass(frozen=True)
class _Mix:
    """`sets`: paths × milestones; `own`: chance of a step of one's set; `other`: of each milestone outside
    it; `prior`: of each set, then of none; `fit`: log likelihood."""

    sets: Flags
    own: float
    other: Floats
    prior: Floats
    fit: float

    def worth(self, cases: int) -> float:
        """Log likelihood less what the sets cost: a bit for each milestone, half a log n for the prior."""
        sets, size = self.sets.shape
        return self.fit - float(sets * (size * np.log(2) + 0.5 * np.log(max(cases, 2))))


def assemble(done: Flags) -> list[Steps]:
    """The sets of steps, the most common first; at most five of two to eight steps, none within another.

    In: successful accounts × at most 16 milestones, the clearest first. A set is added while it explains
    more than its own description takes and at least 5 % of the accounts are its own.

    >>> done = np.array([[1, 1, 0, 0]] * 40 + [[0, 0, 1, 1]] * 30, dtype=bool)
    >>> assemble(done)
    [(0, 1), (2, 3)]
    """
    if done.shape[1] < 2 or not len(done):
        return []
    rows, count = np.unique(done, axis=0, return_counts=True)
    best = _fitted(np.zeros((0, done.shape[1]), dtype=bool), rows, count)
    while len(best.sets) < MOST_PATHS:
        tries = [_fitted(np.vstack([best.sets, seed]), rows, count) for seed in _seeds(best, rows, count)]
        good = [one for one in tries if _sound(one) and len(one.sets) > len(best.sets)]
        if not good:
            break
        better = max(good, key=lambda one: one.fit)
        if better.worth(len(done)) <= best.worth(len(done)):
            break
        best = better
    common = np.argsort(-best.prior[:-1], kind="stable")
    return _trimmed([best.sets[k] for k in common])


def _fitted(sets: Flags, rows: Flags, count: Ints) -> _Mix:
    """Expectation-maximisation from some sets; `rows` are different accounts, `count` how many of each."""
    mean = np.clip((rows * count[:, None]).sum(axis=0) / count.sum(), *CHANCES)
    mix = _Mix(sets, 0.8, mean / 2, np.full(len(sets) + 1, 1 / (len(sets) + 1)), -np.inf)
    for _ in range(ROUNDS):
        share, fit = _shares(mix, rows)
        told = float((fit * count).sum())
        new = _refit(mix, rows, share * count[:, None], told)
        if np.array_equal(new.sets, mix.sets) and told - mix.fit < 1e-3:
            return new
        mix = new
    return mix


def _shares(mix: _Mix, rows: Flags) -> tuple[Floats, Floats]:
    """How likely each account follows each set (last column: none), and its log likelihood."""
    sets = np.vstack([mix.sets, np.zeros(rows.shape[1], dtype=bool)])
    chance = np.where(sets, mix.own, mix.other)
    log = rows @ np.log(chance).T + ~rows @ np.log1p(-chance).T + np.log(np.maximum(mix.prior, 1e-12))
    top = log.max(axis=1, keepdims=True)
    weight = np.exp(log - top)
    total = weight.sum(axis=1, keepdims=True)
    return weight / total, (top + np.log(total))[:, 0]


def _refit(mix: _Mix, rows: Flags, weight: Floats, fit: float) -> _Mix:
    mass = weight.sum(axis=0)
    did = weight.T @ rows
    inside = np.vstack([mix.sets, np.zeros(rows.shape[1], dtype=bool)])
    own = float(np.clip((did * inside).sum() / max((mass[:, None] * inside).sum(), 1e-9), 0.5, CHANCES[1]))
    outside = mass[:, None] * ~inside
    # One account in twenty stands in where a milestone belongs to every set.
    other = ((did * ~inside).sum(axis=0) + 0.05) / (outside.sum(axis=0) + 1)
    other = np.clip(other, CHANCES[0], 0.9 * own)
    share = did[:-1] / np.maximum(mass[:-1, None], 1e-9)
    gain = share * np.log(own / other) + (1 - share) * np.log((1 - own) / (1 - other))
    return _Mix(gain > 0, own, other, mass / mass.sum(), fit)


def _seeds(mix: _Mix, rows: Flags, count: Ints) -> list[Flags]:
    """Sets to try next: what many of those not yet explained did, a short one and a long one."""
    shared = rows.astype(np.int64) @ mix.sets.T.astype(np.int64)
    outside = rows.sum(axis=1, keepdims=True) - shared
    covered = (outside == 0) & (shared > 0) | (shared >= NEARLY * mix.sets.sum(axis=1)) & (outside <= 1)
    left = ~covered.any(axis=1) if len(mix.sets) else np.ones(len(rows), dtype=bool)
    size = rows.shape[1]
    mask = rows[left] @ (1 << np.arange(size))
    member = ((np.arange(1 << size)[:, None] >> np.arange(size)) & 1).astype(bool)
    support = _supersets(np.bincount(mask, count[left], 1 << size).astype(np.float64), size)
    more = np.maximum(member.sum(axis=1) - 1, 0)
    picked = {int((more**power * support).argmax()) for power in (1, 2, 3)}
    return [member[one] for one in sorted(picked) if support[one] > 0]


def _supersets(count: Floats, size: int) -> Floats:
    """For each set how many did at least all of it, from how many did exactly it."""
    total = count.copy()
    for bit in range(size):
        halves = total.reshape(-1, 2, 1 << bit)
        halves[:, 0] += halves[:, 1]
    return total


def _sound(mix: _Mix) -> bool:
    """Every set has two steps and its 5 %, and none lies within another."""
    sets = mix.sets
    within = (sets[:, None] <= sets[None]).all(axis=2) & ~np.eye(len(sets), dtype=bool)
    return bool(
        (sets.sum(axis=1) >= 2).all() and (mix.prior[:-1] >= LEAST_SUPPORT).all() and not within.any()
    )


def _trimmed(sets: list[Flags]) -> list[Steps]:
    """At most eight steps each, the clearest milestones, and no set within an earlier one."""
    trimmed: list[Steps] = []
    for steps in sets:
        kept = tuple(np.flatnonzero(steps)[:MOST_STEPS].tolist())
        if not any(set(kept) <= set(one) for one in trimmed):
            trimmed.append(kept)
    return trimmed


def essential(paths: list[Steps], done: Flags) -> list[Steps]:
    """The paths without steps that merely happen beside them.

    In: as `assemble`, `done` over all accounts. A step stays if it goes with the others: odds ratio with
    "two thirds of the other steps" of at least 1.5, z at least 2.
    """
    return [kept for steps in paths if len(kept := _essential(steps, done)) >= 2]


def _essential(steps: Steps, done: Flags) -> Steps:
    kept = list(steps)
    for step in steps:
        others = [other for other in kept if other != step]
        if not others:
            continue
        along = done[:, others].mean(axis=1) >= NEARLY
        both = (along & done[:, step]).sum() + 0.5
        only, alone = (along & ~done[:, step]).sum() + 0.5, (~along & done[:, step]).sum() + 0.5
        neither = (~along & ~done[:, step]).sum() + 0.5
        log_odds = np.log(both * neither / (only * alone))
        error = np.sqrt(1 / both + 1 / only + 1 / alone + 1 / neither)
        if log_odds < np.log(1.5) or log_odds < 2 * error:
            kept.remove(step)
    return tuple(kept)
