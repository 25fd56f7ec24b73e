"""Happy paths in words: who is stuck, what was found, steps with what is known of each."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from components.paths_words import (
    found_words,
    legend,
    prescriptions,
    steps_table,
    stuck_sentence,
    unknown,
    verdict,
)
from models.paths.adopted import HappyPath, PathStep, tidy
from models.paths.frames import PATHS, STEPS, nothing
from models.paths.picture import picture
from tests.models.paths.test_picture import PLAN, one, placed, prescribed
from tests.spaced import spaced


def test_the_first_three_are_named_with_their_step_and_what_the_successful_needed() -> None:
    many = [one(f"A{n}", PLAN, "stuck", 1, 50 - n) | {"next": "Invite *all*"} for n in range(5)]

    said = stuck_sentence(placed(*many, one("Z", PLAN, "on track", 1, 2)), "your", 6)

    assert said.startswith(
        "**5 of your 6 accounts are stuck on a step.** Call first: **Name A0**, 50 days before "
        "“Invite \\*all\\*” (half of the successful needed 12 or less). Then **Name A1**, 49 days"
    )
    assert "A2" in said
    assert "A3" not in said
    some = [*many[:2], many[2] | {"stale": True}]
    said = stuck_sentence(placed(*some), "your", 3)
    assert said.startswith(
        "**3 of your 3 accounts are stuck on a step; 2 got stuck in the last three months.**"
    )


def test_one_is_stuck_none_is_and_filters_are_said() -> None:
    alone = placed(one("A", PLAN, "stuck", 1, 1) | {"next": "Invite", "usual": None})
    assert stuck_sentence(alone, "your", 1) == (
        "**1 of your 1 account is stuck on a step.** Call first: **Name A**, 1 day before “Invite”."
    )
    assert stuck_sentence(alone, "the", 9).startswith(
        "**1 of these 1 account (9 in the book) is stuck on a step.**"
    )
    assert "None of the 0 accounts" in stuck_sentence(placed(), "the", 0)


def path() -> HappyPath:
    steps = (
        PathStep("Import", 1, event="a", median_days=5.4, p85_days=None, target_days=14, advice="Call them"),
        PathStep("Kick-off", 1, "manual", who="CSM"),
        PathStep("Report", 2, event="b", nth=3, content=(7, 8)),
    )
    return tidy(HappyPath("Plan", steps))


def known() -> pl.DataFrame:
    base: dict[str, object] = dict.fromkeys(STEPS.names) | {"nth": 1, "n": 200, "base_rate": 0.41}
    rows = [
        base | {"path": 1, "event": "a", "lift": 9.0},
        base | {"path": 2, "event": "a", "lift": 1.4, "lift_low": 1.2, "lift_high": 1.7},
        base | {"path": 2, "event": "b", "nth": 3},
    ]
    return pl.DataFrame(rows, STEPS.schema)


def test_a_step_shows_what_the_nearest_found_path_knows_of_it() -> None:
    lines = spaced(steps_table(path(), known())).splitlines()[2:]

    assert lines == [
        "| 1. **Import** | 5 | – | 200 | 41 % | 1.4 times [1.2–1.7] | day 14 |",
        "| and **Kick\\-off** *(ticked by CSM)* | – | – | – | – | – | – |",
        "| 2. **Report**, on 3 days | – | – | 200 | 41 % | – | – |",
    ]


def test_advice_and_pieces_are_said_where_there_are_some() -> None:
    assert prescriptions(path(), {7: "**Film**"}) == [
        "- **Import**: Call them",
        "- **Report**: Send **Film**",
    ]
    assert prescriptions(replace(path(), steps=()), {}) == []


def test_a_step_without_days_and_an_event_that_nobody_did_are_said() -> None:
    said = unknown(path(), {"a"})
    assert said == [
        "“b” is not among the events on record: check how it is written, or nobody gets past “Report”.",
        "How long the successful took is not known for “Import”: nobody counts as stuck there. With a target "
        "day, who is past it counts as behind.",
    ]
    learned = replace(path(), steps=tuple(replace(step, gap_median=3.0) for step in path().steps))
    assert unknown(learned, {"a", "b"}) == []
    assert unknown(learned, ()) == [], "where no event is known, none is called a stranger"


def test_every_verdict_is_said() -> None:
    none = nothing("Too few decisions.")
    found = PATHS.empty().clear(2)
    assert verdict(none) == "No path was found in this data."
    assert "how much customers use it" in verdict(replace(none, verdict="intensity"))
    assert "not in which order: 2 checklists" in verdict(replace(none, verdict="checklist", paths=found))
    assert verdict(replace(none, verdict="paths", paths=found)) == "The successful follow 2 paths."


def test_a_found_path_says_its_support_and_lift() -> None:
    row: dict[str, object] = {"support": 212, "coverage": 0.33, "landmark": 60, "why": "Order is kept."}
    lifted = row | {"lift": 1.4, "lift_low": 1.2, "lift_high": 1.7}
    assert spaced(found_words(lifted)) == (
        "212 successful accounts are nearest to it (33 %). Who had done 60 % of it by day 60 succeeded "
        "1.4 times [1.2–1.7] as often as the others. Order is kept\\."
    )
    assert "times" not in found_words(row | {"lift": None})


def test_the_legend_says_who_is_counted() -> None:
    many = [one(f"A{n:03}", PLAN, "stuck", 1, 99) for n in range(60)]
    assert "12 of 60 accounts with a row of their own" in legend(picture(placed(*many), prescribed()))
    assert "row of their own" not in legend(picture(placed(many[0]), prescribed()))
