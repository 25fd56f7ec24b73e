"""How far the book has come, and the flat tables that a screen and an export share."""

from __future__ import annotations

from typing import Any

import polars as pl

from models.paths.adopted import HappyPath, PathStep, tidy
from models.paths.frames import STEPS
from models.paths.funnel import funnel, states_by
from models.paths.prescribed import Prescribed, adopted_as, steps_of
from models.paths.progress_frames import PROGRESS, STEP_TIMES
from models.paths.tables import path_table, progress_table
from models.snapshot import SCORES
from tests.models.rows import frame

WAY = tidy(HappyPath("Way", (PathStep("A", 1, event="a"), PathStep("B", 2, event="b"))))
LONE = tidy(HappyPath("Lone", (PathStep("A", 1, event="a"),)))
STEPS_NOW = steps_of([Prescribed("found 1", WAY), adopted_as(4, 2, LONE)])


def row(name: str, state: str, next_step: str | None, **told: Any) -> dict[str, Any]:
    counts = {"done": 1, "steps": 2, "position": 1, "distance": 0, "days_since_start": 9, "watched": True}
    lists: dict[str, list[str]] = {"skipped": [], "swapped": [], "looped": []}
    known = {"account_id": name, "path_key": "found 1", "path": "Way", "state": state, "next_step": next_step}
    return {**known, **counts, **lists, "sentence": "Said.", **told}


def time(name: str, step: str, position: int, state: str) -> dict[str, Any]:
    known = {"account_id": name, "path_key": "found 1", "step": step, "position": position}
    return {**known, "label": step.upper(), "kind": "data", "state": state}


PROGRESS_NOW = frame(
    PROGRESS,
    row("a", "stuck", "b#1"),
    row("b", "on track", "b#1", skipped=["A"], swapped=["B before A", "C before B"]),
    row("c", "done", None),
    row("d", "not started", None, path_key=None, path=None),
)
TIMES_NOW = frame(
    STEP_TIMES,
    *(time("a", "a#1", 1, "done"), time("a", "b#1", 2, "current")),
    *(time("b", "a#1", 1, "skipped"), time("b", "b#1", 2, "current")),
    *(time("c", "a#1", 1, "done"), time("c", "b#1", 2, "done")),
)


def test_every_step_counts_who_did_it_and_who_waits() -> None:
    counted = funnel(STEPS_NOW, PROGRESS_NOW, TIMES_NOW)

    columns = ("path", "label", "accounts", "done", "share", "waiting", "stuck", "skipped")
    assert counted.select(columns).rows() == [
        ("Lone", "A", 0, 0, None, 0, 0, 0),
        ("Way", "A", 3, 2, 2 / 3, 0, 0, 1),
        ("Way", "B", 3, 1, 1 / 3, 2, 1, 0),
    ]


def test_states_are_counted_by_any_column() -> None:
    whose = PROGRESS_NOW.with_columns(csm=pl.Series(["Jo", "Jo", "Eva", "Eva"], dtype=pl.String))

    told = states_by(whose, "csm")

    assert told.select("of", "accounts", "stuck_share").rows() == [("Jo", 2, 0.5), ("Eva", 2, 0.0)]
    counts = told.drop("of", "accounts", "stuck_share")
    assert counts.sum_horizontal().to_list() == [2, 2]
    assert [[state for state in counts.columns if row[state]] for row in counts.to_dicts()] == [
        ["stuck", "on track"],
        ["done", "not started"],
    ]


def test_the_table_of_paths_has_what_was_found_beside_what_the_book_did() -> None:
    found = {"path": 1, "position": 2, "event": "b", "nth": 1, "label": "B", "n": 40, "prevalence": 0.8}
    found |= {"base_rate": 0.5, "landmark": 30, "lift": 1.6, "lift_low": 1.2, "lift_high": 2.1}

    table = path_table(STEPS_NOW, funnel(STEPS_NOW, PROGRESS_NOW, TIMES_NOW), frame(STEPS, found))

    assert table.select("path", "source", "label", "n", "lift", "waiting").rows() == [
        ("Way", "found", "A", None, None, 0),
        ("Way", "found", "B", 40, 1.6, 2),
        ("Lone", "adopted", "A", None, None, 0),
    ]


def test_the_table_of_progress_names_accounts_and_joins_lists() -> None:
    told = {"mrr": 1.0, "segment": "Small", "csm_id": "C1"}
    scores = frame(SCORES, *({"account_id": name, "name": f"Z{name}", **told} for name in "dcab"))

    table = progress_table(PROGRESS_NOW, scores)

    assert table["name"].to_list() == ["Za", "Zb", "Zc", "Zd"]
    assert table["swapped"].to_list() == ["", "B before A; C before B", "", ""]
