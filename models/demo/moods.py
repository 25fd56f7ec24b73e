"""How each account feels, week by week, and who stops answering."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.demo.clock import Clock, stream
from models.demo.shape import NEVER, Flags, Floats, Ints, Shape
from models.demo.traits import Traits

_SOURING = 1.7
_HEALS_IN = 140.0


@dataclass(frozen=True)
class Moods:
    """`level`: accounts × weeks, 0 is the usual mood and 1 a standard deviation · `sour`:
    accounts × decisions, day on which a bad experience starts · `silent`: day of the last
    answer to anything (`NEVER` when they do answer)."""

    level: Floats
    sour: Ints
    silent: Ints

    def at(self, accounts: Ints, days: Ints) -> Floats:
        """Mood of each named account on its day."""
        weeks = np.clip(days // 7, 0, self.level.shape[1] - 1)
        return self.level[accounts, weeks]


def draw_moods(clock: Clock, traits: Traits, decides: Ints, begins: Ints, seed: int, shape: Shape) -> Moods:
    """A drifting mood for every account, soured in some of the periods before a decision.

    `decides` and `begins` are accounts × decisions, in days.
    """
    rng = stream(seed, "moods")
    weeks = clock.last // 7 + 1
    usual = 0.75 * rng.standard_normal(traits.count) + 0.15 * traits.base
    level = usual[:, None] + _drift(rng, traits.count, weeks)
    onset = np.maximum(decides - rng.integers(50, 190, decides.shape), begins + 20)
    sour = np.where((rng.random(decides.shape) < shape.sour_share) & (onset < decides - 10), onset, NEVER)
    for k in range(sour.shape[1]):
        hurt = np.flatnonzero(sour[:, k] < clock.last)
        level[hurt] -= _hurt(sour[hurt, k], decides[hurt, k], weeks)
    return Moods(level=level, sour=sour, silent=_silences(rng, traits, usual))


def _drift(rng: np.random.Generator, count: int, weeks: int) -> Floats:
    """AR(1) by the week, standard deviation .45, half-life about half a year."""
    keep, drift = 0.975, np.empty((count, weeks))
    drift[:, 0] = 0.45 * rng.standard_normal(count)
    for week in range(1, weeks):
        noise = 0.45 * np.sqrt(1 - keep**2) * rng.standard_normal(count)
        drift[:, week] = keep * drift[:, week - 1] + noise
    return drift


def _hurt(onset: Ints, decision: Ints, weeks: int) -> Floats:
    day = 7 * np.arange(weeks)[None, :]
    heals = np.exp(-np.maximum(day - decision[:, None], 0) / _HEALS_IN)
    return np.where(day + 6 >= onset[:, None], _SOURING * heals, 0.0)


def _silences(rng: np.random.Generator, traits: Traits, usual: Floats) -> Ints:
    """The unhappy fall silent more often; once silent, an account stays so."""
    silent: Flags = rng.random(traits.count) < 1 / (1 + np.exp(2.1 + 0.8 * usual))
    since = np.where(traits.base, rng.integers(-200, 420, traits.count), traits.signed)
    return np.where(silent, since + rng.integers(30, 150, traits.count), NEVER)
