"""An account's own holiday: a short complete absence after steady use, which is not yet a decline."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.declines_panel import NEVER, Flags, Vector, Whole

FEWEST_DAYS = 5
LONGEST_DAYS = 25
"""Three weeks and the weekends around them; a longer absence counts as what it looks like."""
MISSED = 6.0
"""Events that should have come meanwhile: even half the usual rate would have shown some, 19 times in 20."""
APART = 28
"""Days after an absence in which another one is none: holidays don't follow each other so soon."""


@dataclass
class Absence:
    """Each account's run of days without use, and the odds that it had when the run began.

    `since_last` counts the days since an absence ended; `missed` are events expected during the run.
    """

    days: Whole
    missed: Vector
    held: Vector
    since_last: Whole

    @classmethod
    def blank(cls, accounts: int) -> Absence:
        return cls(
            days=np.zeros(accounts, dtype=np.int64),
            missed=np.zeros(accounts),
            held=np.zeros((accounts, 3)),
            since_last=np.full(accounts, NEVER, dtype=np.int64),
        )

    @property
    def away(self) -> Flags:
        """Who is absent so that nobody can tell yet whether they come back."""
        long = (self.days >= FEWEST_DAYS) & (self.missed >= MISSED)
        away: Flags = long & (self.days <= LONGEST_DAYS) & (self.since_last > APART)
        return away

    def step(self, used: Flags, expected: Vector, odds: Vector) -> Flags:
        """Bring in a day, before its odds are known; returns who just came back from an absence.

        `odds` are yesterday's. What the absence said is taken back from those who came back.
        """
        back: Flags = self.away & used
        begins = ~used & (self.days == 0)
        self.held = np.where(begins[:, None], odds, self.held)
        self.days = np.where(used, 0, self.days + 1)
        self.missed = np.where(used, 0.0, self.missed + expected)
        self.since_last = np.where(back, 0, np.minimum(self.since_last + 1, NEVER))
        return back
