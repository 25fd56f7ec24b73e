"""What a customer is worth, by hand; what isn't known is said."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest

from models.exchange import StatedRates, assumed_from, converted, missing_rates, rates_from
from models.facts import ACCOUNTS, REFERRALS, SUBSCRIPTIONS
from models.ledger import Rates, ledger
from models.worth import MONTH, Assumed, Worth, by_group, worth
from tests.models.rows import frame

AS_OF = date(2025, 6, 30)
KNOWN = {"gross_margin": 0.8, "acquisition_cost": 500.0, "monthly_cost_to_serve": 30.0}


def customers(**more: dict[str, Any]) -> pl.DataFrame:
    """`a` and those of `more` live; ten others left, one every 30 days after their signing."""
    about = {"a": KNOWN, **more}
    live = [
        {"account_id": name, "name": name.upper(), "segment": "S", "signed_on": date(2024, 6, 30), **row}
        for name, row in about.items()
    ]
    gone = [
        {
            "account_id": f"g{i}",
            "signed_on": date(2024, 6, 30),
            "churned_on": date(2024, 6, 30) + timedelta(days=30 * (i + 1)),
        }
        for i in range(10)
    ]
    return frame(ACCOUNTS, *live, *gone)


def paid(name: str, mrr: float = 100.0, currency: str = "EUR", product: str = "core") -> dict[str, Any]:
    return {
        "account_id": name,
        "product": product,
        "starts_on": date(2024, 6, 30),
        "mrr": mrr,
        "currency": currency,
    }


def valued(
    accounts: pl.DataFrame,
    *periods: dict[str, Any],
    referrals: pl.DataFrame | None = None,
    assumed: Assumed | None = None,
) -> Worth:
    book = ledger(accounts, frame(SUBSCRIPTIONS, *periods), AS_OF)
    return worth(book, accounts, REFERRALS.empty() if referrals is None else referrals, assumed)


def only(found: Worth, name: str) -> dict[str, Any]:
    return found.accounts.row(by_predicate=pl.col("account_id") == name, named=True)


def test_the_formula_by_hand() -> None:
    a = only(valued(customers(), paid("a"), assumed=Assumed(horizon_months=12)), "a")
    months = a["months"]
    assert 0 < months < 12
    assert a["brings"] == pytest.approx(0.8 * 100 * months, abs=0.01)
    assert a["serving"] == pytest.approx(30 * months, abs=0.01)
    assert a["worth"] == pytest.approx(a["brings"] - 500 - a["serving"], abs=0.02)
    assert (a["monthly"], a["payback_months"]) == (50, 10)
    assert a["low"] < a["worth"] < a["high"]
    assert a["lacks"] == ""


def test_a_won_referral_counts_with_a_new_customers_life() -> None:
    told = frame(
        REFERRALS,
        {
            "referrer_account_id": "a",
            "referred_name": "B",
            "referred_on": date(2025, 1, 1),
            "won_on": date(2025, 2, 1),
            "mrr": 200,
        },
        {"referrer_account_id": "a", "referred_name": "C", "referred_on": date(2025, 1, 1)},
        {
            "referrer_account_id": "a",
            "referred_name": "D",
            "referred_on": date(2025, 1, 1),
            "won_on": date(2025, 8, 1),
            "mrr": 50,
        },
    )
    a = only(valued(customers(), paid("a"), referrals=told, assumed=Assumed(horizon_months=1)), "a")
    # Nobody left in the first 30 days, one of eleven on day 30: a new customer stays the month whole.
    assert a["referrals_won"] == 1
    assert a["referred"] == pytest.approx(0.8 * 200 * (30 + 0.4375 * 10 / 11) / MONTH, abs=0.01)
    assert a["worth"] == pytest.approx(a["brings"] - 500 - a["serving"] + a["referred"], abs=0.02)


def test_what_is_not_known_is_said_and_never_made_up() -> None:
    found = valued(customers(b={}, c={"gross_margin": 0.5}), paid("a"), paid("b"), paid("c"))
    b, c = only(found, "b"), only(found, "c")
    assert b["worth"] is None
    assert b["lacks"] == "margin not known; acquisition cost not known; cost to serve not known"
    assert c["worth"] == pytest.approx(c["brings"], abs=0.01)
    assert c["lacks"] == "acquisition cost not known; cost to serve not known"
    assert c["payback_months"] is None


def test_what_a_person_stated_fills_in_and_is_named() -> None:
    stated = Assumed(margin=0.7, acquisition_cost=100, monthly_cost_to_serve=10)
    b = only(valued(customers(b={}), paid("a"), paid("b"), assumed=stated), "b")
    assert b["margin"] == 0.7
    assert b["worth"] == pytest.approx(60 * b["months"] - 100, abs=0.02)
    assert b["lacks"].count("as stated in the settings") == 3


def test_a_customer_that_costs_more_than_it_brings_never_pays_back() -> None:
    found = valued(customers(b={**KNOWN, "monthly_cost_to_serve": 90.0}), paid("a"), paid("b"))
    b = only(found, "b")
    assert (b["monthly"], b["payback_months"]) == (-10, None)
    assert b["low"] < b["worth"] < b["high"]
    group = by_group(found.accounts, ["segment"]).row(0, named=True)
    assert (group["accounts"], group["known"], group["cost_more"]) == (2, 2, 1)
    assert group["worth"] == pytest.approx(found.accounts["worth"].sum(), abs=0.01)


def test_several_currencies_are_not_added_up() -> None:
    a = only(valued(customers(), paid("a"), paid("a", 10, "USD", "extra")), "a")
    assert a["worth"] is None
    assert "several currencies" in a["lacks"]


def test_who_came_back_and_pays_has_a_worth() -> None:
    again = customers().with_columns(
        churned_on=pl.when(pl.col("account_id") == "a").then(date(2024, 12, 1)).otherwise("churned_on")
    )
    late = {**paid("a"), "starts_on": date(2025, 3, 1)}
    assert only(valued(again, late), "a")["worth"] is not None


def test_without_departures_no_life_is_known() -> None:
    alone = customers().filter(pl.col("account_id") == "a")
    a = only(valued(alone, paid("a")), "a")
    assert (a["months"], a["worth"]) == (None, None)
    assert "nobody left yet" in a["lacks"]


def test_converting_multiplies_money_and_leaves_the_unknown_alone() -> None:
    found = valued(customers(b=KNOWN), paid("a", 100, "USD"), paid("b", 100, "GBP")).accounts
    stated = StatedRates(Rates("EUR", {"USD": 0.5}), date(2025, 6, 1))
    both = converted(found, stated)
    a, then = (frame.row(by_predicate=pl.col("account_id") == "a", named=True) for frame in (both, found))
    assert (a["currency"], a["mrr"]) == ("EUR", 50)
    assert a["worth"] == pytest.approx(then["worth"] / 2, abs=0.01)
    assert both.filter(pl.col("account_id") == "b").equals(found.filter(pl.col("account_id") == "b"))
    assert missing_rates(found["currency"], stated) == ["GBP"]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"rates": {"on": "2025-06-01"}}, "currency to convert into"),
        ({"rates": {"into": "EUR", "on": "soon"}}, "the day they are of"),
        ({"rates": {"into": "EUR", "on": "2025-06-01", "per_unit": {"USD": 0}}}, "rate of USD"),
    ],
)
def test_rates_that_make_no_sense_are_refused(body: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        rates_from(body)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"margin": 1.2}, "between 0 and 100"),
        ({"acquisition_cost": -1}, "below 0"),
        ({"horizon_months": 500}, "1 to 120 months"),
        ({"price": 3}, "no price"),
    ],
)
def test_stated_costs_that_make_no_sense_are_refused(body: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        assumed_from({"value": body})


def test_nothing_stated_is_nothing_assumed() -> None:
    assert rates_from({}) is None
    assert assumed_from({}) == Assumed()
