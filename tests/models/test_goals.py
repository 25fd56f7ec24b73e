"""Progress toward goals by hand, and the measures they are set for."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import polars as pl
import pytest

from models.facts import ACCOUNTS, INTERACTIONS, REFERRALS, SUBSCRIPTIONS, SURVEY_RESPONSES
from models.goals import AHEAD, BEHIND, MEANINGS, MEASURES, MISSED, REACHED, TREND, UNKNOWN, progress
from models.ledger import ledger
from models.measure_trends import (
    detractor_rows,
    detractor_trend,
    first_value_rows,
    first_value_trend,
    referral_trend,
    retention_trend,
)
from models.retention import logo_rows, revenue_rows
from models.retention_rows import retention_rows
from tests.models.rows import frame

JAN, DEC = date(2025, 1, 1), date(2025, 12, 31)


def trend(*points: tuple[date, float]) -> pl.DataFrame:
    rows = [
        {"measure": "grr", "day": day, "part": value * 100, "whole": 100.0, "value": value}
        for day, value in points
    ]
    return frame(TREND, *rows)


@pytest.mark.parametrize(
    ("value", "as_of", "state"),
    [
        (0.95, date(2025, 7, 2), REACHED),
        (0.86, date(2025, 7, 2), AHEAD),
        (0.82, date(2025, 7, 2), BEHIND),
        (0.85, date(2026, 1, 5), MISSED),
    ],
)
def test_progress_by_hand(value: float, as_of: date, state: str) -> None:
    told = trend((date(2024, 11, 30), 0.7), (date(2024, 12, 31), 0.8), (date(2025, 7, 2), value))
    found = progress(told, 0.9, JAN, DEC, as_of)
    assert (found.start, found.value, found.state) == (0.8, value, state)
    assert found.way == pytest.approx((value - 0.8) / 0.1)
    assert found.expected == pytest.approx(0.8 + 0.1 * 182 / 364)


def test_progress_begins_with_the_first_value_known() -> None:
    found = progress(trend((date(2025, 3, 31), 0.8)), 0.8, JAN, DEC, date(2025, 4, 1))
    assert (found.start, found.way, found.state) == (0.8, None, REACHED)


def test_what_comes_after_the_day_does_not_count() -> None:
    assert progress(trend((date(2025, 5, 1), 1.0)), 0.9, JAN, DEC, date(2025, 4, 1)).state == UNKNOWN


def test_every_measure_says_what_it_means() -> None:
    assert set(MEANINGS) == set(MEASURES)


def test_retention_trends_equal_the_rates() -> None:
    accounts = frame(
        ACCOUNTS,
        {"account_id": "a", "signed_on": date(2020, 1, 1)},
        {"account_id": "b", "signed_on": date(2020, 1, 1), "churned_on": date(2025, 3, 1)},
    )
    periods = frame(
        SUBSCRIPTIONS,
        *(
            {"account_id": name, "product": "p", "starts_on": date(2020, 1, 1), "mrr": 50, "currency": "EUR"}
            for name in ("a", "b")
        ),
    )
    day = date(2025, 6, 30)
    book = ledger(accounts, periods, day)
    told = retention_trend(retention_rows(accounts, periods, day, 3), "EUR")
    now = {row["measure"]: row["value"] for row in told.filter(pl.col("day") == day).iter_rows(named=True)}
    assert now == {"grr": 0.5, "nrr": 0.5, "logo": logo_rows(book)["kept"].mean()}
    assert revenue_rows(book)["mrr_now"].sum() == 50


def test_referrals_count_who_referred_in_the_past_year() -> None:
    accounts = frame(ACCOUNTS, *({"account_id": name, "signed_on": date(2020, 1, 1)} for name in "abcd"))
    told = frame(
        REFERRALS,
        {"referrer_account_id": "a", "referred_name": "x", "referred_on": date(2025, 1, 1)},
        {"referrer_account_id": "a", "referred_name": "y", "referred_on": date(2025, 2, 1)},
        {"referrer_account_id": "b", "referred_name": "z", "referred_on": date(2024, 1, 1)},
    )
    found = referral_trend(ledger(accounts, SUBSCRIPTIONS.empty(), date(2025, 6, 30)), told, 2)
    assert found["value"].to_list() == [0.25, 0.25]


NOON = datetime(2025, 6, 1, 12)


def test_detractors_answered_in_time_by_hand() -> None:
    answers = frame(
        SURVEY_RESPONSES,
        *(
            {"response_id": name, "account_id": name, "kind": "nps", "score": score, "responded_at": at}
            for name, score, at in (
                ("fast", 3, NOON),
                ("slow", 6, NOON),
                ("never", 0, NOON),
                ("happy", 9, NOON),
                ("young", 2, datetime(2025, 6, 29, 12)),
            )
        ),
    )
    calls = frame(
        INTERACTIONS,
        *(
            {
                "interaction_id": name,
                "account_id": name,
                "channel": "call",
                "direction": "out",
                "opened_at": at,
            }
            for name, at in (
                ("fast", NOON + timedelta(hours=48)),
                ("slow", NOON + timedelta(hours=49)),
                ("never", NOON - timedelta(hours=1)),
            )
        ),
    )
    rows = detractor_rows(answers, calls, date(2025, 6, 30))
    assert dict(rows.select("account_id", "in_time").iter_rows()) == {
        "fast": True,
        "slow": False,
        "never": False,
    }
    june = detractor_trend(rows, date(2025, 6, 30), 2)
    assert june.select("day", "part", "whole").rows() == [(date(2025, 6, 30), 1.0, 3.0)]


def test_first_value_asks_the_young_only() -> None:
    day = date(2025, 6, 30)
    signed = {"a": 89, "b": 90, "c": 455, "d": 456, "e": 200}
    reached = {"a": 1, "b": 90, "c": 91, "d": 1}
    rows = pl.DataFrame(
        {
            "account_id": list(signed),
            "signed_on": [day - timedelta(days=ago) for ago in signed.values()],
            "reached_on": [
                day - timedelta(days=signed[name] - reached[name]) if name in reached else None
                for name in signed
            ],
        }
    )
    assert first_value_rows(rows, day).select("account_id", "reached").rows() == [
        ("b", True),
        ("c", False),
        ("e", False),
    ]
    found = first_value_trend(rows, day, 1)
    assert found.select("day", "part", "whole").rows() == [(day, 1.0, 3.0)]
