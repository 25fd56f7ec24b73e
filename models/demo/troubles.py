"""Decisions ahead, the falls in use before some of them, and the calls made about them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.demo.clock import Clock, stream
from models.demo.moods import Moods
from models.demo.shape import NEVER, Flags, Floats, Ints, Shape
from models.demo.traits import Traits

FALLS_OVER = 14
RECOVERS_OVER = 30


@dataclass(frozen=True)
class Decisions:
    """Accounts × decisions within reach of the history, the last of each after `as_of`.

    `decides`: the day · `begins`: first day of the period it ends · `ordinal`: 1 for the
    first decision after signing."""

    decides: Ints
    begins: Ints
    ordinal: Ints


@dataclass(frozen=True)
class Declines:
    """Accounts × declines: use falls to 1 − `depth` over two weeks from `starts`, and comes
    back over a month from `ends` (`NEVER`: it stays low). The first half of the columns
    precede the decision of that column; the second half pass before it."""

    starts: Ints
    ends: Ints
    depth: Floats


@dataclass(frozen=True)
class Calls:
    """Accounts × decisions: day of the courtesy call before it (`NEVER`: none), and whether
    a call helps this account this time."""

    on: Ints
    helps: Flags


def lay_out(clock: Clock, traits: Traits) -> Decisions:
    """The decision days of every account: each term's end, from day 1 to the first after `as_of`."""
    ahead = clock.months // 6 + 2
    passed = _terms_before(clock, traits)
    ordinal = passed[:, None] + np.arange(ahead)[None, :] + 1
    rows = traits.signed[:, None], traits.term[:, None]
    decides = clock.months_after(rows[0], ordinal * rows[1])
    begins = clock.months_after(rows[0], (ordinal - 1) * rows[1])
    return Decisions(decides=decides, begins=begins, ordinal=ordinal)


def _terms_before(clock: Clock, traits: Traits) -> Ints:
    terms = np.arange(1, 14)[None, :]
    ends = clock.months_after(traits.signed[:, None], terms * traits.term[:, None])
    passed: Ints = (ends <= 0).sum(axis=1)
    return passed


def draw_declines(plan: Decisions, seed: int, shape: Shape) -> Declines:
    """Falls in use: weeks before a decision in some periods, passing ones early in others."""
    rng = stream(seed, "declines")
    size = plan.decides.shape
    onset = plan.decides - rng.integers(32, 110, size)
    before = (rng.random(size) < shape.decline_share) & (onset > plan.begins + 55)
    back = plan.decides + np.where(rng.random(size) < 0.65, rng.integers(0, 21, size), NEVER)
    length = plan.decides - plan.begins
    blip = plan.begins + (length * rng.uniform(0.18, 0.4, size)).astype(np.int64)
    passing = rng.random(size) < shape.blip_share * length / 365
    over = blip + (length * rng.uniform(0.08, 0.22, size)).astype(np.int64) + 20
    return Declines(
        starts=np.hstack([np.where(before, onset, NEVER), np.where(passing, blip, NEVER)]),
        ends=np.hstack([back, over]),
        depth=np.hstack([rng.uniform(0.5, 0.85, size), rng.uniform(0.5, 0.8, size)]),
    )


def draw_calls(plan: Decisions, declines: Declines, moods: Moods, seed: int, shape: Shape) -> Calls:
    """Courtesy calls in the last weeks of a period, more often where use has fallen.

    A call helps mostly where the mood turned sour, sometimes where use fell, else rarely.
    """
    rng = stream(seed, "calls")
    size = plan.decides.shape
    fell = declines.starts[:, : size[1]] < NEVER
    soured = moods.sour < NEVER
    made = rng.random(size) < shape.call_share + 0.2 * fell
    on = plan.decides - rng.integers(10, 75, size)
    helps = rng.random(size) < np.where(soured, 0.7, np.where(fell, 0.45, 0.2))
    return Calls(on=np.where(made & (on > plan.begins), on, NEVER), helps=helps)
