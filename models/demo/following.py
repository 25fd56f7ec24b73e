"""Which milestones each account reaches, when, and which path it follows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.demo.catalogue import DECOY_SEGMENT, MILESTONES, NOISE, OPTIONAL, PATHS, RELEASED
from models.demo.clock import Clock, stream
from models.demo.shape import NEVER, Flags, Floats, Ints, Signal
from models.demo.traits import Traits

OFF_PATH = len(PATHS)
RELEASED_BEFORE = 150
"""Days before `as_of` on which the newest feature was released."""

_NAMES = list(MILESTONES)


@dataclass(frozen=True)
class Following:
    """`path`: index into `PATHS`, `OFF_PATH` for none · `reached`: accounts × optional events,
    day of the first time (`NEVER` for none) · `steps`: how many steps make progress whole."""

    path: Ints
    reached: Ints
    steps: int

    def progress(self, days: Ints) -> Floats:
        """Share of the way done before each day (accounts × decisions), 0-1."""
        milestones = self.reached[:, : len(MILESTONES)]
        own = milestones + np.where(_membership()[self.path], 0, NEVER)
        done = np.stack([(own < days[:, [k]]).sum(axis=1) for k in range(days.shape[1])], axis=1)
        return np.minimum(done / self.steps, 1.0)


def _membership() -> Flags:
    """Path (with off path, then any) × milestone: is it a step?"""
    table = np.zeros((OFF_PATH + 2, len(MILESTONES)), dtype=bool)
    for index, steps in enumerate(PATHS.values()):
        table[index, [_NAMES.index(event) for event, _ in steps]] = True
    table[OFF_PATH + 1] = True
    return table


def follow(clock: Clock, traits: Traits, seed: int, signal: Signal) -> Following:
    """Draw the milestones of every account.

    With "paths" and "none" three of four follow a path, in its order, with an occasional swap,
    skip, or step of another path. With "progress" the number of milestones differs and their
    order is free; with "activity" busy accounts reach more of them, sooner.
    """
    rng = stream(seed, "following")
    if signal in ("paths", "none"):
        share = np.where(traits.base, 0.07, 0.15)
        path = np.where(rng.random(traits.count) < share, OFF_PATH, rng.integers(0, OFF_PATH, traits.count))
        days, steps = _along_paths(rng, traits, path), 6
    else:
        path = np.full(traits.count, OFF_PATH + 1)
        days, steps = _free_order(rng, traits, signal), 8
    days = np.hstack([days, _meaningless(rng, traits)])
    never = days >= NEVER
    reached = clock.workday(traits.signed[:, None] + np.where(never, 0, np.ceil(days)).astype(np.int64))
    known = _not_before_release(clock, np.where(never, NEVER, reached), seed)
    return Following(path=path, reached=known, steps=steps)


def released(clock: Clock) -> int | None:
    """The day on which `RELEASED` came into the product; None in a history too short to tell."""
    return clock.last - RELEASED_BEFORE if clock.last >= 2 * RELEASED_BEFORE else None


def _not_before_release(clock: Clock, reached: Ints, seed: int) -> Ints:
    """Who would have used it earlier uses it soon after its release."""
    day = released(clock)
    if day is None:
        return reached
    column = list(OPTIONAL).index(RELEASED)
    soon = day + np.floor(stream(seed, "release").exponential(12, len(reached))).astype(np.int64)
    later = reached.copy()
    later[:, column] = np.where(reached[:, column] < day, clock.workday(soon), reached[:, column])
    return later


def _along_paths(rng: np.random.Generator, traits: Traits, path: Ints) -> Floats:
    wander = np.where(path == OFF_PATH, 0.18, 0.05)[:, None]
    shape = (traits.count, len(MILESTONES))
    days = np.where(rng.random(shape) < wander, rng.uniform(8, 330, shape), NEVER)
    for index, steps in enumerate(PATHS.values()):
        mine = np.flatnonzero(path == index)
        columns = np.array([_NAMES.index(event) for event, _ in steps])
        typical = np.array([day for _, day in steps], dtype=np.float64)
        days[np.ix_(mine, columns)] = _walk(rng, typical, traits.base[mine])
    return days


def _walk(
    rng: np.random.Generator, typical: Floats, base: np.ndarray[tuple[int], np.dtype[np.bool_]]
) -> Floats:
    """Days of each step: own pace, uneven gaps; some stop early, few swap or skip a step."""
    count, steps = len(base), len(typical)
    gaps = np.diff(typical, prepend=0.0) * rng.lognormal(0, 0.4, (count, steps))
    days: Floats = (gaps * rng.lognormal(0, 0.22, (count, 1))).cumsum(axis=1)
    swaps = np.flatnonzero(rng.random(count) < 0.08)
    at = rng.integers(0, steps - 1, len(swaps))
    days[swaps, at], days[swaps, at + 1] = days[swaps, at + 1], days[swaps, at]
    finishes = rng.random(count) < np.where(base, 0.78, 0.5)
    stops = np.where(finishes, steps, rng.integers(0, steps, count))
    days[np.arange(steps) >= stops[:, None]] = NEVER
    skips = np.flatnonzero(rng.random(count) < 0.06)
    days[skips, rng.integers(1, steps - 1, len(skips))] = NEVER
    return days


def _free_order(rng: np.random.Generator, traits: Traits, signal: Signal) -> Floats:
    if signal == "activity":
        chance = 1 / (1 + np.exp(0.2 - 0.9 * traits.activity))
        hurry = np.exp(-0.25 * traits.activity)
    else:
        chance = rng.beta(1.2 + 1.3 * traits.base, 1.3)
        hurry = np.ones(traits.count)
    count = rng.binomial(len(MILESTONES), chance)
    gaps = 13 * rng.lognormal(0, 0.5, (traits.count, len(MILESTONES))) * hurry[:, None]
    times = (gaps * rng.lognormal(0, 0.25, (traits.count, 1))).cumsum(axis=1)
    rank = rng.random(times.shape).argsort(axis=1).argsort(axis=1)
    return np.where(rank < count[:, None], np.take_along_axis(times, rank, axis=1), NEVER)


def _meaningless(rng: np.random.Generator, traits: Traits) -> Floats:
    """Noise that any account may do at any time, and the decoy of one segment."""
    shape = (traits.count, len(OPTIONAL) - len(MILESTONES))
    likely = np.tile((0.45, 0.6, 0.35, 0.5, 0.7), (traits.count, 1))
    likely[:, len(NOISE) :] *= (traits.segment == DECOY_SEGMENT)[:, None]
    return np.where(rng.random(shape) < likely, 55 * rng.lognormal(0, 0.8, shape), NEVER)
