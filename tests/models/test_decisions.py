"""Whose success or failure is known on a day."""

from __future__ import annotations

from datetime import date, datetime

import polars as pl
import pytest

from models import facts
from models.decisions import Success, decisions, success_from
from tests.models.rows import frame

DAY = date(2025, 3, 1)
NONE = facts.SUBSCRIPTIONS.empty()


def account(name: str, **columns: object) -> dict[str, object]:
    return {"account_id": name, "signed_on": date(2024, 1, 1)} | columns


def term(name: str, starts: date, ends: date | None, mrr: float = 10.0) -> dict[str, object]:
    return {"account_id": name, "product": "core", "starts_on": starts, "ends_on": ends, "mrr": mrr}


def results(decided: pl.DataFrame) -> dict[str, tuple[date, bool]]:
    return {name: (day, good) for name, day, good in decided["account_id", "decided_on", "succeeded"].rows()}


def test_who_goes_on_after_a_term_has_renewed() -> None:
    accounts = frame(
        facts.ACCOUNTS,
        account("went on"),
        account("left at the end", churned_on=date(2025, 1, 1)),
        account("ended, unclear"),
        account("still in the term"),
        account("renewal day passed", renewal_on=date(2025, 2, 10)),
        account("renews later", renewal_on=date(2025, 4, 10)),
    )
    first, second = date(2024, 1, 1), date(2025, 1, 1)
    subscriptions = frame(
        facts.SUBSCRIPTIONS,
        term("went on", first, second),
        term("went on", second, date(2026, 1, 1)),
        term("left at the end", first, second),
        term("ended, unclear", first, second),
        term("still in the term", first, date(2025, 6, 1)),
        term("still in the term", date(2025, 6, 1), None),
    )
    assert results(decisions(accounts, subscriptions, DAY)) == {
        "went on": (second, True),
        "left at the end": (second, False),
        "renewal day passed": (date(2025, 2, 10), True),
    }


def test_leaving_after_a_renewal_is_the_newer_decision() -> None:
    accounts = frame(facts.ACCOUNTS, account("a", churned_on=date(2025, 2, 1)))
    subscriptions = frame(
        facts.SUBSCRIPTIONS,
        term("a", date(2024, 1, 1), date(2025, 1, 1)),
        term("a", date(2025, 1, 1), None),
    )
    assert results(decisions(accounts, subscriptions, DAY)) == {"a": (date(2025, 2, 1), False)}
    before = decisions(accounts, subscriptions, date(2025, 1, 31))
    assert results(before) == {"a": (date(2025, 1, 1), True)}
    assert before["left_on"].to_list() == [None]


def test_an_outcome_counts_from_the_day_it_was_known() -> None:
    accounts = frame(
        facts.ACCOUNTS,
        account("good", outcome="Pass", outcome_on=date(2025, 2, 1)),
        account("bad", outcome="fail", outcome_on=date(2025, 2, 1)),
        account("later", outcome="pass", outcome_on=date(2025, 4, 1)),
        account("left", churned_on=date(2024, 6, 1)),
    )
    success = Success("outcome", ("pass",))
    assert results(decisions(accounts, NONE, DAY, success)) == {
        "good": (date(2025, 2, 1), True),
        "bad": (date(2025, 2, 1), False),
        "left": (date(2024, 6, 1), False),
    }


def test_alive_after_days_wants_them_to_pay_no_less() -> None:
    accounts = frame(
        facts.ACCOUNTS,
        account("stays"),
        account("shrinks"),
        account("left", churned_on=date(2024, 5, 1)),
        account("young", signed_on=date(2025, 2, 1)),
    )
    subscriptions = frame(
        facts.SUBSCRIPTIONS,
        term("shrinks", date(2024, 1, 1), date(2024, 4, 1), 10.0),
        term("shrinks", date(2024, 4, 1), None, 4.0),
    )
    found = results(decisions(accounts, subscriptions, DAY, success_from({"alive_after_days": 180})))
    day = date(2024, 6, 29)
    assert found == {"stays": (day, True), "shrinks": (day, False), "left": (date(2024, 5, 1), False)}


def test_success_can_be_an_event() -> None:
    accounts = frame(facts.ACCOUNTS, account("did"), account("did not"))
    span = {"account_id": "did", "event": "go live", "events": 1, "quantity": 1.0}
    spans = frame(
        facts.EVENT_SPANS,
        span | {"first_at": datetime(2024, 5, 1, 9), "last_at": datetime(2024, 5, 1, 9)},
    )
    found = decisions(accounts, NONE, DAY, success_from({"event": "go live"}), spans)
    assert results(found) == {"did": (date(2024, 5, 1), True)}


def test_unclear_settings_are_named() -> None:
    with pytest.raises(ValueError, match="'retained' is not known; use one of renewed"):
        success_from({"kind": "retained"})
    with pytest.raises(ValueError, match="give a list of outcomes"):
        success_from({"kind": "outcome", "values": "pass"})
    with pytest.raises(ValueError, match="no usage was given"):
        decisions(frame(facts.ACCOUNTS), NONE, DAY, Success("event", event="go live"))
