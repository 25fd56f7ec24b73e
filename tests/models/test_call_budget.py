"""The alert budget in the call list: who is called, who is left out, and with which words."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import polars as pl

from data_access.exceptions import EXCEPTIONS
from data_access.tasks import TASKS
from models.call_budget import budget_from
from models.calls import CallList
from models.effects.day import Known, trial_plan
from models.facts import CONTACTS
from models.snapshot import SCORES
from tests.models.rows import frame

DAY = date(2026, 3, 2)
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


def exception(n: int, account: str, kind: str = "declined", **more: Any) -> dict[str, Any]:
    base = {"exception_id": n, "account_id": account, "kind": kind, "sentence": f"s{n}", "evidence": "{}"}
    words = {"prescription": "p", "severity": 0.5, "times_opened": 1, "version": 1}
    return {**base, **words, "first_seen": DAY, "last_seen": DAY, "since": DAY, **more}


def planned(a_week: int, *rows: dict[str, Any], tasks: pl.DataFrame | None = None) -> CallList:
    scores = frame(
        SCORES,
        *(
            {"account_id": one, "name": one, "csm_id": "eva", "mrr": mrr, "risk": 50.0, "priority": mrr / 2}
            for one, mrr in (("a", 300.0), ("b", 200.0), ("c", 100.0))
        ),
    )
    every = frame(EXCEPTIONS, *rows)
    budget = budget_from({"alert_budget": a_week}, every, scores, DAY)
    still = every.filter(pl.col("closed_on").is_null())
    done = TASKS.empty() if tasks is None else tasks
    return trial_plan(still, scores, CONTACTS.empty(), done, NOW, Known(), budget=budget)


def test_the_budget_leaves_out_those_with_least_at_stake_and_says_so() -> None:
    listed = planned(2, *(exception(n, one) for n, one in enumerate("abc")))
    assert listed.calls["account_id"].to_list() == ["a", "b"]
    assert listed.left_out.select("account_id", "csm_id").rows() == [("c", "eva")]
    assert listed.left_out["sentence"][0].startswith("Over the alert budget: only the 2 new exceptions")
    assert planned(3, *(exception(n, one) for n, one in enumerate("abc"))).left_out.is_empty()


def test_an_unhappy_answer_and_another_reason_come_on_top() -> None:
    listed = planned(
        1, exception(1, "a"), exception(2, "b", "detractor"), exception(3, "b"), exception(4, "c")
    )
    assert listed.calls["account_id"].sort().to_list() == ["a", "b"]
    reasons = dict(listed.calls.select("account_id", "kinds").iter_rows())
    assert reasons["b"] == ["detractor"]
    assert listed.left_out["account_id"].to_list() == ["c"]


def test_what_was_snoozed_judged_false_or_put_there_by_hand_is_not_over_the_budget() -> None:
    asleep = exception(2, "b", snoozed_until=date(2026, 3, 9), snooze_reason="r")
    by_hand = frame(
        TASKS,
        {"task_id": 1, "account_id": "c", "state": "open", "origin": "hand", "reasons": "[]", "version": 1}
        | {"created_at": datetime(2026, 3, 1), "created_by": "eva", "due_on": DAY},
    )
    listed = planned(1, exception(1, "a"), asleep, exception(3, "c"), tasks=by_hand)
    assert listed.calls["account_id"].sort().to_list() == ["a", "c"]
    assert listed.left_out.is_empty()
