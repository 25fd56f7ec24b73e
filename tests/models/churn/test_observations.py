from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import pytest

from models.churn.observations import (
    LEAD,
    MONTHLY,
    RENEWAL,
    kind_of,
    observations,
    renewals,
    upcoming,
)
from models.demo import company
from models.facts import SUBSCRIPTIONS
from tests.models.planted import accounts_frame

UNTIL = date(2026, 6, 30)


def terms(*rows: tuple[str, str, date, date | None]) -> pl.DataFrame:
    full = [(account, product, start, end, 100.0, "EUR") for account, product, start, end in rows]
    return pl.DataFrame(full, schema=SUBSCRIPTIONS.schema, orient="row")


def told(frame: pl.DataFrame, account: str) -> list[tuple[date, bool]]:
    return frame.filter(pl.col("account_id") == account).select("decided_on", "left").rows()


def test_renewals_kept_and_lost() -> None:
    accounts = accounts_frame(
        ["kept", "lost", "merged"],
        signed_on=date(2024, 1, 10),
        renewal_on=[date(2027, 1, 10), date(2026, 1, 10), date(2027, 1, 10)],
        churned_on=[None, date(2026, 1, 10), date(2026, 3, 2)],
    )
    first, second, third = date(2024, 1, 10), date(2025, 1, 10), date(2026, 1, 10)
    paid = terms(
        ("kept", "p", first, second),
        ("kept", "p", second, third),
        ("kept", "p", third, None),
        ("lost", "p", first, second),
        ("lost", "p", second, third),
        ("merged", "p", first, second),
        ("merged", "p", second, third),
        ("merged", "p", third, date(2026, 3, 2)),
    )
    found = renewals(accounts, paid, UNTIL)
    assert told(found, "kept") == [(second, False), (third, False)]
    assert told(found, "lost") == [(second, False), (third, True)]
    assert told(found, "merged") == [(second, False), (third, False)]
    assert kind_of(accounts, paid, UNTIL) == MONTHLY, "only one of two leavers left at a renewal"
    before = renewals(accounts, paid, date(2026, 1, 9))
    assert told(before, "lost") == [(second, False)]


def test_a_change_in_mid_term_is_no_renewal_and_dropping_an_add_on_neither() -> None:
    accounts = accounts_frame(["a"], signed_on=date(2025, 1, 10), renewal_on=date(2027, 1, 10))
    paid = terms(
        ("a", "p", date(2025, 1, 10), date(2025, 8, 25)),
        ("a", "p", date(2025, 8, 25), date(2026, 1, 10)),
        ("a", "p", date(2026, 1, 10), None),
        ("a", "add-on", date(2025, 1, 10), date(2025, 10, 10)),
    )
    assert told(renewals(accounts, paid, UNTIL), "a") == [(date(2026, 1, 10), False)]


def test_without_terms_the_anniversaries_of_the_renewal_day_count() -> None:
    accounts = accounts_frame(["a"], signed_on=date(2024, 3, 1), renewal_on=date(2027, 3, 1))
    found = told(renewals(accounts, SUBSCRIPTIONS.empty(), UNTIL), "a")
    assert found == [(date(2025, 3, 1), False), (date(2026, 3, 1), False)]


def test_renewals_of_a_company_are_the_planted_decisions() -> None:
    made = company(UNTIL, accounts=150, months=24, seed=3)
    found = renewals(made.facts["accounts"], made.facts["subscriptions"], UNTIL).filter(
        pl.col("decided_on") > date(2024, 7, 1)
    )
    planted = {
        (account, date.fromisoformat(decision["on"])): decision["left"]
        for account, entry in made.truth["accounts"].items()
        for decision in entry["decisions"]
        if decision["left"] is not None
    }
    rows = {(a, day): left for a, day, left in found.rows()}
    assert len(rows) > 100
    assert sum(planted.get(key) == left for key, left in rows.items()) >= 0.98 * len(rows)
    assert {key for key, left in planted.items() if left} <= {key for key, left in rows.items() if left}
    assert kind_of(made.facts["accounts"], made.facts["subscriptions"], UNTIL) == RENEWAL


def test_observations_look_a_week_before_the_renewal() -> None:
    accounts = accounts_frame(["a"], signed_on=date(2024, 3, 1), renewal_on=date(2027, 3, 1))
    found = observations(accounts, SUBSCRIPTIONS.empty(), UNTIL, kind=RENEWAL)
    assert (found["outcome_on"] - found["as_of"]).unique().to_list() == [timedelta(days=LEAD)]
    later = observations(accounts, SUBSCRIPTIONS.empty(), UNTIL, kind=RENEWAL, since=date(2025, 6, 1))
    assert later["outcome_on"].to_list() == [date(2026, 3, 1)]


@pytest.mark.parametrize(
    ("churned", "expected"),
    [
        (None, False),
        (date(2026, 3, 7), None),  # within the lead: nothing could be done
        (date(2026, 3, 8), True),
        (date(2026, 4, 4), True),
        (date(2026, 4, 5), False),  # after the horizon
    ],
)
def test_monthly_observations_leave_within_the_horizon(churned: date | None, expected: bool | None) -> None:
    accounts = accounts_frame(["a"], signed_on=date(2025, 1, 1), churned_on=churned)
    found = observations(accounts, SUBSCRIPTIONS.empty(), UNTIL, kind=MONTHLY)
    march = found.filter(pl.col("as_of") == date(2026, 3, 1))
    assert march["left"].to_list() == ([] if expected is None else [expected])
    assert (march["outcome_on"] == date(2026, 4, 5)).all()


def test_no_outcome_is_known_before_its_day() -> None:
    accounts = accounts_frame(["a", "b"], signed_on=date(2025, 1, 1), churned_on=[date(2026, 3, 20), None])
    for until in (date(2026, 4, 4), date(2026, 4, 5)):
        found = observations(accounts, SUBSCRIPTIONS.empty(), until, kind=MONTHLY)
        assert (found["outcome_on"] <= until).all()
        assert found["left"].any() == (until >= date(2026, 4, 5))


def test_everyone_live_is_asked_about() -> None:
    accounts = accounts_frame(
        ["gone", "near", "far", "unknown"],
        signed_on=date(2025, 1, 1),
        churned_on=[date(2026, 6, 1), None, None, None],
        renewal_on=[None, date(2026, 7, 2), date(2026, 12, 1), None],
    )
    found = upcoming(accounts, SUBSCRIPTIONS.empty(), UNTIL, RENEWAL)
    soon = UNTIL + timedelta(days=LEAD)
    assert dict(found.select("account_id", "outcome_on").rows()) == {
        "near": soon,
        "far": date(2026, 12, 1),
        "unknown": soon,
    }
    assert found["left"].null_count() == 3
