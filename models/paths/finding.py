"""From cases to paths: selection, assembly, one more look at who is left, order."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.paths.assembly import MOST_MILESTONES, assemble, essential
from models.paths.assignment import OFF, Guide, Placed, learn, place
from models.paths.order import Order, order_score, ordered
from models.paths.selection import Selected, overlooked, select
from models.paths.watched import Flags, Floats, Ints, Watched

ON_THE_WAY = 0.6
FEWEST_SUCCESSES = 30
FEWEST_FAILURES = 30


@dataclass(frozen=True)
class Found:
    """`columns`: the milestones, columns of `watched.candidates`; `guide` and `orders` speak of them by
    index, one entry a path, the most common path first. Without paths `guide` is None."""

    selected: Selected
    columns: Ints
    guide: Guide | None
    orders: tuple[Order, ...] = ()
    scores: tuple[float | None, ...] = ()

    @property
    def events(self) -> list[frozenset[int]]:
        """Each path's steps as columns of `watched.candidates`."""
        if self.guide is None:
            return []
        return [frozenset(self.columns[list(steps)].tolist()) for steps in self.guide.steps]


def find(watched: Watched) -> Found:
    """The paths in some cases; none where fewer than two milestones hold, or under 30 of either outcome."""
    selected = select(watched)
    good = int(watched.succeeded.sum())
    if good < FEWEST_SUCCESSES or watched.size - good < FEWEST_FAILURES or selected.chosen.sum() < 2:
        return Found(selected, np.zeros(0, dtype=np.int64), None)
    found = _assembled(watched, selected)
    if found.guide is not None:
        more = overlooked(watched, selected, _behind(watched, found.guide, found.columns))
        if more.any():
            found = _assembled(watched, selected.with_added(more))
    return _with_order(watched, found)


@dataclass(frozen=True)
class AtHorizon:
    """`cases` open at `day`, what they had `done` before it (cases × milestones), and their path then."""

    day: int
    cases: Ints
    done: Flags
    placed: Placed
    along: Floats

    @property
    def on_the_way(self) -> Flags:
        """Whether at least 60 % of the own path was done."""
        return self.along >= ON_THE_WAY


def at_horizon(watched: Watched, guide: Guide, columns: Ints, day: int) -> AtHorizon:
    """Where the cases stood on a day, seen with what was known then."""
    cases = np.flatnonzero(watched.decided > day)
    done = watched.done(cases, columns, day)
    placed = place(guide, done, np.full(len(cases), day, dtype=np.int64))
    size = np.array([*(len(steps) for steps in guide.steps), 1])
    along = np.where(placed.path == OFF, 0, placed.done) / size[placed.path]
    return AtHorizon(day, cases, done, placed, along)


def _assembled(watched: Watched, selected: Selected) -> Found:
    best = selected.milestones[:MOST_MILESTONES]
    columns = selected.marks.columns[best]
    won = watched.won
    reached, until = watched.reached[watched.account[won]][:, columns], watched.decided[won]
    sets = assemble(reached < until[:, None])
    everyone = watched.reached[:, columns] < watched.last[:, None]
    paths = essential(sets, everyone)
    if not paths:
        return Found(selected, columns, None)
    guide = learn(paths, reached, until)
    common = np.argsort(-guide.prior, kind="stable")
    ranked = Guide(tuple(guide.steps[k] for k in common), guide.pace[common], guide.prior[common])
    return Found(selected, columns, ranked)


def _behind(watched: Watched, guide: Guide, columns: Ints) -> Flags:
    there = at_horizon(watched, guide, columns, watched.horizon)
    behind = np.zeros(watched.size, dtype=bool)
    behind[there.cases] = ~there.on_the_way
    return behind


def _with_order(watched: Watched, found: Found) -> Found:
    guide, columns = found.guide, found.columns
    if guide is None:
        return found
    won = watched.won
    reached = watched.reached[watched.account[won]][:, columns]
    done = reached < watched.decided[won][:, None]
    own = place(guide, done, watched.decided[won]).path
    orders = tuple(
        ordered(steps, reached[own == path], done[own == path]) for path, steps in enumerate(guide.steps)
    )
    there = at_horizon(watched, guide, columns, watched.horizon)
    day = watched.reached[watched.account[there.cases]][:, columns]
    scores = []
    for path, order in enumerate(orders):
        mine = there.placed.path == path
        chosen = there.cases[mine]
        outcome, stratum = watched.succeeded[chosen], watched.stratum[chosen]
        scores.append(order_score(order, day[mine], there.done[mine], outcome, stratum))
    return Found(found.selected, columns, guide, orders, tuple(scores))
