"""Which decisions teach: every term won, leaving, and nothing of what was not watched."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl

from models.decisions import Success
from models.facts import ACCOUNT_DAYS, ACCOUNTS, EVENT_SPANS, SUBSCRIPTIONS
from models.paths.cases import AT_ONCE, BEFORE_USAGE, UNDECIDED, UNKNOWN_START, cases
from models.paths.frames import Learnable

AS_OF = date(2026, 6, 30)
FIRST_DAY = date(2024, 1, 1)


def _accounts(*rows: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=ACCOUNTS.schema)


def _terms(*rows: tuple[str, str, date, date | None]) -> pl.DataFrame:
    told = [(account, product, start, end, 100.0, "EUR") for account, product, start, end in rows]
    return pl.DataFrame(told, schema=SUBSCRIPTIONS.schema, orient="row")


def _days() -> pl.DataFrame:
    return pl.DataFrame([("z", FIRST_DAY, 1, 1.0, 1)], schema=ACCOUNT_DAYS.schema, orient="row")


def _learn(accounts: pl.DataFrame, terms: pl.DataFrame, success: Success | None = None) -> Learnable:
    return cases(accounts, terms, _days(), AS_OF, success)


def _told(learnable: Learnable) -> list[tuple[Any, ...]]:
    return learnable.cases.select("case_id", "decided_on", "succeeded").rows()


def test_every_term_won_is_a_success_and_leaving_ends_the_row() -> None:
    accounts = _accounts(
        {"account_id": "a", "signed_on": date(2024, 1, 1), "churned_on": date(2026, 1, 1), "segment": "S"}
    )
    terms = _terms(
        ("a", "Platform", date(2024, 1, 1), date(2025, 1, 1)),
        ("a", "Platform", date(2025, 1, 1), date(2026, 1, 1)),
    )
    assert _told(_learn(accounts, terms)) == [
        ("a#1", date(2025, 1, 1), True),
        ("a#2", date(2026, 1, 1), False),
    ]


def test_an_add_on_that_ends_decides_nothing_but_a_changed_plan_does() -> None:
    accounts = _accounts({"account_id": "a", "signed_on": date(2024, 1, 1)})
    addon = _terms(
        ("a", "Platform", date(2024, 1, 1), None),
        ("a", "Extra", date(2024, 2, 1), date(2024, 8, 1)),
    )
    assert _told(_learn(accounts, addon)) == []
    plan = _terms(
        ("a", "Small", date(2024, 1, 1), date(2025, 1, 1)),
        ("a", "Large", date(2025, 1, 10), None),
    )
    assert _told(_learn(accounts, plan)) == [("a#1", date(2025, 1, 1), True)]


def test_invoices_are_no_terms_and_a_renewal_day_counts_where_no_term_is_known() -> None:
    accounts = _accounts(
        {"account_id": "a", "signed_on": date(2025, 1, 1), "renewal_on": date(2026, 1, 1)},
        {"account_id": "b", "signed_on": date(2025, 1, 1), "renewal_on": date(2027, 1, 1)},
    )
    monthly = _terms(
        ("a", "P", date(2025, 1, 1), date(2025, 2, 1)), ("a", "P", date(2025, 2, 1), date(2025, 3, 1))
    )
    learned = _learn(accounts, monthly)
    assert _told(learned) == [("a#1", date(2026, 1, 1), True)]
    assert learned.left_out == {UNDECIDED: 1}


def test_who_teaches_nothing_is_counted_by_reason() -> None:
    gone = {"churned_on": date(2025, 6, 1)}
    accounts = _accounts(
        {"account_id": "early", "signed_on": date(2023, 12, 31), **gone},
        {"account_id": "unknown", "signed_on": None, **gone},
        {"account_id": "open", "signed_on": date(2025, 1, 1)},
        {"account_id": "ahead", "signed_on": date(2025, 1, 1), "churned_on": date(2026, 7, 1)},
        {"account_id": "at once", "signed_on": date(2025, 6, 1), **gone},
        {"account_id": "later", "signed_on": date(2026, 7, 1)},
        {"account_id": "left", "signed_on": date(2025, 1, 1), **gone},
    )
    learned = _learn(accounts, _terms())
    assert _told(learned) == [("left#1", date(2025, 6, 1), False)]
    assert learned.cases["segment"].to_list() == [""]
    assert learned.left_out == {BEFORE_USAGE: 1, UNKNOWN_START: 1, UNDECIDED: 2, AT_ONCE: 1}


def test_outcomes_and_staying_alive_are_decided_once_the_earliest_day() -> None:
    accounts = _accounts(
        {"account_id": "a", "signed_on": date(2025, 1, 1), "outcome": "Pass", "outcome_on": date(2025, 9, 1)},
        {"account_id": "b", "signed_on": date(2025, 1, 1), "churned_on": date(2025, 3, 1)},
        {"account_id": "c", "signed_on": date(2025, 1, 1), "churned_on": date(2026, 3, 1)},
    )
    graded = _learn(accounts, _terms(), Success("outcome", ("pass",)))
    assert _told(graded) == [
        ("a#1", date(2025, 9, 1), True),
        ("b#1", date(2025, 3, 1), False),
        ("c#1", date(2026, 3, 1), False),
    ]
    alive = _learn(accounts, _terms(), Success("alive_after_days", days=180))
    assert _told(alive) == [
        ("a#1", date(2025, 6, 30), True),
        ("b#1", date(2025, 3, 1), False),
        ("c#1", date(2025, 6, 30), True),
    ]


def test_an_event_reached_is_a_success_on_its_first_day() -> None:
    accounts = _accounts(
        {"account_id": "a", "signed_on": date(2025, 1, 1), "churned_on": date(2025, 9, 1)},
        {"account_id": "b", "signed_on": date(2025, 1, 1), "churned_on": date(2025, 3, 1)},
    )
    at = pl.Series([date(2025, 2, 1)]).cast(pl.Datetime("us"))
    spans = pl.DataFrame(
        {
            "account_id": ["a"],
            "event": ["won"],
            "events": [1],
            "quantity": [1.0],
            "first_at": at,
            "last_at": at,
        },
        schema=EVENT_SPANS.schema,
    )
    learned = cases(accounts, _terms(), _days(), AS_OF, Success("event", event="won"), spans)
    assert _told(learned) == [("a#1", date(2025, 2, 1), True), ("b#1", date(2025, 3, 1), False)]
