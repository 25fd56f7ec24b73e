"""Rules of one's own: what fires, for whom, and what can't be saved."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.exceptions import advance
from models.findings import FINDINGS, KINDS
from models.own_rules import COMPARISONS, Rule, as_body, from_body, hits, in_words, own_findings, troubles
from models.rule_measures import MEASURES, offered, words
from models.snapshot import SCORES

AS_OF = date(2025, 11, 20)
RULE = Rule("Few days", "active_days_28", "below", 5, "Call them.", severity="high", within_days=7)


def scores(*rows: dict[str, Any]) -> pl.DataFrame:
    filled = [{"account_id": f"a{n}", "name": f"A{n}", **row} for n, row in enumerate(rows)]
    return pl.DataFrame(filled, schema=SCORES.schema)


def fired(rule: Rule, *rows: dict[str, Any], findings: pl.DataFrame | None = None) -> list[str]:
    found = FINDINGS.empty() if findings is None else findings
    on = pl.lit(AS_OF).alias("as_of")
    return hits(rule, scores(*rows).with_columns(on), found.with_columns(on))["account_id"].to_list()


@pytest.mark.parametrize(
    ("comparison", "names"),
    [("below", ["a0"]), ("at most", ["a0", "a1"]), ("at least", ["a1", "a2"]), ("above", ["a2"])],
)
def test_each_comparison(comparison: str, names: list[str]) -> None:
    rows = [{"active_days_28": days} for days in (4, 5, 6, None)]
    assert fired(replace(RULE, comparison=comparison), *rows) == names


@pytest.mark.parametrize(
    "only",
    [
        {"segments": ("Small",)},
        {"plans": ("Pro",)},
        {"csms": ("eva",)},
        {"tenure_from": 90, "tenure_to": 100},
    ],
)
def test_each_filter(only: dict[str, Any]) -> None:
    inside = {"segment": "Small", "plan": "Pro", "csm_id": "eva", "tenure_days": 95, "active_days_28": 1}
    outside = {"segment": "Large", "plan": "Free", "csm_id": "tom", "tenure_days": 5, "active_days_28": 1}
    nothing = {"active_days_28": 1}
    assert fired(replace(RULE, **only), inside, outside, nothing) == ["a0"]


def test_days_and_changes_are_measures_too() -> None:
    row = {
        "renewal_on": AS_OF + timedelta(days=30),
        "last_active_on": AS_OF - timedelta(days=9),
        "active_days_28": 3,
        "active_days_prev_28": 10,
    }
    for measure, value in (("days_to_renewal", 30), ("days_since_active", 9), ("active_days_change", -7)):
        exact = replace(RULE, measure=measure, comparison="at least", threshold=value)
        assert fired(exact, row) == ["a0"]
        assert fired(replace(exact, comparison="above"), row) == []


def silent(number: object) -> pl.DataFrame:
    row = {
        "account_id": "a0",
        "kind": "silent",
        "since": AS_OF,
        "severity": 0.5,
        "sentence": "s",
        "evidence": json.dumps({"unanswered": number}),
        "prescription": "p",
        "due_on": None,
    }
    return pl.DataFrame([row], schema=FINDINGS.schema)


def test_a_number_behind_a_finding_is_a_measure() -> None:
    rule = replace(RULE, measure="silent.unanswered", comparison="above", threshold=4)
    assert fired(rule, {}, {}, findings=silent(5)) == ["a0"]
    assert fired(rule, {}, {}, findings=silent(4)) == []
    assert fired(rule, {}, {}, findings=silent(None)) == []
    assert offered(silent(5))["silent.unanswered"] == words("silent.unanswered") == "silent: unanswered"


def test_a_finding_says_the_rules_name_the_value_and_the_threshold() -> None:
    found = own_findings({7: RULE}, scores({"active_days_28": 3}), FINDINGS.empty(), AS_OF).row(0, named=True)
    assert found["sentence"] == "Few days: active days in 28 days 3, below 5."
    assert (found["kind"], found["severity"], found["prescription"]) == ("rule:7", 0.8, "Call them.")
    assert found["due_on"] == AS_OF + timedelta(days=7)
    assert json.loads(found["evidence"])["value"] == 3.0


def test_an_open_exception_keeps_the_day_it_began() -> None:
    known = pl.DataFrame(
        schema={
            "account_id": pl.String,
            "kind": pl.String,
            "first_seen": pl.Date,
            "last_seen": pl.Date,
            "closed_on": pl.Date,
            "times_opened": pl.Int64,
        }
    )
    book = scores({"active_days_28": 3})
    first = advance(known, own_findings({7: RULE}, book, FINDINGS.empty(), AS_OF), AS_OF).opened
    later = AS_OF + timedelta(days=7)
    again = own_findings({7: RULE}, book, FINDINGS.empty(), later)
    kept = advance(first.with_columns(closed_on=pl.lit(None, pl.Date)), again, later)
    assert kept.still.select("since", "first_seen", "last_seen").row(0) == (AS_OF, AS_OF, later)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"name": " "}, "name"),
        ({"measure": "mood"}, "measure mood"),
        ({"comparison": "under"}, "Compare"),
        ({"threshold": float("nan")}, "plain number"),
        ({"prescription": ""}, "what to do"),
        ({"severity": "mad"}, "serious"),
        ({"within_days": 0}, "between 1 and 365"),
        ({"tenure_from": 9, "tenure_to": 3}, "smaller"),
    ],
)
def test_what_cannot_be_saved_says_why(change: dict[str, Any], said: str) -> None:
    assert troubles(RULE) == []
    (sentence,) = troubles(replace(RULE, **change))
    assert said in sentence


@given(
    st.sampled_from(sorted(MEASURES)),
    st.sampled_from(COMPARISONS),
    st.floats(-1e6, 1e6),
    st.lists(st.text(max_size=5), max_size=2).map(tuple),
)
def test_a_stored_rule_comes_back_the_same(
    measure: str, comparison: str, at: float, plans: tuple[str, ...]
) -> None:
    rule = replace(RULE, measure=measure, comparison=comparison, threshold=at, plans=plans)
    assert from_body(as_body(rule)) == rule
    assert in_words(rule).startswith(words(measure))


def test_every_measure_can_be_evaluated_and_no_kind_hides_one() -> None:
    on = scores({}).with_columns(as_of=pl.lit(AS_OF))
    for name, measure in MEASURES.items():
        assert on.select(measure.value).height == 1, name
        assert set(measure.needs) <= set(SCORES.names)
        assert name.partition(".")[0] not in KINDS
