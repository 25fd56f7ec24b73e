"""Settings in words, and the counts behind each definition of success."""

from __future__ import annotations

from datetime import date

from models import facts
from models.settings_words import definitions, difference, success_counts, told
from tests.models.rows import frame

ACCOUNTS = frame(
    facts.ACCOUNTS,
    {"account_id": "a", "signed_on": date(2023, 1, 1), "outcome": "pass", "outcome_on": date(2023, 6, 1)},
    {"account_id": "b", "signed_on": date(2023, 1, 1), "churned_on": date(2023, 2, 1)},
    {"account_id": "c", "signed_on": date(2023, 1, 1)},
)


def test_every_definition_is_counted_before_it_is_chosen() -> None:
    offered = definitions(ACCOUNTS, {})
    assert [one["kind"] for one in offered] == ["renewed", *["alive_after_days"] * 3, "outcome"]
    counts = success_counts(ACCOUNTS, facts.SUBSCRIPTIONS.empty(), date(2023, 12, 31), offered)
    by_words = {row["definition"]: row for row in counts.iter_rows(named=True)}
    after_90 = by_words["still a customer after 90 days, and not paying less"]
    assert (after_90["decided"], after_90["succeeded"]) == (3, 2)
    passed = by_words["ended with pass"]
    assert (passed["decided"], passed["succeeded"], passed["recent"]) == (2, 1, 1)


def test_the_one_in_force_comes_first_and_once() -> None:
    offered = definitions(ACCOUNTS, {"kind": "alive_after_days", "days": 180})
    assert offered[0] == {"kind": "alive_after_days", "days": 180}
    assert sum(one.get("days") == 180 for one in offered) == 1


def test_a_difference_names_only_what_changed() -> None:
    before = {"weights": {"frequency": 30, "effectiveness": 40, "breadth": 30}, "capacity": 8}
    after = {"success": {"kind": "outcome", "values": ["pass", "merit"]}, "odd": 1}
    assert difference(before, after) == [
        "Success: renewed at a decision date → ended with pass or merit",
        "Weights: frequency 30, effectiveness 40, breadth 30 → "
        "usual: frequency 30, effectiveness 40, breadth 30",
        "odd: not set → 1",
    ]
    assert difference(after, after) == []
    assert told({})["Calls a day"] == "8"


def test_what_else_was_chosen_is_said_in_words() -> None:
    told_now = told({"first_value_days": 30, "value": {"churn_cost": 2.5, "other": None}})
    assert told_now["First value"] == "within 30 days of signing"
    assert told_now["Costs where not known"] == "churn cost 2.5"
    assert difference({}, {"first_value_days": 30}) == ["First value: not set → within 30 days of signing"]


def test_the_budget_and_the_days_to_an_answer_are_said_in_words() -> None:
    said = told({"alert_budget": 9, "reply_days": {"email": 1.5, "chat": 1.0}})
    assert said["New exceptions"] == "at most 9 a week for each CSM"
    assert said["Answers"] == "chat within 1 working days, email within 1.5 working days"
