"""Time to first value: who got there and when, censored ones, cohorts, trials, targets and late ones."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.decisions import DECISIONS
from models.facts import ACCOUNTS, EVENT_SPANS
from models.first_value import FirstValue, first_value, reached_by
from models.value_events import VALUE_EVENTS
from tests.models.rows import frame

AS_OF = date(2026, 6, 30)
USAGE_FROM = date(2026, 1, 1)
VALUES = frame(VALUE_EVENTS, {"event": "paid", "source": "catalog"}, {"event": "sent", "source": "catalog"})


def account(name: str, signed: date | None, **told: Any) -> dict[str, Any]:
    return {"account_id": name, "name": name.upper(), "signed_on": signed, **told}


def used(name: str, event: str, on: date) -> dict[str, Any]:
    at = datetime.combine(on, datetime.min.time()) + timedelta(hours=9)
    return {
        **{"account_id": name, "event": event, "events": 1, "quantity": 1.0},
        **{"first_at": at, "last_at": at},
    }


def told(accounts: list[dict[str, Any]], use: list[dict[str, Any]], target: int | None = None) -> FirstValue:
    return first_value(
        frame(ACCOUNTS, *accounts),
        frame(EVENT_SPANS, *use),
        VALUES,
        DECISIONS.empty(),
        AS_OF,
        usage_from=USAGE_FROM,
        target=target,
    )


JANUARY, APRIL = date(2026, 1, 10), date(2026, 4, 1)
BOOK = [
    account("a", JANUARY, plan="Pro"),
    account("b", JANUARY, churned_on=date(2026, 2, 9), plan="Free TRIAL"),
    account("c", APRIL),
    account("d", APRIL, churned_on=date(2026, 12, 1)),
    account("old", date(2025, 12, 31)),
    account("next", date(2026, 7, 1)),
    account("whenever", None),
]
USE = [
    used("a", "sent", date(2026, 1, 30)),
    used("a", "paid", date(2026, 1, 20)),
    used("a", "other", date(2026, 1, 11)),
    used("b", "paid", date(2026, 2, 9)),
    used("c", "paid", date(2026, 7, 1)),
]


def test_the_first_of_the_value_events_counts_and_the_rest_is_censored() -> None:
    rows = told(BOOK, USE, target=60).rows

    assert rows.select("account_id", "cohort", "reached_on", "event", "days", "live", "late").rows() == [
        ("a", "2026 Q1", date(2026, 1, 20), "paid", 10, True, False),
        ("b", "2026 Q1", None, None, 30, False, False),
        ("c", "2026 Q2", None, None, 90, True, True),
        ("d", "2026 Q2", None, None, 90, True, True),
    ]
    assert rows["trial"].to_list() == [False, True, False, False]


def test_late_begins_the_day_after_the_target() -> None:
    assert told(BOOK, USE, target=90).rows["late"].to_list() == [False] * 4
    assert told(BOOK, USE, target=89).rows["late"].to_list() == [False, False, True, True]
    assert told(BOOK, USE).rows["late"].to_list() == [False] * 4


def test_each_cohort_and_the_trials_have_a_curve() -> None:
    curves = told(BOOK, USE, target=60).curves

    sizes = curves.select("of", "accounts", "reached", "median_days").unique().sort("of").rows()
    assert sizes == [
        ("2026 Q1", 2, 1, 10.0),
        ("2026 Q2", 2, 0, None),
        ("all", 4, 1, None),
        ("trial", 1, 0, None),
    ]
    by = reached_by(curves, 45).sort("of")
    assert by.select("of", pl.col("share").round(9)).rows() == [
        ("2026 Q1", 0.5),
        ("2026 Q2", 0.0),
        ("all", 0.25),
        ("trial", 0.0),
    ]
    everybody = by.filter(pl.col("of") == "all").row(0, named=True)
    assert everybody["low"] < 0.25 < everybody["high"]


def test_the_target_is_learned_from_the_successful() -> None:
    accounts = [account(f"a{n}", JANUARY) for n in range(20)]
    use = [used(f"a{n}", "paid", JANUARY + timedelta(days=n)) for n in range(18)]
    rows = [
        {"account_id": f"a{n}", "decided_on": AS_OF, "succeeded": n != 17, "signed_on": JANUARY}
        for n in range(20)
    ]
    made = first_value(
        frame(ACCOUNTS, *accounts),
        frame(EVENT_SPANS, *use),
        VALUES,
        frame(DECISIONS, *rows),
        AS_OF,
        usage_from=USAGE_FROM,
    )
    assert (made.target_days, made.target_from) == (14, "successful")  # of the days 0-16, 85 % are at most 14
    assert made.rows.filter("late")["account_id"].to_list() == ["a18", "a19"]


@pytest.mark.parametrize("without", ["usage", "value events"])
def test_without_usage_or_value_events_nothing_is_told(without: str) -> None:
    made = first_value(
        frame(ACCOUNTS, *BOOK),
        frame(EVENT_SPANS, *USE),
        VALUES if without == "usage" else VALUE_EVENTS.empty(),
        DECISIONS.empty(),
        AS_OF,
        usage_from=None if without == "usage" else USAGE_FROM,
        target=30,
    )
    assert made.rows.is_empty()
    assert made.curves.is_empty()


@settings(max_examples=25, deadline=None)
@given(
    days=st.lists(st.tuples(st.integers(0, 300), st.integers(0, 300), st.integers(0, 300)), max_size=8),
    at=st.integers(1, 300),
)
def test_cutting_the_future_changes_nothing(days: list[tuple[int, int, int]], at: int) -> None:
    """Each account signs, uses and leaves on drawn days; what happened after `at` must not matter."""
    now = USAGE_FROM + timedelta(days=at)

    def known(until: date) -> FirstValue:
        accounts, use = [], []
        for number, (signs, uses, leaves) in enumerate(days):
            on, used_on, left = (
                USAGE_FROM + timedelta(days=day) for day in (signs, signs + uses, signs + leaves)
            )
            if on <= until:
                gone = left if left <= until else None
                accounts.append(account(f"a{number}", on, churned_on=gone))
            if used_on <= until:
                use.append(used(f"a{number}", "paid", used_on))
        book, spans = frame(ACCOUNTS, *accounts), frame(EVENT_SPANS, *use)
        return first_value(book, spans, VALUES, DECISIONS.empty(), now, usage_from=USAGE_FROM, target=30)

    cut, whole = known(now), known(date(2030, 1, 1))
    assert cut.rows.equals(whole.rows)
    assert cut.curves.sort("of", "time").equals(whole.curves.sort("of", "time"))
