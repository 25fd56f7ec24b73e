"""Days on which an account is closed: they say nothing of its rate, however many of them follow.

A day without use is either closed or open and quiet. Which of them is a hidden state with two outcomes
(zero-inflated counts, D. Lambert, 1992; here with a memory from one day to the next).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.declines_panel import Flags, Vector, Whole

BEGINS = 0.003
"""Chance that an open account is closed the next day: once a year."""
STAYS = 0.8
"""Chance that a closed one is closed the next day too: five days on average."""
LONGEST_DAYS = 23
"""Three weeks and a weekend; a longer run of days without use is no closure, and counts in full."""


@dataclass
class Closure:
    """Each account's run of days without use, and the chance that it was closed on the last of them."""

    days: Whole
    chance: Vector

    @classmethod
    def blank(cls, accounts: int) -> Closure:
        return cls(np.zeros(accounts, dtype=np.int64), np.zeros(accounts))

    @property
    def prior(self) -> Vector:
        """The chance that today is closed, before today's count is known."""
        chance: Vector = BEGINS * (1 - self.chance) + STAYS * self.chance
        result: Vector = np.where(self.days >= LONGEST_DAYS, 0.0, chance)
        return result

    def step(self, used: Flags, quiet: Vector) -> None:
        """Bring in a day; `quiet` is the chance of no use on an open day at the usual rate."""
        prior = self.prior
        chance = prior / np.maximum(prior + (1 - prior) * quiet, 1e-300)
        self.chance = np.where(used, 0.0, chance)
        self.days = np.where(used, 0, self.days + 1)


def tempered(step: Vector, quiet: Vector, quiet_fallen: Vector, prior: Vector, used: Flags) -> Vector:
    """The log likelihood ratio of a day, where a day without use may have been a closed one.

    `step` is that of an open day; `quiet` and `quiet_fallen` are the chances of no use on an open day at the
    usual and at the fallen rate. A day with use was open for certain.
    """
    zero = np.log((prior + (1 - prior) * quiet_fallen) / np.maximum(prior + (1 - prior) * quiet, 1e-300))
    result: Vector = np.where(used, step, zero)
    return result
