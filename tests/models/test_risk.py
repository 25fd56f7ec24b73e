"""The risk order: points that sum, sentences that are true, priority in money."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest

from models import facts
from models.behaviour import BEHAVIOUR
from models.book import BOOK, book
from models.emotion import EMOTION, emotion
from models.risk import risk
from models.risk_terms import TERMS
from models.silence import LEANING
from tests.models.rows import frame
from tests.models.sample import AS_OF, make
from tests.spaced import spaced

WELL: dict[str, Any] = {
    "segment": "s",
    "behaviour": 60.0,
    "frequency": 60.0,
    "breadth": 70.0,
    "breadth_weight": 0.5,
    "effectiveness_weight": 0.0,
    "frequency_weight": 0.5,
    "reference_n": 40,
    "reference_scope": "segment",
    "usage_stopped": False,
    "age": 200,
    "ratio_28": 1.1,
    "ratio_91": 0.9,
    "distinct_events_91": 5,
    "active_days_28": 12,
    "active_days_prev_28": 12,
    "events_28": 40,
    "active_days_first_90": 30,
    "active_share": 55.0,
    "last_active_on": AS_OF,
}


def order(
    *changes: dict[str, Any], leaning: pl.DataFrame | None = None, **more: dict[str, Any]
) -> pl.DataFrame:
    """The risk of accounts that are well but for the changes; `told` and `paid` add to the others."""
    names = [f"a{number}" for number in range(len(changes))]
    told, paid = more.get("told", {}), more.get("paid", {})
    return risk(
        frame(BOOK, *({"account_id": name, "tenure_days": 200} | paid.get(name, {}) for name in names)),
        frame(
            BEHAVIOUR,
            *({"account_id": name} | WELL | change for name, change in zip(names, changes, strict=True)),
        ),
        frame(
            EMOTION,
            *({"account_id": n, "mood": "never asked", "answers": 0} | told.get(n, {}) for n in names),
        ),
        AS_OF,
        leaning=leaning,
    )


def parts(row: dict[str, Any]) -> dict[str, tuple[float, str]]:
    return {part["term"]: (part["points"], part["sentence"]) for part in json.loads(row["risk_parts"])}


@pytest.mark.parametrize("seed", range(3))
def test_points_sum_to_the_risk(seed: int) -> None:
    company = make(seed)
    live = book(company.accounts, company.subscriptions, AS_OF)
    moods = emotion(live, company.responses, facts.SURVEY_INVITATIONS.empty(), AS_OF)
    found = risk(live, company.behaviour().scores, moods, AS_OF)
    assert found.height == live.height > 40
    for row in found.iter_rows(named=True):
        points = [points for points, _ in parts(row).values()]
        assert sum(points) == pytest.approx(row["risk"], abs=1e-9)
        assert points == sorted(points, reverse=True)
        assert all(sentence.endswith(".") for _, sentence in parts(row).values())
    assert found["risk"].is_between(0, 100).all()
    assert (found["priority"] - found["risk"] / 100 * live["mrr"].fill_null(0)).abs().max() == 0


def test_every_sign_raises_the_risk() -> None:
    worse: list[dict[str, Any]] = [
        {"last_active_on": AS_OF - timedelta(days=20)},
        {"ratio_28": 0.4},
        {"ratio_91": 0.4},
        {"active_share": 5.0},
        {"breadth": 5.0},
    ]
    risks = order({}, *worse)["risk"].to_list()
    assert all(other > risks[0] + 0.5 for other in risks[1:])


def test_feelings_and_renewals_count_where_the_company_knows_them() -> None:
    heard = {"mood": "heard", "answers": 2, "emotion": 80.0, "last_answer_on": AS_OF, "last_nps": 9.0}
    unhappy = heard | {"emotion": 20.0, "last_nps": 2.0, "last_nps_on": AS_OF - timedelta(days=3)}
    silent = {"mood": "silent", "answers": 1, "last_answer_on": AS_OF - timedelta(days=400)}
    found = order(
        *[{}] * 4,
        told={"a0": heard, "a1": unhappy, "a2": silent},
        paid={"a3": {"renewal_on": AS_OF + timedelta(days=9)}, "a0": {"renewal_on": date(2026, 6, 1)}},
    )
    happy, sad, quiet, near = found.iter_rows(named=True)
    assert min(sad["risk"], quiet["risk"], near["risk"]) > happy["risk"] + 3
    assert parts(sad)["detractor"][1] == "Last answered 2 of 10 on 12 Jun 2025."
    assert parts(sad)["emotion"][1] == "Emotion is 20 of 100 after 2 answers."
    assert parts(quiet)["silence"][1] == "Last answer on 11 May 2024."
    points, sentence = parts(near)["renewal"]
    known = sum(term.weight for term in TERMS if not term.name.startswith("effectiveness"))
    assert points == pytest.approx(100 * 14 * 0.9 / known)
    assert sentence == "Renewal on 24 Jun 2025."
    assert "not known" in parts(near)["emotion"][1], "never asked: counted like the average"
    assert "emotion" not in parts(order({}).row(0, named=True)), "nobody was ever asked"


def test_what_answering_tells_moves_the_order_and_is_said() -> None:
    heard = {"mood": "heard", "answers": 1, "emotion": 75.0, "last_answer_on": AS_OF}
    asked = {"a0": (0.0, 4, 2), "a1": (-8.4, 4, 1), "a2": (6.0, 4, 4)}
    leaning = frame(
        LEANING,
        *(
            {"account_id": name, "leaning": points, "times_asked": sent, "times_answered": answered}
            for name, (points, sent, answered) in asked.items()
        ),
    )
    plain, low, high = order({}, {}, {}, told=dict.fromkeys(asked, heard), leaning=leaning).iter_rows(
        named=True
    )
    assert high["risk"] < plain["risk"] < low["risk"]
    assert parts(plain)["emotion"][1] == "Emotion is 75 of 100 after 1 answer."
    assert parts(low)["emotion"][1] == (
        "Emotion is 75 of 100 after 1 answer; 1 of 4 invitations answered, counted as 8 less."
    )
    assert parts(low)["emotion"][0] / parts(plain)["emotion"][0] == pytest.approx((25 + 8.4) / 25)
    assert "counted as 6 more" in parts(high)["emotion"][1]


def test_weights_stretch_over_what_is_known() -> None:
    worst = WELL | {"ratio_28": 0.0, "ratio_91": 0.0, "active_share": 0.0, "breadth": 0.0}
    found = order(worst | {"last_active_on": AS_OF - timedelta(days=90)})
    # Everything known is at its worst but the time as a customer, which is 3 of 63.
    assert found["risk"].to_list() == [pytest.approx(100 * 60 / 63)]


def test_value_events_that_a_company_named_count_more_than_found_ones() -> None:
    few = {"value_events": 1, "effectiveness": 10.0}
    named, found = (
        parts(order(few | {"value_source": source}).row(0, named=True)) for source in ("catalog", "learned")
    )
    assert named["effectiveness"][0] > 2 * found["effectiveness, learned"][0]
    assert spaced(found["effectiveness, learned"][1]).startswith(
        "Value events reached: 1, which equals or beats 10 %"
    )


def test_sentences_say_the_numbers() -> None:
    found = parts(
        order(WELL | {"last_active_on": AS_OF - timedelta(days=1), "ratio_28": 0.38}).row(0, named=True)
    )
    assert found["quiet"][1] == "Last used on 14 Jun 2025; it used to come back every 3 days."
    assert spaced(found["drop 28"][1]) == "Use in the last 28 days is at 38 % of its own first 90 days."
    assert spaced(found["active days"][1]) == (
        "Active on 12 of the last 28 days, which equals or beats 55 % of those who stayed, at that age."
    )


def test_never_used_is_the_worst_quiet() -> None:
    unused = dict.fromkeys(
        ("behaviour", "age", "ratio_28", "ratio_91", "active_share", "last_active_on", "frequency", "breadth")
    )
    found = order({}, unused | {"active_days_28": 0, "active_days_first_90": 0})
    assert found["risk"][1] > found["risk"][0]
    assert parts(found.row(1, named=True))["quiet"][1] == "No use seen so far."


def test_missing_data_is_not_silence() -> None:
    stopped = {"usage_stopped": True, "behaviour": None, "active_share": None, "breadth": None}
    found = order({}, stopped | {"last_active_on": AS_OF - timedelta(days=40)})
    assert found["risk"].to_list() == pytest.approx([found["risk"][0]] * 2)
    assert "not known" in parts(found.row(1, named=True))["quiet"][1]


def test_without_money_the_priority_is_the_risk() -> None:
    assert order({}, {})["priority"].to_list() == (order({}, {})["risk"] / 100).to_list()
    one_pays = order({}, {}, paid={"a0": {"mrr": 200.0}})
    assert one_pays["priority"].to_list() == [2 * one_pays["risk"][0], 0.0]


def test_an_unknown_weight_is_named() -> None:
    with pytest.raises(ValueError, match="no risk term is called luck; there are quiet, active days"):
        risk(BOOK.empty(), BEHAVIOUR.empty(), EMOTION.empty(), AS_OF, weights={"luck": 1})
    assert risk(BOOK.empty(), BEHAVIOUR.empty(), EMOTION.empty(), AS_OF).is_empty()


def test_names_of_the_terms_are_unique() -> None:
    assert len({term.name for term in TERMS}) == len(TERMS)
