"""From cases to paths: selection, assembly, one more look at who is left, order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from models.paths.assembly import MOST_MILESTONES, Steps, assemble, essential
from models.paths.order import Order, order_score, ordered
from models.paths.placing import NO_PATH, in_any_order, place
from models.paths.selection import Selected, overlooked, select
from models.paths.watched import Flags, Floats, Ints, Watched

ON_THE_WAY = 0.6
FEWEST_SUCCESSES = 30
FEWEST_FAILURES = 30


@dataclass(frozen=True)
class Found:
    """`columns`: the milestones, columns of `watched.candidates`; `paths` and `orders` speak of them by
    index, one entry a path, the most common path first."""

    selected: Selected
    columns: Ints
    paths: tuple[Steps, ...] = ()
    orders: tuple[Order, ...] = ()
    scores: tuple[float | None, ...] = ()

    @property
    def events(self) -> list[frozenset[int]]:
        """Each path's steps as columns of `watched.candidates`."""
        return [frozenset(self.columns[list(steps)].tolist()) for steps in self.paths]


def find(watched: Watched) -> Found:
    """The paths in some cases; none where fewer than two milestones hold, or under 30 of either outcome."""
    selected = select(watched)
    good = int(watched.succeeded.sum())
    if good < FEWEST_SUCCESSES or watched.size - good < FEWEST_FAILURES or selected.chosen.sum() < 2:
        return Found(selected, np.zeros(0, dtype=np.int64))
    found = _assembled(watched, selected)
    if found.paths:
        more = overlooked(watched, selected, _behind(watched, found))
        if more.any():
            found = _assembled(watched, selected.with_added(more))
    return _with_order(watched, found)


@dataclass(frozen=True)
class AtHorizon:
    """`cases` open at `day`, what they had `done` before it (cases × milestones), their `path` then
    (`NO_PATH` for none), and how far `along` it they were, 0-1."""

    day: int
    cases: Ints
    done: Flags
    path: Ints
    along: Floats

    @property
    def on_the_way(self) -> Flags:
        """Whether at least 60 % of the own path was done."""
        return self.along >= ON_THE_WAY


def at_horizon(watched: Watched, found: Found, day: int) -> AtHorizon:
    """Where the cases stood on a day, seen with what was known then."""
    cases = np.flatnonzero(watched.decided > day)
    done = watched.done(cases, found.columns, day)
    path = place(done, [in_any_order(steps) for steps in found.paths])
    shares = [done[:, list(steps)].mean(axis=1) for steps in found.paths]
    along = np.column_stack([*shares, np.zeros(len(done))])
    return AtHorizon(day, cases, done, path, along[np.arange(len(done)), path])


def followed(paths: Sequence[Steps], done: Flags) -> Ints:
    """The path that each of the successful took, from all it did until then."""
    return place(done, [in_any_order(steps) for steps in paths], ended=True)


def _assembled(watched: Watched, selected: Selected) -> Found:
    best = selected.milestones[:MOST_MILESTONES]
    columns = selected.marks.columns[best]
    won = watched.won
    done = watched.reached[watched.account[won]][:, columns] < watched.decided[won][:, None]
    everyone = watched.reached[:, columns] < watched.last[:, None]
    paths = essential(assemble(done), everyone)
    taken = followed(paths, done)
    support = np.bincount(taken[taken != NO_PATH], minlength=len(paths))
    common = np.argsort(-support, kind="stable")
    return Found(selected, columns, tuple(paths[number] for number in common))


def _behind(watched: Watched, found: Found) -> Flags:
    there = at_horizon(watched, found, watched.horizon)
    behind = np.zeros(watched.size, dtype=bool)
    behind[there.cases] = ~there.on_the_way
    return behind


def _with_order(watched: Watched, found: Found) -> Found:
    if not found.paths:
        return found
    won = watched.won
    reached = watched.reached[watched.account[won]][:, found.columns]
    done = reached < watched.decided[won][:, None]
    own = followed(found.paths, done)
    orders = tuple(
        ordered(steps, reached[own == path], done[own == path]) for path, steps in enumerate(found.paths)
    )
    there = at_horizon(watched, found, watched.horizon)
    day = watched.reached[watched.account[there.cases]][:, found.columns]
    scores = []
    for path, order in enumerate(orders):
        mine = there.path == path
        chosen = there.cases[mine]
        outcome, stratum = watched.succeeded[chosen], watched.stratum[chosen]
        scores.append(order_score(order, day[mine], there.done[mine], outcome, stratum))
    return replace(found, orders=orders, scores=tuple(scores))
