"""The present day: makes sure that every CSM's book has something true to act on."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from models.demo.clock import Clock, stream
from models.demo.moods import Moods
from models.demo.outcomes import Outcomes
from models.demo.shape import NEVER, Flags, Floats, Ints
from models.demo.traits import Traits
from models.demo.troubles import Decisions, Declines

_NEAR = 60


@dataclass(frozen=True)
class Spotlight:
    """Live accounts that on `as_of` gave a poor answer in the last days, wait for an answer
    of ours, or have a renewal near and nobody in touch; and the day a champion stopped."""

    detractor: Flags
    waiting: Flags
    neglected: Flags
    champion_quiet: Ints


def light_up(
    clock: Clock,
    traits: Traits,
    plan: Decisions,
    moods: Moods,
    outcomes: Outcomes,
    declines: Declines,
    seed: int,
) -> tuple[Spotlight, Declines]:
    """Choose today's accounts, two of each CSM for each reason, and add fresh declines.

    A decline is only added after the last decision, so no past outcome loses its cause.
    """
    rng = stream(seed, "spotlight")
    rows = np.arange(traits.count)
    decides = plan.decides[rows, outcomes.upcoming]
    answers = moods.silent > clock.last
    long = outcomes.live & (
        np.maximum(plan.begins[rows, outcomes.upcoming], traits.signed) < clock.last - 150
    )
    mood = moods.at(rows, np.full(traits.count, clock.last))
    tired = _first_of_each(traits.csm, outcomes.live & answers & (traits.signed < clock.last - 60), mood, 2)
    near = outcomes.live & ~tired & (decides <= clock.last + _NEAR) & (traits.signed < clock.last - 150)
    neglected = _first_of_each(traits.csm, near, rng.random(traits.count), 2)
    waits = _first_of_each(traits.csm, outcomes.live & answers & ~neglected, rng.random(traits.count), 2)
    calm = (declines.starts > clock.last).all(axis=1)
    busy = long & calm & (traits.weekly > np.quantile(traits.weekly, 0.4))
    falls = _first_of_each(traits.csm, busy, rng.random(traits.count), 2)
    quiet = long & ~falls & (traits.users > 3) & (rng.random(traits.count) < 0.05)
    since = clock.last - rng.integers(30, 60, traits.count)
    spotlight = Spotlight(
        detractor=tired,
        waiting=waits,
        neglected=neglected,
        champion_quiet=np.where(quiet, since, NEVER),
    )
    return spotlight, _add(
        declines, outcomes.upcoming, falls, clock.last - rng.integers(18, 36, traits.count)
    )


def _add(declines: Declines, upcoming: Ints, chosen: Flags, starts: Ints) -> Declines:
    rows = np.flatnonzero(chosen)
    onset, ends, depth = declines.starts.copy(), declines.ends.copy(), declines.depth.copy()
    onset[rows, upcoming[rows]] = starts[rows]
    ends[rows, upcoming[rows]] = NEVER
    depth[rows, upcoming[rows]] = np.maximum(depth[rows, upcoming[rows]], 0.6)
    return replace(declines, starts=onset, ends=ends, depth=depth)


def _first_of_each(group: Ints, candidates: Flags, key: Floats, quota: int) -> Flags:
    """The `quota` candidates with the smallest key in every group."""
    rows = np.flatnonzero(candidates)
    order = rows[np.lexsort((key[rows], group[rows]))]
    mine = group[order]
    rank = np.arange(len(order)) - np.searchsorted(mine, mine)
    chosen = np.zeros(len(group), dtype=bool)
    chosen[order[rank < quota]] = True
    return chosen
