"""Retention by hand: mid-month changes, pauses, coming back, several products, currencies."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from models.bridge import PARTS, active_rows, active_series, bridge, bridge_rows, mrr_series
from models.contracts import ContractError
from models.facts import ACCOUNTS, SUBSCRIPTIONS
from models.ledger import Ledger, Rates, ledger, mrr_rows
from models.retention import (
    logo_retention,
    logo_rows,
    renewal_logos,
    renewal_rows,
    revenue_retention,
    revenue_rows,
)
from tests.models.rows import frame

AS_OF = date(2025, 6, 30)


def paid(
    account_id: str, starts_on: date, mrr: float, ends_on: date | None = None, **more: Any
) -> dict[str, Any]:
    row = {"account_id": account_id, "product": "core", "starts_on": starts_on, "mrr": mrr}
    return {**row, "ends_on": ends_on, "currency": "EUR", **more}


def book(
    periods: list[dict[str, Any]],
    accounts: dict[str, dict[str, Any]] | None = None,
    as_of: date = AS_OF,
    rates: Rates | None = None,
) -> Ledger:
    about = accounts or {}
    names = sorted({row["account_id"] for row in periods} | set(about))
    rows = [{"account_id": name, "signed_on": date(2022, 1, 1), **about.get(name, {})} for name in names]
    return ledger(frame(ACCOUNTS, *rows), frame(SUBSCRIPTIONS, *periods), as_of, rates)


def month(of: Ledger, first: date, currency: str = "EUR") -> dict[str, Any]:
    key = (pl.col("month") == first) & (pl.col("currency") == currency)
    return bridge(of, 12).row(by_predicate=key, named=True)


JAN = date(2023, 1, 1)


def example() -> Ledger:
    """a expands in mid-month, b contracts, c pauses and returns, d leaves, e is new, f has two products."""
    return book(
        [
            paid("a", JAN, 100, date(2025, 6, 15)),
            paid("a", date(2025, 6, 15), 150.5),
            paid("b", JAN, 200, date(2025, 6, 10)),
            paid("b", date(2025, 6, 10), 120),
            paid("c", JAN, 80, date(2025, 4, 1)),
            paid("c", date(2025, 6, 1), 90),
            paid("d", JAN, 70),
            paid("e", date(2025, 6, 5), 60),
            paid("f", JAN, 40),
            paid("f", JAN, 10, date(2025, 6, 20), product="extra"),
        ],
        {"d": {"churned_on": date(2025, 6, 12)}, "e": {"signed_on": date(2025, 6, 1)}},
    )


def test_the_bridge_by_hand() -> None:
    june = month(example(), date(2025, 6, 1))
    assert june["opening"] == 100 + 200 + 70 + 50
    assert (june["new"], june["reactivation"]) == (60, 90)
    assert (june["expansion"], june["contraction"], june["churn"]) == (50.5, -90, -70)
    assert june["closing"] == 150.5 + 120 + 90 + 60 + 40
    april = month(example(), date(2025, 4, 1))
    assert (april["churn"], april["closing"]) == (-80, 420)


@pytest.mark.parametrize(
    ("part", "names"),
    [
        ("new", ["e"]),
        ("reactivation", ["c"]),
        ("expansion", ["a"]),
        ("contraction", ["b", "f"]),
        ("churn", ["d"]),
        (None, ["c", "b", "d", "e", "a", "f"]),
    ],
)
def test_a_part_of_the_bridge_opens_into_its_accounts(part: str | None, names: list[str]) -> None:
    assert bridge_rows(example(), date(2025, 6, 17), part)["account_id"].to_list() == names


def test_an_unknown_part_of_the_bridge_is_named_with_those_there_are() -> None:
    with pytest.raises(ValueError, match="no part 'loss'; it has new, reactivation"):
        bridge_rows(example(), AS_OF, "loss")


def test_twelve_month_rates_by_hand() -> None:
    rows = revenue_rows(example())
    assert rows.select("account_id", "mrr_then", "mrr_now", "mrr_kept").rows() == [
        ("a", 100, 150.5, 100),
        ("b", 200, 120, 120),
        ("c", 80, 90, 80),
        ("d", 70, 0, 0),
        ("f", 50, 40, 40),
    ]
    rate = revenue_retention(rows).row(0, named=True)
    assert rate["grr"] == pytest.approx(340 / 500)
    assert rate["nrr"] == pytest.approx(400.5 / 500)
    logos = logo_retention(logo_rows(example())).row(0, named=True)
    assert (logos["accounts"], logos["kept"], logos["rate"]) == (5, 4, 0.8)


def test_a_paused_customer_is_a_customer_and_pays_nothing() -> None:
    paused = book([paid("c", JAN, 80, date(2025, 4, 1))])
    assert logo_rows(paused)["kept"].to_list() == [True]
    assert revenue_rows(paused)["mrr_now"].to_list() == [0]
    assert mrr_rows(paused).is_empty()


def test_who_left_and_came_back_counts_again_while_paying() -> None:
    gone = {"a": {"churned_on": date(2025, 2, 1)}}
    back = book([paid("a", JAN, 80), paid("a", date(2025, 5, 1), 50)], gone)
    assert logo_rows(back, date(2025, 3, 1))["kept"].to_list() == [False]
    assert logo_rows(back)["kept"].to_list() == [True]
    may = month(back, date(2025, 5, 1))
    assert (may["opening"], may["reactivation"], may["closing"]) == (0, 50, 50)
    assert month(back, date(2025, 2, 1))["churn"] == -80


def test_a_refund_is_a_period_that_ended_earlier_or_a_lower_mrr() -> None:
    # June is paid back: the period ends with May. Half of it is paid back: the MRR of June is halved.
    whole = book([paid("a", JAN, 100, date(2025, 6, 1)), paid("b", JAN, 50)])
    june = month(whole, date(2025, 6, 1))
    assert (june["opening"], june["churn"], june["closing"]) == (150, -100, 50)
    half = book(
        [
            paid("a", JAN, 100, date(2025, 6, 1)),
            paid("a", date(2025, 6, 1), 50, date(2025, 7, 1)),
            paid("b", JAN, 50),
        ]
    )
    june = month(half, date(2025, 6, 1))
    assert (june["opening"], june["contraction"], june["closing"]) == (150, -50, 100)
    rate = revenue_retention(revenue_rows(half)).row(0, named=True)
    assert (rate["mrr_then"], rate["mrr_kept"]) == (150, 100)


def test_a_subscription_left_open_ends_with_its_account() -> None:
    left = book([paid("a", JAN, 80)], {"a": {"churned_on": date(2025, 6, 30)}})
    assert mrr_rows(left).is_empty()
    assert mrr_rows(left, date(2025, 6, 29))["mrr"].to_list() == [80]


def test_ends_after_as_of_are_not_known_yet() -> None:
    later = {"a": {"churned_on": date(2025, 7, 1)}}
    open_ = book([paid("a", JAN, 80, date(2025, 8, 1))], later)
    assert open_.periods["ends_on"].to_list() == [None]
    assert open_.lives["ended_on"].to_list() == [None]


def test_currencies_stay_apart_or_are_converted_at_stated_rates() -> None:
    periods = [paid("a", JAN, 100), paid("b", JAN, 300, date(2025, 1, 1), currency="USD")]
    apart = revenue_retention(revenue_rows(book(periods)))
    assert apart.select("currency", "grr").rows() == [("EUR", 1.0), ("USD", 0.0)]
    rates = Rates("EUR", {"USD": 0.5})
    one = revenue_retention(revenue_rows(book(periods, rates=rates)))
    assert one.select("currency", "mrr_then", "grr").rows() == [("EUR", 250, 0.4)]
    with pytest.raises(ContractError, match="no rate from USD to EUR"):
        book(periods, rates=Rates("EUR", {"GBP": 1.2}))


def test_a_changed_currency_leaves_one_and_joins_the_other() -> None:
    changed = book(
        [paid("a", JAN, 100, date(2025, 6, 10)), paid("a", date(2025, 6, 10), 120, currency="USD")]
    )
    assert month(changed, date(2025, 6, 1))["churn"] == -100
    assert month(changed, date(2025, 6, 1), "USD")["reactivation"] == 120
    assert logo_rows(changed)["kept"].to_list() == [True]


def test_a_negative_mrr_is_refused_with_its_row() -> None:
    with pytest.raises(ContractError, match="account a, product core, -5"):
        book([paid("a", JAN, -5)])


def test_series_and_their_rows_agree() -> None:
    of = example()
    series = mrr_series(of, 12)
    assert series.height == 12
    for row in series.iter_rows(named=True):
        behind = mrr_rows(of, row["until"])
        assert row["mrr"] == pytest.approx(behind["mrr"].sum())
        assert row["accounts"] == behind["account_id"].n_unique()
    for row in active_series(of, 12).iter_rows(named=True):
        assert row["accounts"] == active_rows(of, row["until"]).height
    assert active_series(of, 2)["accounts"].to_list() == [5, 5]


def test_a_company_without_subscriptions_still_has_logos() -> None:
    accounts: dict[str, dict[str, Any]] = {
        "a": {},
        "b": {"outcome_on": date(2025, 1, 1)},
        "c": {"signed_on": None},
    }
    of = book([], accounts)
    assert logo_rows(of).select("account_id", "kept").rows() == [("a", True), ("b", False), ("c", True)]
    assert bridge(of).is_empty()
    assert revenue_retention(revenue_rows(of)).is_empty()


def renewals(of: Ledger) -> list[tuple[Any, ...]]:
    return renewal_rows(of).select("account_id", "due_on", "won", "mrr_then", "mrr_now").rows()


def test_renewals_by_hand() -> None:
    due = date(2026, 3, 1)
    of = book(
        [paid(name, JAN, 100, date(2025, 3, 1)) for name in "ab"]
        + [paid("a", date(2025, 3, 1), 90), paid("c", JAN, 50), paid("d", JAN, 30), paid("e", JAN, 20)],
        {
            "a": {"renewal_on": due},
            "b": {"renewal_on": date(2025, 3, 1), "churned_on": date(2025, 3, 1)},
            "c": {"renewal_on": date(2025, 3, 1), "churned_on": date(2024, 12, 1)},
            "d": {"renewal_on": date(2025, 6, 20)},
            "e": {"renewal_on": due, "signed_on": date(2025, 3, 1)},
        },
    )
    assert renewals(of) == [
        ("a", date(2025, 3, 1), True, 100, 90),
        ("b", date(2025, 3, 1), False, 100, 0),
        ("c", date(2025, 3, 1), False, 50, 0),
        ("d", date(2024, 6, 20), True, 30, 30),
    ]
    logos = renewal_logos(renewal_rows(of)).row(0, named=True)
    assert (logos["due"], logos["won"], logos["rate"]) == (4, 2, 0.5)
    rate = revenue_retention(renewal_rows(of)).row(0, named=True)
    assert (rate["grr"], rate["nrr"]) == (pytest.approx(120 / 280), pytest.approx(120 / 280))


def test_without_a_renewal_day_the_ends_of_periods_are_decisions() -> None:
    of = book(
        [
            paid("a", date(2024, 2, 1), 100, date(2025, 2, 1)),
            paid("a", date(2025, 2, 1), 110),
            paid("b", date(2024, 2, 1), 100, date(2025, 2, 1)),
        ],
        {"b": {"churned_on": date(2025, 2, 1)}},
    )
    assert renewals(of) == [
        ("a", date(2025, 2, 1), True, 100, 110),
        ("b", date(2025, 2, 1), False, 100, 0),
    ]


def test_a_splits_parts_add_to_the_whole() -> None:
    segments = pl.DataFrame({"account_id": list("abcdef"), "segment": ["x", "y"] * 3})
    rows = revenue_rows(example()).join(segments, on="account_id")
    whole, parts = revenue_retention(rows), revenue_retention(rows, ["segment"])
    for name in ("accounts", "mrr_then", "mrr_now", "mrr_kept"):
        assert parts[name].sum() == whole[name].item()
    logos = logo_rows(example()).join(segments, on="account_id")
    assert logo_retention(logos, ["segment"])["kept"].sum() == logo_retention(logos)["kept"].item()


DAYS = st.integers(0, 900).map(lambda n: date(2023, 1, 1) + timedelta(days=n))


@st.composite
def any_book(draw: st.DrawFn) -> tuple[list[dict[str, Any]], dict[str, dict[str, Any]]]:
    periods: dict[tuple[Any, ...], dict[str, Any]] = {}
    for _ in range(draw(st.integers(0, 12))):
        start = draw(DAYS)
        length = draw(st.none() | st.integers(0, 500))
        row = paid(
            draw(st.sampled_from("abcd")),
            start,
            draw(st.integers(0, 100_000)) / 100,
            None if length is None else start + timedelta(days=length),
            product=draw(st.sampled_from(["core", "extra"])),
            currency=draw(st.sampled_from(["EUR", "USD", None])),
        )
        periods[row["account_id"], row["product"], start] = row
    accounts = {
        name: {"signed_on": draw(st.none() | DAYS), "churned_on": draw(st.none() | DAYS)} for name in "abcd"
    }
    return list(periods.values()), accounts


@settings(max_examples=25, deadline=None)
@given(any_book(), DAYS)
def test_the_bridge_sums_to_the_cent_and_months_join(
    facts: tuple[list[dict[str, Any]], dict[str, dict[str, Any]]], as_of: date
) -> None:
    of = book(*facts, as_of=as_of)
    for _, months in bridge(of, 30).group_by("currency"):
        cents = months.sort("month").select(
            "month", (pl.col("opening", *PARTS, "closing") * 100).round().cast(pl.Int64)
        )
        moved = cents.select(pl.sum_horizontal("opening", *PARTS)).to_series()
        assert moved.to_list() == cents["closing"].to_list()
        joined = cents.filter(pl.col("month").dt.offset_by("-1mo") == pl.col("month").shift(1))
        before = dict(zip(cents["month"], cents["closing"], strict=True))
        assert all(before[day] >= 0 for day in before)
        for first, opening in joined.select("month", "opening").rows():
            assert opening == before[(first - timedelta(days=1)).replace(day=1)]


@settings(max_examples=25, deadline=None)
@given(any_book(), DAYS)
def test_grr_is_at_most_one_and_at_most_nrr(
    facts: tuple[list[dict[str, Any]], dict[str, dict[str, Any]]], as_of: date
) -> None:
    of = book(*facts, as_of=as_of)
    for rows in (revenue_rows(of), renewal_rows(of)):
        for rate in revenue_retention(rows).drop_nulls("grr").iter_rows(named=True):
            assert 0 <= rate["grr"] <= min(1, rate["nrr"])
    logos = logo_retention(logo_rows(of)).row(0, named=True)
    assert logos["kept"] <= logos["accounts"]


@settings(max_examples=15, deadline=None)
@given(any_book(), DAYS)
def test_nothing_after_as_of_is_used(
    facts: tuple[list[dict[str, Any]], dict[str, dict[str, Any]]], as_of: date
) -> None:
    periods, accounts = facts
    known = [
        {**row, "ends_on": row["ends_on"] if row["ends_on"] and row["ends_on"] <= as_of else None}
        for row in periods
        if row["starts_on"] <= as_of
    ]
    about = {
        name: {
            **row,
            "churned_on": row["churned_on"] if row["churned_on"] and row["churned_on"] <= as_of else None,
        }
        for name, row in accounts.items()
    }
    whole, cut = book(periods, accounts, as_of), book(known, about, as_of)
    assert_frame_equal(whole.lives, cut.lives)
    assert_frame_equal(bridge(whole), bridge(cut))
    assert_frame_equal(revenue_rows(whole), revenue_rows(cut))
    assert_frame_equal(logo_rows(whole), logo_rows(cut))
