"""Days on which an account is closed: they say nothing of its rate, however many of them follow.

A day without use is either closed or open and quiet. Which of them is a hidden state with two outcomes
(zero-inflated counts, D. Lambert, 1992; here with a memory from one day to the next).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.declines_panel import Flags, Matrix, Vector, Whole

BEGINS = 0.012
"""Chance that an open account is closed the next day: four times a year, the short closures counted."""
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


SURE = 4.0
"""A past closure is taken for one where it is four times as likely as a run of quiet days."""
BURSTS = 1.5
"""Use comes in bursts: by so much less does a day without it say that nobody was there."""
MOST_CLOSED = 28
"""Days of a baseline; who is away more than a third of the time is not closed but irregular."""


def closed_before(cut: Matrix, expected: Vector, usable: Flags) -> Flags:
    """Which days without use, day x account, most likely belong to a closure that has ended.

    `expected` is what each open day would bring at the usual rate. A run of n days is a closure when
    BEGINS STAYS^(n-1) (1 - STAYS) exp(expected / BURSTS) is above `SURE`; one that lasts, or is longer than
    `LONGEST_DAYS`, is none.
    """
    days, accounts = cut.shape
    idle = (cut == 0) & usable
    ended = np.zeros((days + 1, accounts), dtype=bool)
    length, missed = np.zeros(accounts), np.zeros(accounts)
    for day in range(days):
        odds = np.log(BEGINS * (1 - STAYS)) + (length - 1) * np.log(STAYS) + missed / BURSTS
        ended[day] = (cut[day] > 0) & (length > 0) & (length <= LONGEST_DAYS) & (odds > np.log(SURE))
        length = np.where(idle[day], length + 1, 0)
        missed = np.where(idle[day], missed + expected[day], 0)
    closed = np.zeros((days, accounts), dtype=bool)
    after = np.zeros(accounts, dtype=bool)
    for day in range(days - 1, -1, -1):
        after = idle[day] & (after | ended[day + 1])
        closed[day] = after
    return closed


@dataclass
class Closings:
    """The index of days on which accounts were closed, summed over the `HISTORY` days up to a weekly look."""

    row: int
    index: Vector
    days: Vector

    @classmethod
    def of(cls, row: int, closed: Flags, factors: Vector) -> Closings:
        """`closed` and `factors` of the days up to `row`, that one included."""
        start = np.zeros((1, closed.shape[1]))
        index = np.concatenate([start, np.cumsum(closed * factors[:, None], axis=0)])
        return cls(row, index, np.concatenate([start, np.cumsum(closed, axis=0)]))

    def between(self, row_from: int, row_to: int) -> tuple[Vector, Vector]:
        """Days closed in rows row_from..row_to-1, and their summed index; rows after the look are open."""
        first = self.row + 2 - len(self.days)
        begin, end = (int(np.clip(row - first, 0, len(self.days) - 1)) for row in (row_from, row_to))
        return self.days[end] - self.days[begin], self.index[end] - self.index[begin]


def tempered(step: Vector, quiet: Vector, quiet_fallen: Vector, prior: Vector, used: Flags) -> Vector:
    """The log likelihood ratio of a day, where a day without use may have been a closed one.

    `step` is that of an open day; `quiet` and `quiet_fallen` are the chances of no use on an open day at the
    usual and at the fallen rate. A day with use was open for certain.
    """
    zero = np.log((prior + (1 - prior) * quiet_fallen) / np.maximum(prior + (1 - prior) * quiet, 1e-300))
    result: Vector = np.where(used, step, zero)
    return result
