"""Reasons in words: they add up, name who said what, and admit what could not be told."""

from __future__ import annotations

from datetime import date, datetime

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import facts
from models.emotion import ANSWERS
from models.snapshot import MOVES, WEEKS
from models.why import CAUSES, Why, apportioned, heard, total, why
from tests.models.rows import frame

SINCE, UNTIL = date(2026, 11, 13), date(2026, 11, 20)
BEFORE = {"behaviour": 70.0, "emotion": 80.0, "active_days_28": 18, "distinct_events_91": 9, "events_28": 90}
AFTER = {"behaviour": 58.0, "emotion": 42.0, "active_days_28": 5, "distinct_events_91": 6, "events_28": 20}
NO_WEEKS, NO_ANSWERS = WEEKS.empty(), ANSWERS.empty()


def answers(**points: float) -> pl.DataFrame:
    rows = [
        {"account_id": "a", "response_id": name, "value": 0.0, "weight": 0.5, "points": value, "mean": 50.0}
        | {"contact_id": "", "day": 0.0, "precision": 1.0, "half": 0}
        for name, value in points.items()
    ]
    return pl.DataFrame(rows, schema=ANSWERS.schema)


def said(*responses: str) -> pl.DataFrame:
    return frame(
        facts.SURVEY_RESPONSES,
        *(
            {
                "response_id": name,
                "account_id": "a",
                "contact_id": "c1",
                "kind": "nps",
                "score": 3.0,
                "responded_at": datetime(2026, 11, 17),
            }
            for name in responses
        ),
    )


CONTACTS = frame(facts.CONTACTS, {"contact_id": "c1", "account_id": "a", "name": "M. Vogel"})


def explained(
    summed: dict[str, float], *, new: tuple[str, ...] = (), **rows: dict[str, object] | None
) -> Why:
    listed = heard(
        answers(old=4.0), answers(old=3.0, **dict.fromkeys(new, -30.0)), said("old", *new), CONTACTS
    )
    before, after = rows.get("before", BEFORE), rows.get("after", AFTER)
    whole = dict.fromkeys(CAUSES, 0.0) | summed
    return why(before, after, whole, listed, NO_WEEKS, (SINCE, UNTIL))


def test_says_what_moved_by_how_much_and_from_where_to_where() -> None:
    found = explained(
        {"frequency_own": -8.7, "breadth_own": -3.4, "frequency_reference": 0.1}
        | {"emotion_new": -37.6, "emotion_fading": -0.4},
        new=("r1",),
    )
    assert found.sentences == [
        "Behaviour −12 since 13 Nov: active days −9 (18 → 5 of 28), suite −3 (9 → 6 events).",
        "Emotion −38 since 13 Nov: survey by M. Vogel −38 (NPS 3 of 10 on 17 Nov).",
    ]


def test_several_answers_share_one_sum() -> None:
    found = explained({"emotion_new": -37.0, "emotion_company": -1.0}, new=("r1", "r2", "r3", "r4"))
    assert found.sentences[1].startswith("Emotion −38 since 13 Nov: 4 new answers −37 (M. Vogel NPS 3 of 10")
    assert found.sentences[1].endswith("; and 1 more), what others answered −1.")


def test_the_others_and_the_weights_are_summed_over_the_parts() -> None:
    found = explained({"frequency_reference": -5.0, "breadth_reference": -3.0, "effectiveness_weights": -4.0})
    assert found.sentences[0] == "Behaviour −12 since 13 Nov: the others moved −8, what counts changed −4."
    assert found.parts["points"].to_list() == [-5.0, -4.0, -3.0]


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        (None, AFTER, "Behaviour 58; it could not be told on 13 Nov."),
        (BEFORE, None, "Behaviour can't be told any more: it is not in the book; it was 70 on 13 Nov."),
        (
            BEFORE,
            {"behaviour": None, "behaviour_note": "no use seen so far"},
            "Behaviour can't be told any more: no use seen so far; it was 70 on 13 Nov.",
        ),
    ],
)
def test_says_what_could_not_be_told(
    before: dict[str, object] | None, after: dict[str, object] | None, sentence: str
) -> None:
    assert explained({}, before=before, after=after).sentences[0] == sentence


def test_a_gap_in_between_has_its_own_points() -> None:
    found = explained({"behaviour_told": -12.0})
    assert found.sentences[0] == "Behaviour −12 since 13 Nov: while it could not be told −12."


def test_nothing_told_says_nothing() -> None:
    assert explained({}, before=None, after=None).sentences == []


def test_steps_count_with_the_sign_of_their_direction() -> None:
    steps = pl.DataFrame(
        [{"snapshot_id": at, "account_id": "a"} | dict.fromkeys(CAUSES, float(at)) for at in (2, 3, 4)],
        schema={"snapshot_id": pl.Int64, **MOVES.schema},
    )
    assert set(total(steps, {2: 1, 3: 1, 4: -1}).values()) == {1.0}
    assert set(total(steps.clear(), {}).values()) == {0.0}


def test_answers_stand_with_their_points_then_and_now() -> None:
    listed = heard(answers(a=1.0, b=2.0), answers(b=1.5, c=-3.0), said("b", "c"), CONTACTS)
    rows = {row["response_id"]: row for row in listed.to_dicts()}
    assert {name: (row["points_before"], row["points_after"], row["new"]) for name, row in rows.items()} == {
        "a": (1.0, None, False),
        "b": (2.0, 1.5, False),
        "c": (None, -3.0, True),
    }
    assert (rows["c"]["who"], rows["c"]["on"]) == ("M. Vogel", date(2026, 11, 17))


def test_weeks_reach_back_as_far_as_the_first_day_looked() -> None:
    used = pl.DataFrame(
        {"account_id": ["a"], "events": [list(range(52))], "active_days": [[1] * 52]}, schema=WEEKS.schema
    )
    found = why(
        BEFORE,
        AFTER,
        dict.fromkeys(CAUSES, 0.0),
        heard(NO_ANSWERS, NO_ANSWERS, said(), CONTACTS),
        used,
        (SINCE, UNTIL),
    )
    assert found.weeks["week_ends"].to_list() == [
        date(2026, 10, 23),
        date(2026, 10, 30),
        date(2026, 11, 6),
        SINCE,
        UNTIL,
    ]
    assert found.weeks["events"].to_list() == [47, 48, 49, 50, 51]


@given(st.lists(st.floats(-50, 50), min_size=1, max_size=8))
def test_whole_points_sum_to_the_whole_change(points: list[float]) -> None:
    whole = apportioned(points)
    assert abs(sum(whole) - sum(points)) <= 0.5 + 1e-9
    assert all(abs(value - point) <= 1 for value, point in zip(whole, points, strict=True))
