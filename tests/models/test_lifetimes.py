"""Lives as spells, where the data begins, and the rest of a life by hand and against a simulation."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from lifelines import KaplanMeierFitter
from lifelines.utils import restricted_mean_survival_time

from models.facts import ACCOUNTS, SUBSCRIPTIONS
from models.ledger import Ledger, ledger
from models.lifetimes import LifeCurve, seen_from, spells
from models.survival import SPELLS
from tests.models.rows import frame

AS_OF = date(2025, 6, 30)


def book(*rows: Mapping[str, object]) -> Ledger:
    return ledger(frame(ACCOUNTS, *rows), SUBSCRIPTIONS.empty(), AS_OF)


def lives(durations: list[float], ended: list[bool]) -> pl.DataFrame:
    columns = {
        "account_id": [f"a{i}" for i in range(len(durations))],
        "entered": [0.0] * len(durations),
        "duration": durations,
        "ended": ended,
    }
    return SPELLS.check(pl.DataFrame(columns, schema=SPELLS.schema))


def test_spells_by_hand() -> None:
    found = spells(
        book(
            {"account_id": "left", "signed_on": date(2025, 1, 1), "churned_on": date(2025, 1, 31)},
            {"account_id": "stays", "signed_on": date(2025, 6, 20)},
            {"account_id": "later", "signed_on": date(2025, 6, 20), "churned_on": date(2025, 7, 1)},
            {"account_id": "unknown", "signed_on": None},
        ),
        since=date(2025, 1, 11),
    ).sort("account_id")
    assert found.select("account_id", "entered", "duration", "ended").rows() == [
        ("later", 0, 10, False),
        ("left", 10, 30, True),
        ("stays", 0, 10, False),
    ]


def test_departures_begin_where_too_many_days_passed_without_one() -> None:
    old = [{"account_id": f"o{i}", "signed_on": date(2015, 1, 1)} for i in range(20)]
    gone = [
        {
            "account_id": f"g{i}",
            "signed_on": date(2015, 1, 1),
            "churned_on": AS_OF - timedelta(days=40 + 30 * i),
        }
        for i in range(10)
    ]
    of = book(*old, *gone)
    first = AS_OF - timedelta(days=40 + 270)
    assert seen_from(of) == first - timedelta(days=1)
    assert spells(of)["ended"].sum() == 10


def test_departures_known_from_the_start_are_not_cut() -> None:
    rows = [
        {
            "account_id": f"a{i}",
            "signed_on": date(2024, 1, 1),
            "churned_on": date(2024, 2, 1) + timedelta(days=20 * i) if i < 10 else None,
        }
        for i in range(20)
    ]
    assert seen_from(book(*rows)) is None
    assert seen_from(book({"account_id": "a", "signed_on": date(2024, 1, 1)})) is None


def test_a_restricted_mean_equals_lifelines() -> None:
    rng = np.random.default_rng(4)
    event, watched = np.ceil(rng.exponential(300, 200)), np.ceil(rng.uniform(50, 700, 200))
    rows = lives(np.minimum(event, watched).tolist(), (event <= watched).tolist())
    peer = KaplanMeierFitter().fit(rows["duration"].to_numpy(), rows["ended"].to_numpy())
    mine = LifeCurve(rows).rest(np.zeros(1), 365.0)
    assert mine.days[0] == pytest.approx(restricted_mean_survival_time(peer, t=365.0), abs=1e-6)
    assert mine.stays[0] == pytest.approx(float(peer.predict(365.0)), abs=1e-9)


def test_the_rest_of_a_life_by_hand() -> None:
    # S: 1 to day 10, .75 to day 20, .5 to day 30, .25 to day 40 (the last one is censored there).
    curve = LifeCurve(lives([10, 20, 30, 40], [True, True, True, False]))
    rest = curve.rest(np.array([0.0, 10.0]), 20.0)
    assert rest.days.tolist() == pytest.approx([10 + 7.5, (7.5 + 5) / 0.75])
    assert rest.stays.tolist() == pytest.approx([0.5, 0.25 / 0.75])
    # Greenwood: after day 10 come 7.5 of 20 days; the departure on day 20 is the last moment.
    variance = 7.5**2 * 1 / (4 * 3)
    assert rest.high[0] == 20
    assert rest.days[0] - rest.low[0] == pytest.approx(1.6448536 * variance**0.5)


def test_past_what_was_seen_the_mean_rate_goes_on() -> None:
    rows = lives([100.0] * 10 + [50.0] * 2, [False] * 10 + [True] * 2)
    rate = 2 / 1100
    curve = LifeCurve(rows, longest=5000)
    ahead = curve.chance(np.array([100.0]), 365.25 * 5)
    assert ahead[0] == pytest.approx(np.exp(-rate * 365.25 * 5), rel=0.01)
    assert curve.seen_to == 100
    assert LifeCurve(rows).chance(np.array([100.0]), 1000.0)[0] == 1


def test_the_interval_holds_the_truth_about_as_often_as_it_says() -> None:
    rng = np.random.default_rng(11)
    inside = 0
    truth = 300 * (1 - np.exp(-200 / 300))
    for _ in range(200):
        event, watched = rng.exponential(300, 150), rng.uniform(100, 600, 150)
        rest = LifeCurve(lives(np.minimum(event, watched).tolist(), (event <= watched).tolist())).rest(
            np.zeros(1), 200.0
        )
        inside += int(rest.low[0] <= truth <= rest.high[0])
    assert 170 <= inside <= 193


def test_shared_variance_is_the_variance_of_one_account_where_there_is_one() -> None:
    rng = np.random.default_rng(2)
    event, watched = np.ceil(rng.exponential(300, 90)), np.ceil(rng.uniform(50, 700, 90))
    curve = LifeCurve(lives(np.minimum(event, watched).tolist(), (event <= watched).tolist()))
    ages = np.array([0.0])
    one = curve.shared_variance(ages, 200.0, np.array([1.0]))
    assert one > 0
    assert curve.shared_variance(np.zeros(3), 200.0, np.array([1.0, 2.0, 4.0])) == pytest.approx(49 * one)


def test_nobody_ever_left() -> None:
    curve = LifeCurve(lives([10.0, 20.0], [False, False]), longest=100)
    assert curve.endings == 0
    assert curve.rest(np.array([5.0]), 30.0).days.tolist() == [30.0]
    assert curve.shared_variance(np.array([5.0]), 30.0, np.array([1.0])) == 0
