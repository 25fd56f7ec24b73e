"""Who is a customer on a day, and what they pay."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import polars as pl
import pytest

from models import facts
from models.book import as_known, book, ends_as_known, live, mrr_on
from tests.models.rows import frame

DAY = date(2025, 3, 1)

ACCOUNTS = frame(
    facts.ACCOUNTS,
    {"account_id": "later", "signed_on": date(2025, 3, 2)},
    {"account_id": "today", "signed_on": DAY},
    {"account_id": "unknown"},
    {"account_id": "left today", "signed_on": date(2024, 1, 1), "churned_on": DAY},
    {"account_id": "leaves tomorrow", "signed_on": date(2024, 1, 1), "churned_on": date(2025, 3, 2)},
    {"account_id": "ended", "signed_on": date(2024, 1, 1), "outcome": "pass", "outcome_on": DAY},
    {"account_id": "ends", "signed_on": date(2024, 1, 1), "outcome": "pass", "outcome_on": date(2025, 6, 1)},
)

SUBSCRIPTIONS = frame(
    facts.SUBSCRIPTIONS,
    {"account_id": "ends", "product": "a", "starts_on": date(2024, 3, 1), "ends_on": DAY, "mrr": 10.0},
    {"account_id": "ends", "product": "a", "starts_on": DAY, "ends_on": date(2026, 3, 1), "mrr": 30.0},
    {"account_id": "ends", "product": "b", "starts_on": date(2025, 1, 1), "mrr": 5.0},
    {"account_id": "today", "product": "a", "starts_on": date(2025, 3, 2), "mrr": 7.0},
)


def test_the_live_book_holds_those_who_are_customers_that_day() -> None:
    assert sorted(live(ACCOUNTS, DAY)["account_id"]) == ["ends", "leaves tomorrow", "today", "unknown"]


def test_an_end_after_the_day_is_not_known() -> None:
    known = {row["account_id"]: row for row in as_known(ACCOUNTS, DAY).iter_rows(named=True)}
    assert known["leaves tomorrow"]["churned_on"] is None
    assert known["left today"]["churned_on"] == DAY
    assert (known["ends"]["outcome"], known["ended"]["outcome"]) == (None, "pass")


@pytest.mark.parametrize(("day", "mrr"), [(date(2025, 2, 28), 15.0), (DAY, 35.0), (date(2026, 3, 1), 5.0)])
def test_mrr_counts_the_first_day_of_a_period_and_not_its_end(day: date, mrr: float) -> None:
    assert mrr_on(SUBSCRIPTIONS, day).filter(account_id="ends")["mrr"].to_list() == [mrr]


def test_the_book_knows_tenure_and_takes_the_term_end_for_a_renewal_day() -> None:
    rows = {row["account_id"]: row for row in book(ACCOUNTS, SUBSCRIPTIONS, DAY).iter_rows(named=True)}
    assert rows["ends"]["tenure_days"] == 425
    assert rows["ends"]["renewal_on"] == date(2026, 3, 1)
    assert (rows["unknown"]["tenure_days"], rows["unknown"]["mrr"]) == (None, None)
    assert rows["today"]["mrr"] is None, "its subscription starts tomorrow"


def renewal(day: date | None, as_of: date, subscriptions: pl.DataFrame = SUBSCRIPTIONS) -> date | None:
    accounts = frame(facts.ACCOUNTS, {"account_id": "ends", "renewal_on": day})
    found: date | None = book(accounts, subscriptions, as_of)["renewal_on"].item()
    return found


def test_the_current_term_tells_the_renewal_day() -> None:
    assert renewal(date(2025, 2, 1), DAY) == date(2026, 3, 1)
    assert renewal(date(2027, 3, 1), DAY) == date(2026, 3, 1)


@pytest.mark.parametrize(
    ("day", "as_of", "expected"),
    [
        (date(2027, 3, 1), date(2025, 3, 1), date(2025, 3, 1)),
        (date(2027, 3, 1), date(2025, 3, 2), date(2026, 3, 1)),
        (date(2027, 3, 1), date(2027, 2, 28), date(2027, 3, 1)),
        (date(2028, 2, 29), date(2026, 1, 31), date(2026, 2, 28)),
        (date(2025, 3, 1), date(2025, 3, 2), None),
        (None, date(2025, 3, 2), None),
    ],
)
def test_without_a_term_the_renewal_day_is_the_next_anniversary(
    day: date | None, as_of: date, expected: date | None
) -> None:
    assert renewal(day, as_of, SUBSCRIPTIONS.clear()) == expected


def test_a_monthly_invoice_is_no_term() -> None:
    month = {"account_id": "ends", "product": "a", "starts_on": DAY, "ends_on": date(2025, 4, 1), "mrr": 1.0}
    assert renewal(date(2025, 12, 1), DAY, frame(facts.SUBSCRIPTIONS, month)) == date(2025, 12, 1)


def test_a_past_day_does_not_tell_who_renewed_since() -> None:
    term = {"product": "a", "starts_on": date(2024, 6, 1), "ends_on": date(2025, 6, 1), "mrr": 1.0}
    accounts = frame(
        facts.ACCOUNTS,
        {"account_id": "left", "renewal_on": date(2025, 6, 1), "churned_on": date(2025, 6, 1)},
        {"account_id": "renewed", "renewal_on": date(2026, 6, 1)},
    )
    for terms in (["left", "renewed"], []):
        paid = frame(facts.SUBSCRIPTIONS, *({"account_id": name} | term for name in terms))
        assert book(accounts, paid, DAY)["renewal_on"].to_list() == [date(2025, 6, 1)] * 2


def test_how_a_term_ended_later_tells_nothing_before() -> None:
    """Left in mid-term, renewed or cut short: on a day before, all have the same renewal day."""
    began, planned = date(2024, 6, 1), date(2025, 6, 1)
    ends = {"left": date(2025, 4, 10), "renewed": planned, "changed": date(2025, 5, 2), "open": None}
    paid = frame(
        facts.SUBSCRIPTIONS,
        *(
            {"account_id": name, "product": "a", "starts_on": began, "ends_on": end, "mrr": 1.0}
            for name, end in ends.items()
        ),
    )
    accounts = frame(
        facts.ACCOUNTS,
        {"account_id": "left", "renewal_on": planned, "churned_on": ends["left"]},
        *({"account_id": name, "renewal_on": date(2026, 6, 1)} for name in ("renewed", "changed", "open")),
    )
    assert book(accounts, paid, DAY, until=date(2025, 12, 31))["renewal_on"].to_list() == [planned] * 4
    later = ends_as_known(paid, DAY, date(2025, 4, 30))["ends_on"].to_list()
    assert later == [None, planned, ends["changed"], None], "what lies beyond the last known day is a plan"


def test_the_renewal_day_goes_back_by_terms_as_long_as_the_last_one() -> None:
    halves = [date(2024, 3, 15), date(2024, 9, 15), date(2025, 3, 15)]
    rows = [
        {"account_id": "ends", "product": "a", "starts_on": a, "ends_on": b, "mrr": 1.0}
        for a, b in pairwise(halves)
    ]
    paid = frame(facts.SUBSCRIPTIONS, *rows)
    assert renewal(date(2026, 3, 15), date(2025, 5, 1), paid) == date(2025, 9, 15)
    assert renewal(date(2026, 3, 15), date(2025, 5, 1), paid.head(0)) == date(2026, 3, 15)
