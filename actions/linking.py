"""Explaining a new snapshot from the day before it, and the day after it from the new one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import polars as pl

from data_access import snapshots
from data_access.errors import NotFound
from data_access.snapshots import Snapshot
from data_access.store import Store
from data_access.viewer import SYSTEM
from models.emotion import ANSWERS, Felt, Models
from models.links import place
from models.mood import MoodModel
from models.moves import State, moves
from models.scoring import Scored


@dataclass(frozen=True, eq=False)
class Linked:
    """What moved the accounts into the new snapshot, and from it into those that are explained from it."""

    previous: int | None
    moved: pl.DataFrame | None
    onward: Sequence[tuple[int, pl.DataFrame]]

    def steps(self, snapshot_id: int) -> list[tuple[int, int, pl.DataFrame]]:
        """Each step as snapshot, the one it is explained from, and `MOVES`; the new one has this id."""
        onward = [(later, snapshot_id, moved) for later, moved in self.onward]
        if self.previous is None or self.moved is None:
            return onward
        return [(snapshot_id, self.previous, self.moved), *onward]


def linked(store: Store, day: date, scored: Scored) -> Linked:
    """Explain the scores of a day from the day before, and the neighbours that now follow from them.

    Only for the holder of the lock "refresh": the neighbours must not change before the steps are written.
    """
    where = place(snapshots.listing(store.database), day)
    new = State(day, Felt(scored.scores, scored.felt.answers, scored.felt.models), scored.compared)
    before = None if where.previous is None else moves(_state(store, where.previous), new)
    onward = [(later, moves(new, _state(store, later))) for later in where.explained_from_it]
    return Linked(where.previous, before, onward)


def as_notes(models: Models) -> list[dict[str, Any]]:
    """The two models of mood as a snapshot's notes keep them."""
    return [asdict(model) for model in models]


def _state(store: Store, snapshot_id: int) -> State:
    snapshot = snapshots.get(store.database, snapshot_id)
    scores = snapshots.scores(store.database, SYSTEM, snapshot_id)
    answers, models = _answers(store, snapshot)
    return State(snapshot.as_of, Felt(scores, answers, models))


def _answers(store: Store, snapshot: Snapshot) -> tuple[pl.DataFrame, Models]:
    """What the emotion scores stood on; none for a snapshot that another version of Rounds made otherwise."""
    try:
        first, second = (MoodModel(**model) for model in snapshot.notes["moods"])
        kept = snapshots.frame(store.database, SYSTEM, snapshot.snapshot_id, "answers")
    except (KeyError, TypeError, NotFound):
        return ANSWERS.empty(), (MoodModel(), MoodModel())
    return (kept if kept.schema == ANSWERS.schema else ANSWERS.empty()), (first, second)
