"""*Declined* over many books, looked at every day for a year."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from scipy.stats import binom

from models.declines_closure import (
    BEGINS,
    LONGEST_DAYS,
    STAYS,
    Closings,
    Closure,
    closed_before,
    tempered,
)
from models.declines_panel import build_panel, ordinal
from models.declines_posterior import Memory, Recursion
from tests.models.planted import START, Planted, planted

BOOKS, ACCOUNTS, DAYS = 8, 150, 112 + 365
EARLY = 126
"""Days after a planted fall in which an alert is a true one."""


def alerts(company: Planted) -> list[tuple[int, int]]:
    """Account and day of every alert that a daily look would have seen open."""
    n = len(company.weekly)
    lives = pl.DataFrame(
        {"account_id": company.accounts["account_id"], "starts_on": [START] * n, "ended_on": [None] * n},
        schema_overrides={"ended_on": pl.Date},
    )
    panel = build_panel(company.account_days, lives, ordinal(START), ordinal(company.days[-1]))
    walk = Recursion(panel, Memory.blank(n), np.ones(panel.days), np.full((panel.days, 3), np.nan))
    days = (panel.first + row for row in walk.walk())
    return [
        (int(account), day - ordinal(START))
        for day in days
        for account in np.flatnonzero(walk.memory.opened == day)
    ]


def false_of(company: Planted, found: list[tuple[int, int]]) -> int:
    fell = company.falls
    return sum(not 0 <= fell[account] <= day <= fell[account] + EARLY for account, day in found)


def books(
    *, holidays: float = 0.0, share: float = 0.3, closures: tuple[float, float] = (0.0, 0.0)
) -> list[Planted]:
    return [
        planted(ACCOUNTS, DAYS, seed=900 + book, holidays=holidays, share=share, closures=closures)
        for book in range(BOOKS)
    ]


def at_most(share: float, n: int) -> int:
    return int(binom.ppf(0.99, n, share))


@pytest.fixture(scope="module")
def looked_at() -> list[tuple[Planted, list[tuple[int, int]]]]:
    return [(company, alerts(company)) for company in books()]


def test_at_most_one_alert_in_ten_is_false(looked_at: list[tuple[Planted, list[tuple[int, int]]]]) -> None:
    found = sum(len(seen) for _, seen in looked_at)
    false = sum(false_of(company, seen) for company, seen in looked_at)
    assert found > 200
    assert false <= at_most(0.10, found)


def test_three_of_four_falls_of_half_are_found_within_28_days(
    looked_at: list[tuple[Planted, list[tuple[int, int]]]],
) -> None:
    hits = n = 0
    for company, seen in looked_at:
        busy = np.flatnonzero((company.falls >= 0) & (company.weekly >= 15))
        n += busy.size
        soon = {account for account, day in seen if 0 <= day - company.falls[account] <= 28}
        hits += len(soon & set(busy.tolist()))
    assert n > 150
    assert hits / n >= 0.75


def test_christmas_reports_at_most_one_account_in_a_hundred() -> None:
    season = {
        (START.replace(year=2024, month=12, day=21) - START).days + n for n in range(43)
    }  # to the first days of February: a fall is seen only later
    stable = books(share=0.0)
    reported = sum(len({a for a, day in alerts(company) if day in season}) for company in stable)
    assert reported <= at_most(0.01, BOOKS * ACCOUNTS)


def told(every: list[Planted]) -> tuple[int, int, float]:
    """Alerts, false ones, and the share of falls in busy accounts that were found within 28 days."""
    found = false = hits = n = 0
    for company in every:
        seen = alerts(company)
        found, false = found + len(seen), false + false_of(company, seen)
        busy = np.flatnonzero((company.falls >= 0) & (company.weekly >= 15))
        soon = {account for account, day in seen if 0 <= day - company.falls[account] <= 28}
        hits, n = hits + len(soon & set(busy.tolist())), n + busy.size
    return found, false, hits / n


def test_holidays_of_ones_own_do_not_make_more_than_one_alert_in_ten_false() -> None:
    """A holiday of half the accounts, up to three weeks: some fall in the weeks after a planted fall."""
    found, false, recall = told(books(holidays=0.5))
    assert found > 200
    assert false <= at_most(0.10, found)
    assert recall >= 0.75


def test_many_closures_of_ones_own_do_not_make_more_than_one_alert_in_ten_false() -> None:
    """A week or two a year and four times some days; baselines leave them out."""
    found, false, recall = told(books(closures=(1.0, 4.0)))
    assert found > 200
    assert false <= at_most(0.10, found)
    assert recall >= 0.75


def test_where_falls_are_rare_closures_do_not_fill_the_list() -> None:
    found, false, _ = told(books(closures=(1.0, 4.0), share=0.08))
    assert found > 40
    assert false <= at_most(0.10, found)


def test_without_minding_closures_they_would(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("models.declines_closure.LONGEST_DAYS", 0)
    found, false, _ = told(books(closures=(1.0, 4.0))[:3])
    assert false > 0.25 * found


def test_strong_weeks_of_ones_own_are_not_taken_for_falls() -> None:
    """Weekly factors of variance 0.1: a third more or less each week hides most falls, and makes few."""
    noisy = [planted(ACCOUNTS, DAYS, seed=900 + book, spread=0.1) for book in range(4)]
    found, false, recall = told(noisy)
    assert found > 60
    assert false <= at_most(0.10, found)
    assert 0.15 < recall < 0.75


def test_a_closure_by_hand() -> None:
    closure, quiet, gone = Closure.blank(1), np.array([0.05]), np.array([False])
    assert closure.prior[0] == pytest.approx(BEGINS)
    closure.step(gone, quiet)
    first = BEGINS / (BEGINS + (1 - BEGINS) * 0.05)
    assert closure.chance[0] == pytest.approx(first)
    assert closure.prior[0] == pytest.approx(BEGINS * (1 - first) + STAYS * first)
    for _ in range(6):
        closure.step(gone, quiet)
    assert closure.chance[0] > 0.95
    closure.step(np.array([True]), quiet)
    assert (closure.days[0], closure.chance[0]) == (0, 0.0)


def test_a_day_that_may_be_closed_says_little_and_after_three_weeks_everything() -> None:
    quiet, fallen, gone = np.array([0.05]), np.array([0.4]), np.array([False])
    open_day = np.log(fallen / quiet)
    for prior, low, high in ((0.0, 2.07, 2.09), (0.01, 1.9, 2.0), (0.8, 0.08, 0.09), (1.0, 0.0, 1e-9)):
        said = tempered(np.zeros(1), quiet, fallen, np.array([prior]), gone)[0]
        assert low <= said <= high
    assert tempered(np.array([0.7]), quiet, fallen, np.array([0.8]), np.array([True]))[0] == 0.7
    closure = Closure.blank(1)
    for _ in range(LONGEST_DAYS):
        closure.step(gone, quiet)
    assert closure.prior[0] == 0.0
    assert tempered(np.zeros(1), quiet, fallen, closure.prior, gone) == pytest.approx(open_day)


def test_closures_that_ended_are_found_in_a_baseline() -> None:
    """Five events a day: a week away is a closure; a day, a month, and one that lasts are none."""
    cut = np.full((112, 4), 5, dtype=np.float32)
    cut[40:47, 0] = 0
    cut[40, 1] = 0
    cut[40:70, 2] = 0
    cut[105:, 3] = 0
    closed = closed_before(cut, np.full((112, 4), 5.0), np.ones((112, 4), dtype=bool))
    assert np.flatnonzero(closed[:, 0]).tolist() == list(range(40, 47))
    assert not closed[:, 1:].any()
    quiet = closed_before(cut, np.full((112, 4), 0.3), np.ones((112, 4), dtype=bool))
    assert not quiet.any(), "at two events a week, a week without any is nothing"


def test_closed_days_are_summed_from_the_last_look_on() -> None:
    closed = np.zeros((10, 1), dtype=bool)
    closed[3:5] = True
    found = Closings.of(29, closed, np.arange(10.0))  # rows 20 to 29, closed on 23 and 24
    assert [float(part[0]) for part in found.between(20, 30)] == [2, 3 + 4]
    assert [float(part[0]) for part in found.between(24, 36)] == [1, 4]
    assert [float(part[0]) for part in found.between(25, 40)] == [0, 0]


def test_how_often_falls_begin_is_learned_from_the_companys_own_alerts() -> None:
    company = planted(ACCOUNTS, 300, seed=900, share=0.0)
    panel = build_panel(
        company.account_days,
        pl.DataFrame(
            {"account_id": company.accounts["account_id"], "starts_on": START, "ended_on": None},
            schema_overrides={"starts_on": pl.Date, "ended_on": pl.Date},
        ),
        ordinal(START),
        ordinal(company.days[-1]),
    )
    start = Recursion(panel, Memory.blank(ACCOUNTS), np.ones(panel.days), np.full((panel.days, 3), np.nan))
    assert start.hazard == pytest.approx(0.0005)
    for _ in start.walk():
        pass
    judged, opened = int(start.judged.sum()), int(start.alerts.sum())
    assert judged > 20_000
    assert start.hazard == pytest.approx((4 + opened) / (4 / 0.0005 + judged))
    assert start.hazard < 0.0005
