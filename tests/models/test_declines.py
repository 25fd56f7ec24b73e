"""The decline detector against companies whose declines are known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal
from scipy.stats import binom

from models.declines import DeclineResult, declines
from models.declines_fleet import FLEET, day_factor, dispersion, fleet_fall, root_deviance, scatter
from models.declines_panel import as_date
from models.declines_state import DeclineState
from tests.models.planted import START, Planted, accounts_frame, planted, usage_frame

EARLY = 126
"""Days after a planted fall in which an alert is a true one."""


@dataclass(frozen=True)
class Alert:
    account: int
    day: int


def replay(company: Planted, *, every: int = 1, start: int = 112) -> list[Alert]:
    """Look every day and collect the alerts that opened, as a team would have seen them."""
    alerts: set[tuple[str, date]] = set()
    state: DeclineState | None = None
    for day in company.days[start::every]:
        result = declines(company.account_days, company.accounts, day, state)
        state = result.state
        open_now = result.now.filter("declined").select("account_id", "alerted_on")
        alerts |= set(open_now.iter_rows())
    return [Alert(int(name[1:]), (opened - START).days) for name, opened in sorted(alerts)]


def is_true(company: Planted, alert: Alert) -> bool:
    fall = int(company.falls[alert.account])
    return 0 <= fall <= alert.day <= fall + EARLY


def at_most(share: float, n: int) -> int:
    """Most successes of n that a true share would give in 99 of 100 simulations."""
    return int(binom.ppf(0.99, n, share))


def found_within(company: Planted, alerts: list[Alert], days: int, least: float) -> tuple[int, int]:
    first: dict[int, int] = {}
    for alert in alerts:
        if is_true(company, alert):
            first.setdefault(alert.account, alert.day - int(company.falls[alert.account]))
    planted_here = [n for n, fall in enumerate(company.falls) if fall >= 0 and company.weekly[n] >= least]
    return sum(first.get(n, 999) <= days for n in planted_here), len(planted_here)


@pytest.fixture(scope="module")
def company() -> Planted:
    return planted(500, 430, seed=7)


@pytest.fixture(scope="module")
def alerts(company: Planted) -> list[Alert]:
    # An alert stays open for a week at least, so a look every seventh day sees every one.
    return replay(company, every=7)


def test_few_alerts_are_false(company: Planted, alerts: list[Alert]) -> None:
    false = sum(not is_true(company, alert) for alert in alerts)
    assert len(alerts) > 60
    assert false <= at_most(0.10, len(alerts))


def test_most_falls_of_half_are_found_within_28_days(company: Planted, alerts: list[Alert]) -> None:
    found, n = found_within(company, alerts, 28, 15)
    assert n > 60
    assert found / n >= 0.75


def test_accounts_with_good_and_bad_weeks_of_their_own_are_not_called_declined() -> None:
    company = planted(400, 400, seed=3, share=0.15, spread=0.1)
    alerts = replay(company, every=7)
    false = sum(not is_true(company, alert) for alert in alerts)
    assert len(alerts) > 20
    assert false <= at_most(0.10, len(alerts))


def christmas_alerts() -> int:
    company = planted(400, 380, seed=11, share=0.0)
    alerts = replay(company, every=7)
    season = (date(2024, 12, 21), date(2025, 2, 1))
    return len({one.account for one in alerts if season[0] <= START + timedelta(one.day) <= season[1]})


def test_christmas_declines_at_most_one_account_in_a_hundred() -> None:
    assert christmas_alerts() <= 4


def test_without_the_fleets_index_christmas_would_look_like_declines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("models.declines_posterior.day_factor", lambda *_: 1.0)
    assert christmas_alerts() > 40


def test_quiet_accounts_are_too_quiet_to_tell_and_busy_ones_are_not() -> None:
    company = planted(200, 200, seed=5, share=0.0)
    now = declines(company.account_days, company.accounts, company.days[-1]).now
    rate = dict(zip(now["account_id"], now["too_quiet"], strict=True))
    assert all(rate[f"a{n:04d}"] for n in np.flatnonzero(company.weekly < 8))
    assert not any(rate[f"a{n:04d}"] for n in np.flatnonzero(company.weekly > 25))
    assert set(now.filter("too_quiet")["status"]) == {"too quiet to tell"}


@pytest.mark.parametrize("gap", [0, 1, 3, 29])
def test_going_on_from_a_state_equals_starting_from_scratch(company: Planted, gap: int) -> None:
    days, accounts = company.account_days, company.accounts
    until = company.days[300 + gap]
    first = declines(days, accounts, company.days[300])
    scratch = declines(days, accounts, until)
    recent = days.filter(pl.col("day") > company.days[300] - timedelta(days=238))
    resumed = declines(recent, accounts, until, first.state)
    assert resumed.resumed
    assert scratch.now["declined"].any()
    same(resumed, scratch)


def same(one: DeclineResult, other: DeclineResult) -> None:
    assert_frame_equal(one.now, other.now, check_exact=True)
    assert_frame_equal(one.fleet, other.fleet, check_exact=True)
    assert_frame_equal(one.state.accounts, other.state.accounts, check_exact=True)


def test_late_usage_makes_the_run_start_from_scratch(company: Planted) -> None:
    cut = pl.col("day") > company.days[290]
    late = company.account_days.filter(~(cut & (pl.col("account_id") == "a0003")))
    state = declines(late, company.accounts, company.days[300]).state
    result = declines(company.account_days, company.accounts, company.days[310], state)
    assert not result.resumed
    same(result, declines(company.account_days, company.accounts, company.days[310]))


def test_a_state_of_a_later_day_is_left_aside(company: Planted) -> None:
    later = declines(company.account_days, company.accounts, company.days[320]).state
    result = declines(company.account_days, company.accounts, company.days[300], later)
    assert not result.resumed


def test_nothing_after_as_of_is_used(company: Planted) -> None:
    as_of = company.days[330]
    gone = company.accounts.with_columns(
        pl.when(pl.col("account_id") == "a0001").then(as_of + timedelta(days=1)).alias("churned_on")
    )
    full = declines(company.account_days, gone, as_of)
    cut = declines(company.account_days.filter(pl.col("day") <= as_of), company.accounts, as_of)
    assert_frame_equal(full.now, cut.now, check_exact=True)


def test_accounts_that_left_or_are_new_are_not_judged(company: Planted) -> None:
    as_of = company.days[330]
    special = company.accounts.with_columns(
        pl.when(pl.col("account_id") == "a0001").then(as_of - timedelta(days=3)).alias("churned_on"),
        pl.when(pl.col("account_id") == "a0002")
        .then(as_of - timedelta(days=40))
        .otherwise("signed_on")
        .alias("signed_on"),
    )
    now = declines(company.account_days, special, as_of).now
    assert "a0001" not in now["account_id"]
    new = now.row(by_predicate=pl.col("account_id") == "a0002", named=True)
    assert (new["status"], new["expected_28"]) == ("too new to tell", None)


def steady_company(counts: np.ndarray) -> tuple[pl.DataFrame, pl.DataFrame]:
    ids = [f"a{n:04d}" for n in range(counts.shape[1])]
    return usage_frame(counts, ids), accounts_frame(ids, signed_on=START)


def test_numbers_of_a_sudden_stop_are_the_planted_ones() -> None:
    counts = np.full((200, 40), 4)
    counts[172:, 0] = 0
    days, accounts = steady_company(counts)
    now = declines(days, accounts, START + timedelta(days=199)).now.row(0, named=True)
    assert now["declined"]
    assert now["actual_28"] == now["counted_28"] == 0
    assert now["expected_28"] == pytest.approx(4 * 28, rel=0.03)
    assert now["events_a_week"] == 28
    assert now["since"] == START + timedelta(days=172)
    assert now["posterior"] > 0.99


def test_an_alert_closes_when_use_comes_back() -> None:
    counts = np.full((290, 40), 4)
    counts[172:200, 0] = 0
    days, accounts = steady_company(counts)
    declined = declines(days, accounts, START + timedelta(days=199)).now.row(0, named=True)
    mending = declines(days, accounts, START + timedelta(days=204)).now.row(0, named=True)
    assert mending["since"] == declined["since"] <= mending["alerted_on"]
    back = declines(days, accounts, START + timedelta(days=245)).now.row(0, named=True)
    assert declined["declined"]
    assert (back["declined"], back["since"]) == (False, None)


def test_a_lower_level_becomes_the_new_normal_after_112_days() -> None:
    counts = np.full((340, 40), 4)
    counts[172:, 0] = 2
    days, accounts = steady_company(counts)
    opened = declines(days, accounts, START + timedelta(days=220)).now.row(0, named=True)["alerted_on"]
    last = declines(days, accounts, opened + timedelta(days=111)).now.row(0, named=True)
    after = declines(days, accounts, opened + timedelta(days=112)).now.row(0, named=True)
    assert (last["declined"], after["declined"]) == (True, False)


def test_a_fall_of_everyone_is_the_fleets_not_the_accounts() -> None:
    counts = np.full((200, 40), 4)
    counts[172:] = 1
    days, accounts = steady_company(counts)
    result = declines(days, accounts, START + timedelta(days=199))
    assert not result.now["declined"].any()
    fall = fleet_fall(result.fleet, START + timedelta(days=199))
    assert fall is not None
    assert fall.ratio == pytest.approx(0.25, abs=0.01)


def test_one_day_bursts_are_cut_and_counted() -> None:
    counts = np.full((200, 40), 4)
    counts[190, 0] = 500
    days, accounts = steady_company(counts)
    now = declines(days, accounts, START + timedelta(days=199)).now.row(0, named=True)
    assert (now["actual_28"], now["counted_28"]) == (27 * 4 + 12, 27 * 4 + 500)


def test_day_factor_by_hand() -> None:
    rate = np.array([1.0, 3.0] * 15)
    used = np.array([2.0, 3.0] * 15, dtype=np.float32)
    expected = (2 / 3 + 3 / 5) / (1 / 3 + 3 / 5)
    assert day_factor(used, rate, np.full(30, True)) == pytest.approx(expected, abs=1e-6)
    assert day_factor(used, rate, np.arange(30) < 29) == 1.0


def test_dispersion_of_poisson_weeks_is_near_one_and_of_wild_weeks_is_not() -> None:
    rng = np.random.default_rng(0)
    expected = np.full((12, 200), 20.0)
    calm = rng.poisson(expected)
    wild = rng.poisson(expected * rng.gamma(2, 0.5, expected.shape))
    known = np.full((12, 200), True)
    for weeks, low, high in ((calm, 1.0, 1.3), (wild, 8.0, 13.0)):
        phi = dispersion(weeks.astype(np.float32), expected, known, np.full(200, 20 / 7))
        assert low <= phi.mean() <= high
    assert np.isnan(dispersion(calm.astype(np.float32), expected, known & False, np.ones(200))).all()


def test_root_deviance_by_hand() -> None:
    z = root_deviance(np.array([0.0, 8.0, 8.0]), np.array([8.0, 8.0, 2.0]))
    assert z == pytest.approx([-4.0, 0.0, np.sqrt(2 * (8 * np.log(4) - 6))])


def test_scatter_is_one_for_a_normal_spread_and_never_under_point_eight() -> None:
    looks = np.array([[0.9945, 0.1, np.nan], [0.9945, 0.1, np.nan]])
    assert scatter(looks) == pytest.approx([1.0, 0.8, 1.0])


def test_a_company_without_usage_gets_an_answer() -> None:
    accounts = accounts_frame(["a"], signed_on=START)
    empty = usage_frame(np.zeros((1, 1), dtype=np.int64), ["a"])
    result = declines(empty, accounts, START + timedelta(days=50))
    assert result.now["status"].to_list() == ["too new to tell"]
    assert FLEET.check(result.fleet).height == 1
    assert as_date(0) == date(1970, 1, 1)


def test_going_on_equals_starting_from_scratch_where_accounts_close() -> None:
    """Closures of the past months are found again from the days that a resumed run reads."""
    company = planted(60, 330, seed=17, closures=(2.0, 6.0))
    days, accounts, before = company.account_days, company.accounts, company.days[300]
    state = declines(days, accounts, before).state
    recent = days.filter(pl.col("day") > before - timedelta(days=238))
    resumed = declines(recent, accounts, company.days[306], state)
    assert resumed.resumed
    same(resumed, declines(days, accounts, company.days[306]))
