"""The day-by-day recursion of the decline detector, all accounts at once.

Shiryaev's posterior that the rate has fallen, with negative-binomial counts around the account's
own baseline times the fleet's day index (A. N. Shiryaev, 1963; three sizes of fall mixed).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from models.declines_closure import MOST_CLOSED, Closings, Closure, closed_before, tempered
from models.declines_fleet import LOOKS, RATE_EDGES, day_factor, dispersion, root_deviance, scatter, spreads
from models.declines_panel import HISTORY, LOOKBACK, WEEK, Flags, Panel, Vector, Whole, is_look

FALLS = np.array([0.3, 0.5, 0.7])
"""Sizes of fall looked for, as shares of the rate."""
FALL_WEIGHTS = np.array([0.25, 0.5, 0.25])
HAZARD = 0.0005
"""Chance a day that a fall begins, before this company's own alerts say how often."""
PRIOR_ALERTS = 4.0
"""That chance counts as much as so many alerts."""
STEP = 4.0
"""No single day moves the log odds further than this."""
RECENT = 28
FLEET_DAYS = 84
BASELINE_DAYS = HISTORY - RECENT
FIRE_POSTERIOR = 0.75
"""Steps are tempered, and days that may be closed say little: of alerts at .75 two to three in a hundred were
false in simulated books, ten where falls are rare and closures many."""
FIRE_RATIO = 0.75
FIRE_ODDS = FIRE_POSTERIOR / (1 - FIRE_POSTERIOR)
MENDED_RATIO = 0.85
MENDED_DAYS = 7
LONGEST = 112
"""Days after which a lower level is the account's new normal."""
REST = 28
NONE = -1
CEILING = 1e9


@dataclass
class Memory:
    """What is carried from one day to the next, a value an account."""

    odds: Vector
    cusum: Vector
    since: Whole
    phi: Vector
    opened: Whole
    opened_rate: Vector
    mended: Whole
    wait_until: Whole
    closure: Closure

    @classmethod
    def blank(cls, accounts: int) -> Memory:
        whole = [np.full(accounts, NONE, dtype=np.int64) for _ in range(3)]
        return cls(
            odds=np.zeros((accounts, 3)),
            cusum=np.zeros(accounts),
            since=whole[0],
            phi=np.full(accounts, np.nan),
            opened=whole[1],
            opened_rate=np.zeros(accounts),
            mended=np.zeros(accounts, dtype=np.int64),
            wait_until=whole[2],
            closure=Closure.blank(accounts),
        )


@dataclass
class Judged:
    """The last day's view: counts and expectations over 28 days, and who can be judged at all."""

    actual: Vector
    expected: Vector
    rate: Vector
    weekly: Vector
    told: Flags

    @property
    def ratio(self) -> Vector:
        result: Vector = np.where(self.expected > 0, self.actual / np.maximum(self.expected, 1e-12), 1.0)
        return result


@dataclass
class Recursion:
    """Walks a panel day by day from row `LOOKBACK` on.

    `factors` and `looks` hold the fleet's index and weekly spreads, one row a panel day; rows before
    `LOOKBACK` come from the state (1 and NaN where there was none). `judged_before` and `alerts_before` are
    account-days that could be judged, and alerts, before the panel's first judged day.
    """

    panel: Panel
    memory: Memory
    factors: Vector
    looks: Vector
    judged_before: int = 0
    alerts_before: int = 0
    judged: Whole = field(init=False)
    alerts: Whole = field(init=False)
    closings: Closings = field(init=False)
    total: Vector = field(init=False)
    first_rows: Whole = field(init=False)
    sums: dict[str, Vector] = field(init=False)

    def __post_init__(self) -> None:
        self.total = np.concatenate([[0.0], np.cumsum(self.factors)])
        self.first_rows = np.clip(self.panel.usable - self.panel.first, 0, 2**40)
        row = LOOKBACK
        cut = self.panel.cut
        self.sums = {
            "fleet": cut[row - FLEET_DAYS : row].sum(axis=0, dtype=np.float64),
            "base": cut[row - HISTORY : row - RECENT].sum(axis=0, dtype=np.float64),
            "recent": cut[row - RECENT : row].sum(axis=0, dtype=np.float64),
        }
        self.judged, self.alerts = (np.zeros(self.panel.days, dtype=np.int64) for _ in range(2))
        self._close(next(past for past in range(row - 1, -1, -1) if is_look(self.panel.first + past)))

    def run(self) -> Judged:
        """Bring in every judged day and return the last day's view."""
        for _ in self.walk():
            pass
        last = self.panel.days - 1
        return self._judge(last, self.panel.first + last < self.panel.ends)

    def walk(self) -> Iterator[int]:
        """Bring in one judged day after the other; yields each one's row, with `memory` as of that day."""
        for row in range(LOOKBACK, self.panel.days):
            self._day(row)
            yield row

    def _day(self, row: int) -> None:
        day = self.panel.first + row
        alive = day < self.panel.ends
        self._index(row, alive)
        self._shift(row)
        if is_look(day):
            self._close(row)
            self._look(row, self._judge(row, alive))
        judged = self._judge(row, alive)
        sigma = scatter(self.looks[max(row - WEEK * LOOKS + 1, 0) : row + 1])
        self._learn(row, judged, sigma)
        self._decide(day, judged, alive)
        self.judged[row] = int((judged.told & ~np.isnan(self.memory.phi)).sum())
        self.alerts[row] = int((self.memory.opened == day).sum())

    def _close(self, row: int) -> None:
        """Once a week: the days of the past `HISTORY` on which each account was most likely closed."""
        top = row - HISTORY + 1
        _, exposure = self._window(top, row - RECENT + 1)
        rows = slice(top, row + 1)
        cut = self.panel.cut[rows]
        base = cut[: HISTORY - RECENT].sum(axis=0, dtype=np.float64)
        rate = np.where(exposure > 0, base / np.where(exposure > 0, exposure, 1), 0.0)
        usable = np.arange(top, row + 1)[:, None] >= self.first_rows
        closed = closed_before(cut, self.factors[rows, None] * rate, usable)
        self.closings = Closings.of(row, closed, self.factors[rows])

    @property
    def hazard(self) -> float:
        """Chance a day that a fall begins: the usual one, and this company's own alerts so far."""
        alerts = self.alerts_before + int(self.alerts.sum())
        judged = self.judged_before + int(self.judged.sum())
        return (PRIOR_ALERTS + alerts) / (PRIOR_ALERTS / HAZARD + judged)

    def _window(self, row_from: int, row_to: int) -> tuple[Vector, Vector]:
        """Usable days, and their summed index, of rows row_from..row_to-1."""
        begin = np.clip(self.first_rows, row_from, row_to)
        return (row_to - begin).astype(np.float64), self.total[row_to] - self.total[begin]

    def _index(self, row: int, alive: Flags) -> None:
        """Measure the fleet's day index from rates of the 84 days before."""
        cut = self.panel.cut
        days, exposure = self._window(row - FLEET_DAYS, row)
        usable = alive & (days >= RECENT) & (exposure > 0)
        rate = self.sums["fleet"] / np.where(usable, exposure, 1)
        factor = day_factor(cut[row], rate, usable)
        self.factors[row] = factor
        self.total[row + 1] = self.total[row] + factor
        self.sums["fleet"] += cut[row].astype(np.float64) - cut[row - FLEET_DAYS]

    def _shift(self, row: int) -> None:
        """Move both windows one day on, to end at `row`."""
        cut = self.panel.cut
        self.sums["base"] += cut[row - RECENT].astype(np.float64) - cut[row - HISTORY]
        self.sums["recent"] += cut[row].astype(np.float64) - cut[row - RECENT]

    def _judge(self, row: int, alive: Flags) -> Judged:
        """Compare the last 28 days with the 84 before them, days on which they were closed left out there."""
        before = row - HISTORY + 1, row - RECENT + 1
        days, exposure = self._window(*before)
        closed, index = self.closings.between(*before)
        regular = (closed <= MOST_CLOSED) & (days - closed >= RECENT)
        exposure = np.where(regular, exposure - index, exposure)
        told = alive & (days >= RECENT) & (exposure > 0)
        rate = np.where(told, self.sums["base"] / np.where(told, exposure, 1), 0.0)
        weekly = np.where(told, WEEK * self.sums["base"] / np.maximum(days, 1), 0.0)
        is_open = self.memory.opened != NONE
        held = np.where(is_open, self.memory.opened_rate, rate)
        expected = held * (self.total[row + 1] - self.total[row + 1 - RECENT])
        return Judged(self.sums["recent"].copy(), expected, held, weekly, (told | is_open) & alive)

    def _look(self, row: int, judged: Judged) -> None:
        """Once a week: each account's dispersion, and how widely the fleet scatters."""
        weeks = BASELINE_DAYS // WEEK
        top = row - HISTORY + 1
        counts = self.panel.cut[top : top + BASELINE_DAYS]
        by_week = counts.reshape(weeks, WEEK, -1).sum(axis=1)
        exposure = self.factors[top : top + BASELINE_DAYS].reshape(weeks, WEEK).sum(axis=1)
        begins = top + WEEK * np.arange(weeks)[:, None]
        known = (begins >= self.first_rows) & judged.told
        self.memory.phi = dispersion(by_week, exposure[:, None] * judged.rate, known, judged.rate)
        told = judged.told & ~np.isnan(self.memory.phi) & (judged.expected > 0)
        expected = np.where(told, judged.expected, 1)
        noise = np.where(told, self.memory.phi, 1) * self._baseline_noise(row)
        z = root_deviance(judged.actual, expected) / np.sqrt(noise)
        self.looks[row] = spreads(z, judged.rate, told)

    def _baseline_noise(self, row: int) -> Vector:
        """How much a baseline of few days widens 28 days' deviations: 1 + 28 / baseline days."""
        days, _ = self._window(row - HISTORY + 1, row - RECENT + 1)
        result: Vector = 1 + RECENT / np.maximum(days, RECENT)
        return result

    def _learn(self, row: int, judged: Judged, sigma: Vector) -> None:
        """Bring in one day: R <- (R + hazard x weight) x likelihood ratio, for each size of fall."""
        awake = self.panel.first + row >= self.memory.wait_until
        told = judged.told & awake & (judged.rate > 0) & ~np.isnan(self.memory.phi)
        calm = self.memory.opened == NONE
        steps = self._steps(row, judged, sigma, told)
        odds = (self.memory.odds + self.hazard * FALL_WEIGHTS) * np.exp(steps)
        self.memory.odds = np.where(told[:, None], np.minimum(odds, CEILING), 0.0)
        cusum = np.where(told, np.maximum(self.memory.cusum + steps[:, 1], 0), 0.0)
        fresh = calm & (cusum > 0) & (self.memory.cusum == 0)
        self.memory.since = np.where(fresh, self.panel.first + row, self.memory.since)
        self.memory.cusum = cusum

    def _steps(self, row: int, judged: Judged, sigma: Vector, told: Flags) -> Vector:
        """Log likelihood ratios of today's count, tempered by baseline noise and fleet scatter.

        A day without use may have been closed (`declines_closure`), and then says nothing.
        """
        rate = np.where(judged.rate > 0, judged.rate, 1)
        shape = rate / np.maximum(np.nan_to_num(self.memory.phi, nan=1) - 1, 0.001)
        mean = rate * self.factors[row]
        count = self.panel.cut[row].astype(np.float64)
        noise = self._baseline_noise(row) * sigma[np.digitize(WEEK * judged.rate, RATE_EDGES)] ** 2
        used, prior = (count > 0) | ~told, self.memory.closure.prior
        at = np.log(shape + mean)
        quiet = np.exp(shape * (np.log(shape) - at))
        steps = np.empty((rate.size, 3))
        for place, fall in enumerate(FALLS):
            kept = np.log(shape + mean * (1 - fall))
            step = (count * np.log(1 - fall) + (count + shape) * (at - kept)) / noise
            fallen = np.exp(shape * (np.log(shape) - kept))
            steps[:, place] = tempered(step, quiet ** (1 / noise), fallen ** (1 / noise), prior, used)
        self.memory.closure.step(used, quiet)
        return np.clip(steps, -STEP, STEP)

    def _decide(self, day: int, judged: Judged, alive: Flags) -> None:
        """Open, keep or close each account's alert."""
        m = self.memory
        total = m.odds.sum(axis=1)
        ratio = judged.ratio
        was_open = m.opened != NONE
        fire = judged.told & ~was_open & (total >= FIRE_ODDS) & (ratio < FIRE_RATIO)
        m.mended = np.where(was_open & (ratio >= MENDED_RATIO), m.mended + 1, 0)
        close = was_open & ((m.mended >= MENDED_DAYS) | (day - m.opened >= LONGEST) | ~alive)
        m.opened = np.where(fire, day, np.where(close, NONE, m.opened))
        m.opened_rate = np.where(fire, judged.rate, m.opened_rate)
        m.wait_until = np.where(close, day + REST, m.wait_until)
        m.odds[close] = 0
        m.cusum[close] = 0
