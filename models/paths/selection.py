"""Which candidates are milestones: the tests, who else belongs to them, and what is the same twice."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from models.paths.landmarks import Landmarks, landmarks
from models.paths.scores import Scored, omnibus, passing, scored
from models.paths.watched import Flags, Ints, Watched

FALSE_RATE = 0.05
CLEAR = 1.645
STRICT = 0.005
LOOSE = 0.10
LOOSE_ADJUSTED = 0.5
LINK = 0.5
FEWEST = 8
TWIN = 0.95
TWIN_DAYS = 1.0


@dataclass(frozen=True)
class Selected:
    """First uses as milestones. `marks` and `found` have an entry a tested or barred first use; `chosen`
    and `added` (linked, or found in the residual round) say which are milestones; `twin` is the column
    of `watched.candidates` that a duplicate repeats, -1 for none; `chance` is the omnibus p."""

    marks: Landmarks
    found: Scored
    chosen: Flags
    added: Flags
    twin: Ints
    chance: float

    @property
    def milestones(self) -> Ints:
        """Entries that are milestones, the clearest first."""
        mine = np.flatnonzero(self.chosen)
        return mine[np.argsort(-self.found.z[mine], kind="stable")]

    def with_added(self, more: Flags) -> Selected:
        return replace(self, chosen=self.chosen | more, added=self.added | more)


def select(watched: Watched) -> Selected:
    """Test the first use of every event.

    Milestones are those that pass Benjamini and Hochberg at 5 % and stay clear (adjusted z above 1.645) once
    activity is taken out, if the best of all is beyond what noise gives (p up to .005); then those that are
    weaker (p up to .10, adjusted z from .5) but linked to one of these. Duplicates keep the clearer.
    """
    marks = landmarks(watched, watched.events())
    found = scored(watched, marks.columns, marks.day)
    can = marks.testable
    tested = Scored(found.z[can], found.adjusted[can], found.log_odds[can], found.parts[:, can])
    chance = omnibus(tested) if can.any() else 1.0
    clear = np.zeros(len(can), dtype=bool)
    if chance <= STRICT:
        clear[can] = passing(tested.p, FALSE_RATE) & (tested.adjusted > CLEAR)
    weak = can & ~clear & (found.p <= LOOSE) & (found.adjusted >= LOOSE_ADJUSTED)
    linked = weak & _linked(watched, marks, clear)
    twin = _twins(watched, marks, found, clear | linked)
    chosen = (clear | linked) & (twin < 0)
    return Selected(marks, found, chosen, linked & chosen, twin, chance)


def _linked(watched: Watched, marks: Landmarks, clear: Flags) -> Flags:
    """Candidates that go with one of the clear ones: half of either did the other, at least 8 did both,
    and doing the clear one at least doubles the share."""
    done = (watched.reached[:, marks.columns] < watched.last[:, None]).astype(np.float64)
    count, joint, total = done.sum(axis=0), done.T @ done, len(done)
    with np.errstate(divide="ignore", invalid="ignore"):
        given = joint / count[None, :]
        without = (count[:, None] - joint) / (total - count)[None, :]
        back = joint / count[:, None]
    near = (np.fmax(given, back) >= LINK) & (given >= 2 * without) & (joint >= FEWEST)
    return np.asarray((near & clear[None, :]).any(axis=1))


def _twins(watched: Watched, marks: Landmarks, found: Scored, among: Flags) -> Ints:
    """For each candidate the clearer one that the same accounts did within a day of it, or -1."""
    twin = np.full(len(among), -1, dtype=np.int64)
    order = np.flatnonzero(among)[np.argsort(-found.z[among], kind="stable")]
    day = watched.reached[:, marks.columns]
    did = day < watched.last[:, None]
    for k, later in enumerate(order):
        for first in order[:k]:
            both, either = did[:, first] & did[:, later], did[:, first] | did[:, later]
            apart = np.abs(day[both, first] - day[both, later])
            if both.sum() > TWIN * either.sum() and np.median(apart) <= TWIN_DAYS and twin[first] < 0:
                twin[later] = marks.columns[first]
                break
    return twin


def overlooked(watched: Watched, selected: Selected, behind: Flags) -> Flags:
    """First uses that tell apart the cases which none of the paths explains (`behind`): the residual round.

    They must pass as the first ones did, among those cases alone.
    """
    marks = selected.marks
    free = marks.testable & ~selected.chosen & (selected.twin < 0)
    more = np.zeros(len(free), dtype=bool)
    if not free.any() or not behind.any():
        return more
    again = scored(watched, marks.columns[free], marks.day[free], among=behind)
    more[free] = passing(again.p, FALSE_RATE) & (again.adjusted > CLEAR) & (again.p <= STRICT)
    return more


def depth(watched: Watched) -> tuple[Landmarks, Scored, Flags]:
    """The same question for the second, third … day of use: a sign of intensity, never a step.

    Bonferroni at .005; activity is what it measures, so it is not taken out.
    """
    columns = np.flatnonzero([nth > 1 for _, nth in watched.candidates])
    marks = landmarks(watched, columns)
    found = scored(watched, columns, marks.day)
    tested = marks.testable
    holds = tested & (found.p <= STRICT / max(int(tested.sum()), 1))
    return marks, found, holds
