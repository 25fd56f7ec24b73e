"""Whether paths hold up: on later decisions, under shuffled outcomes, and in two halves of the accounts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.auc import Estimate, auc
from models.paths.finding import ON_THE_WAY, Found, at_horizon, find
from models.paths.scores import added_by, centred, ratio, tables, total, without_activity
from models.paths.selection import Selected
from models.paths.watched import GRID, Flags, Floats, Ints, Watched

EARLY = 0.6
SHUFFLES = 100
CLEAR = 1.645


@dataclass(frozen=True)
class Later:
    """What paths from the earlier decisions did on the later ones.

    `split`: the last earlier day, from 1970; `n`: later decisions open at `day`; `z`, `adjusted`: success
    of those at least 60 % along their path against the others, within strata, and once activity is taken
    out; `lift`: ratio of the shares. AUCs of the share of the path, of the number of milestones, and of
    active days. `covered` of the `won` later successes were along a path by their decision, and `astray`
    of the `lost` failures.
    """

    split: int
    day: int
    n: int
    z: float
    adjusted: float
    lift: Estimate
    auc_path: Estimate
    auc_count: Estimate
    auc_active: Estimate
    covered: int
    won: int
    astray: int
    lost: int

    @property
    def holds(self) -> bool:
        """Whether success goes with the paths there too, beyond activity."""
        return min(self.z, self.adjusted) > CLEAR

    @property
    def activity_tells_more(self) -> bool:
        """Whether active days rank success better than the paths do: above by more than their own error."""
        low, path = self.auc_active.low, self.auc_path.value
        return low is not None and path is not None and low > path


def later(watched: Watched) -> Later | None:
    """Find paths in the earliest 60 % of decisions and try them on the rest; None when none is found."""
    split = int(np.quantile(watched.when, EARLY, method="lower"))
    before, after = watched.only(watched.when <= split), watched.only(watched.when > split)
    if not before.size or not after.size:
        return None
    return tried(find(before), after, before.horizon, split)


def tried(found: Found, after: Watched, day: int, split: int) -> Later | None:
    """Try paths found elsewhere on other cases, on a day of theirs; None without a path or a case."""
    if not found.paths:
        return None
    there = at_horizon(after, found, day)
    if not len(there.cases):
        return None
    rows, on = there.cases, there.on_the_way[:, None]
    good = after.succeeded[rows]
    counted = tables(good, on, after.stratum[rows])
    lift = [float(bound[0]) for bound in counted.lift]
    along = _along_at_decision(found, after)
    return Later(
        split=split,
        day=day,
        n=len(rows),
        z=float(counted.z[0]),
        adjusted=float(total(added_by(after, rows, on, day))[0]),
        lift=Estimate(*(None if np.isnan(bound) else bound for bound in lift)),
        auc_path=auc(good, there.along),
        auc_count=auc(good, there.done.sum(axis=1).astype(np.float64)),
        auc_active=auc(good, after.active[after.account[rows], GRID.index(day)].astype(np.float64)),
        covered=int((along & after.succeeded).sum()),
        won=int(after.succeeded.sum()),
        astray=int((along & ~after.succeeded).sum()),
        lost=int((~after.succeeded).sum()),
    )


def _along_at_decision(found: Found, cases: Watched) -> Flags:
    """Whether each case had done 60 % of some path before its decision."""
    done = cases.reached[cases.account][:, found.columns] < cases.decided[:, None]
    along = np.column_stack([done[:, list(steps)].mean(axis=1) for steps in found.paths])
    return np.asarray(along.max(axis=1) >= ON_THE_WAY)


@dataclass(frozen=True)
class Shuffled:
    """The best candidate's score (`real`), and of how many shufflings the best was as good (`as_good`)."""

    real: float
    as_good: int
    of: int


def shuffled(watched: Watched, selected: Selected, times: int = SHUFFLES, seed: int = 0) -> Shuffled:
    """Shuffle who succeeded within strata, and look how good the best candidate then looks.

    Good: the smaller of the score and of the score without activity, as in selection.
    """
    marks, can = selected.marks, selected.marks.testable
    if not can.any():
        return Shuffled(0.0, 0, 0)
    outcome = _shufflings(watched, times, seed)
    best = np.full(times, -np.inf)
    for day in np.unique(marks.day[can]):
        mine = marks.columns[can & (marks.day == day)]
        best = np.maximum(best, _best(watched, outcome, mine, int(day)))
    real = float(selected.found.least[can].max())
    return Shuffled(real, int((best >= real).sum()), times)


def _best(watched: Watched, outcome: Floats, columns: Ints, day: int) -> Floats:
    rows = np.flatnonzero(watched.decided > day)
    code = watched.stratum[rows]
    done = watched.done(rows, columns, day)
    parts = np.column_stack([done, outcome[rows]]).astype(np.float64)
    raw, left = centred(parts, code), without_activity(watched, rows, parts, day, code)
    size = len(columns)
    return np.asarray(np.minimum(_scores(raw, size), _scores(left, size)).max(axis=0))


def _scores(values: Floats, size: int) -> Floats:
    """Scores of each of the first columns with each of the others."""
    done, outcome = values[:, :size], values[:, size:]
    spread = np.sqrt((done**2).T @ outcome**2)
    return ratio(done.T @ outcome, spread)


def _shufflings(watched: Watched, times: int, seed: int) -> Floats:
    """Cases × times: successes dealt anew within each stratum."""
    rng = np.random.default_rng(seed)
    order = np.argsort(watched.stratum, kind="stable")
    dealt = np.empty((watched.size, times))
    for turn in range(times):
        mixed = np.lexsort((rng.random(watched.size), watched.stratum))
        dealt[order, turn] = watched.succeeded[mixed]
    return dealt


def split_half(watched: Watched) -> float | None:
    """How far two halves of the accounts find the same paths, 0-1.

    Every second account is one half. Each path is compared with the most similar one of the other half: steps
    in both over steps in either; the mean over the paths of both halves. None when neither finds a path.
    """
    odd = watched.account % 2 == 1
    one, other = (find(watched.only(half)).events for half in (odd, ~odd))
    if not one and not other:
        return None
    if not one or not other:
        return 0.0
    alike = np.array([[len(a & b) / len(a | b) for b in other] for a in one])
    return float(np.concatenate([alike.max(axis=0), alike.max(axis=1)]).mean())
