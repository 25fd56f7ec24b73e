"""An adopted path: made from a found one, checked, stored and read again, and compared in words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from models.paths.adopted import (
    HappyPath,
    PathStep,
    as_body,
    differences,
    from_body,
    from_found,
    in_order,
    tidy,
    troubles,
)
from models.paths.frames import PATHS, STEPS
from tests.models.rows import frame

IMPORT = PathStep("Import", 1, event="customers.imported", median_days=5.0)
INVITE = PathStep("Invite", 2, event="team.invited")
PLAN = tidy(HappyPath("Plan first", (IMPORT, INVITE)))
FOUND = frame(
    PATHS,
    {
        **{"path": 1, "name": "Import to Invite", "kind": "steps", "why": "", "steps": 2},
        **{"support": 40, "coverage": 0.5, "landmark": 60},
    },
)


def found_step(event: str, position: int, label: str) -> dict[str, object]:
    counted = {"n": 40, "prevalence": 0.9, "base_rate": 0.5, "landmark": 30, "nth": 1, "path": 1}
    days = {"median_days": 5.0, "p85_days": 9.0, "gap_median": 5.0}
    return {"event": event, "position": position, "label": label, **counted, **days}


def test_a_found_path_keeps_its_order_and_its_days() -> None:
    steps = frame(STEPS, found_step("b", 2, "B"), found_step("c", 1, "C"), found_step("a", 1, "A"))

    path = from_found(FOUND, steps, 1, "found as of 2026-10-31, path 1")

    assert (path.name, in_order(path), path.origin) == (
        "Import to Invite",
        "A and C, B",
        "found as of 2026-10-31, path 1",
    )
    first = path.steps[0]
    assert (first.key, first.median_days, first.p85_days, first.gap_p85) == ("a#1", 5.0, 9.0, None)
    assert troubles(path) == []
    with pytest.raises(ValueError, match="no found path 2; there are 1"):
        from_found(FOUND, steps, 2)


def test_it_is_read_as_it_was_stored() -> None:
    whole = replace(PLAN, gives="Grüße", segment="Small", steps=(replace(IMPORT, content=(3, 1)), INVITE))

    assert from_body(as_body(whole)) == whole
    later = as_body(PLAN).replace('"gives"', '"unknown": 1, "gives"').replace('"nth"', '"colour": 2, "nth"')
    assert from_body(later) == PLAN


def test_steps_by_hand_get_keys_of_their_own_and_keep_them() -> None:
    call = PathStep("Call", 1, "manual", event="x", nth=4, who=" CSM ")
    path = tidy(HappyPath("P", (call, replace(call, position=7), INVITE)))

    assert [step.key for step in path.steps] == ["by hand: call", "team.invited#1", "by hand: call 2"]
    assert [step.position for step in path.steps] == [1, 2, 3]
    assert (path.steps[0].event, path.steps[0].nth, path.steps[0].who) == ("", 1, "CSM")
    renamed = tidy(replace(path, steps=(replace(path.steps[0], name="Meeting"), *path.steps[1:])))
    assert [step.key for step in renamed.steps] == [step.key for step in path.steps]


@pytest.mark.parametrize(
    ("path", "said"),
    [
        (replace(PLAN, name=" "), "Give the path a name."),
        (replace(PLAN, steps=()), "A path needs at least one step."),
        (replace(PLAN, steps=(replace(IMPORT, name=""),)), "Give step 1 a name."),
        (replace(PLAN, steps=(replace(IMPORT, event=" "),)), "Say which event makes “Import”."),
        (replace(PLAN, steps=(replace(IMPORT, nth=0),)), "The day that makes “Import” counts from 1."),
        (replace(PLAN, steps=(replace(IMPORT, target_days=0),)), "The target of “Import” lies between"),
        (replace(PLAN, steps=(IMPORT, IMPORT)), "Two steps are the same: customers.imported, day 1."),
        (replace(PLAN, steps=tuple(replace(IMPORT, nth=n) for n in range(1, 14))), "at most 12 steps"),
    ],
)
def test_what_has_to_be_mended_is_said(path: HappyPath, said: str) -> None:
    sentences = troubles(path)
    assert len(sentences) == 1
    assert said in sentences[0]


def test_two_versions_are_compared_in_words() -> None:
    call = PathStep("Call", 1, "manual", who="CSM")
    after = tidy(
        replace(
            PLAN,
            name="Plan well",
            segment="Small",
            gives="A plan that holds.",
            steps=(
                call,
                replace(INVITE, position=2, target_days=14),
                replace(IMPORT, position=3, content=(4, 5)),
            ),
        )
    )

    assert differences(PLAN, after, {4: "Starter guide"}) == [
        "Name: Plan first → Plan well.",
        "What the customer gets: nothing → A plan that holds.",
        "Segment: nothing → Small.",
        "Step added: Call, at the beginning.",
        "Order: Import, Invite → Call, Invite, Import.",
        "Invite, target days: none → 14.",
        "Import, pieces to send: none → Starter guide, piece 5.",
    ]
    assert differences(after, PLAN)[3:5] == [
        "Step taken out: Call.",
        "Order: Call, Invite, Import → Import, Invite.",
    ]
    assert differences(PLAN, PLAN) == []


def test_a_new_step_in_between_is_no_new_order() -> None:
    middle = tidy(
        replace(PLAN, steps=(IMPORT, PathStep("Sync", 2, event="sync"), replace(INVITE, position=3)))
    )

    assert differences(PLAN, middle) == ["Step added: Sync, after Import."]
