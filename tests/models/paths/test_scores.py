"""The scores against textbook results: scipy where it knows them, full regression where it does not."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from models.paths.scores import activity, centred, omnibus, passing, scored, tables, without_activity
from models.paths.watched import GRID, NEVER, Watched
from tests.models.paths.small import small


def _table() -> tuple[np.ndarray, np.ndarray]:
    """30 of 40 who did it succeeded, 20 of 60 who did not."""
    done = np.repeat([True, False], [40, 60])
    good = np.concatenate([np.repeat([True, False], [30, 10]), np.repeat([True, False], [20, 40])])
    return good, done


def test_one_stratum_is_the_chi_square_of_its_table() -> None:
    good, done = _table()
    counted = tables(good, done[:, None], np.zeros(100, dtype=np.int64))
    chi = stats.chi2_contingency([[30, 10], [20, 40]], correction=False).statistic
    assert counted.z[0] == pytest.approx(np.sqrt(chi * 99 / 100))
    assert counted.log_odds[0] == pytest.approx(np.log((30 * 40 / 100 + 0.5) / (10 * 20 / 100 + 0.5)))


def test_the_lift_of_one_stratum_is_the_ratio_with_katz_interval() -> None:
    good, done = _table()
    lift, low, high = (float(bound[0]) for bound in tables(good, done[:, None], np.zeros(100, int)).lift)
    known = stats.contingency.relative_risk(30, 40, 20, 60)
    interval = known.confidence_interval(0.95)
    assert lift == pytest.approx(known.relative_risk)
    assert (low, high) == pytest.approx((interval.low, interval.high), rel=1e-4)


def test_strata_take_out_what_only_they_explain() -> None:
    """In each stratum doing it changes nothing, over both it seems to."""
    done = np.concatenate([np.repeat([True, False], [40, 10]), np.repeat([True, False], [10, 40])])
    good = np.concatenate([np.tile([True, True, True, True, False], 10), np.tile([True] + [False] * 4, 10)])
    stratum = np.repeat([0, 1], 50)
    assert tables(good, done[:, None], np.zeros(100, int)).z[0] > 3
    assert tables(good, done[:, None], stratum).z[0] == pytest.approx(0)
    assert tables(good, done[:, None], stratum).lift[0][0] == pytest.approx(1)


def test_nothing_to_compare_is_no_score_and_no_lift() -> None:
    counted = tables(np.array([True, False]), np.array([[True], [True]]), np.zeros(2, int))
    assert counted.z[0] == 0
    assert np.isnan(counted.lift[0][0])


def test_activity_is_taken_out_as_a_regression_on_strata_and_activity_would(rng_cases: Watched) -> None:
    watched, day = rng_cases, 30
    rows = np.arange(watched.size)
    code = watched.stratum
    values = np.column_stack([watched.succeeded, watched.reached[watched.account, 0] < day]).astype(float)
    design = np.column_stack(
        [code == stratum for stratum in np.unique(code)] + [activity(watched, rows, day)]
    ).astype(float)
    known = values - design @ np.linalg.lstsq(design, values, rcond=None)[0]
    assert without_activity(watched, rows, values, day, code) == pytest.approx(known, abs=1e-9)
    found = scored(watched, np.array([0]), np.array([day]))
    parts = known[:, 0] * known[:, 1]
    assert found.adjusted[0] == pytest.approx(parts.sum() / np.sqrt((parts**2).sum()))


@pytest.fixture
def rng_cases() -> Watched:
    rng = np.random.default_rng(3)
    size = 400
    active = rng.integers(0, 25, size)
    reached = np.where(rng.random((size, 1)) < active[:, None] / 30, 10, NEVER)
    good = rng.random(size) < 0.2 + active / 35
    return small(reached, good, stratum=rng.integers(0, 4, size), active=active)


def test_what_activity_explains_is_no_step(rng_cases: Watched) -> None:
    found = scored(rng_cases, np.array([0]), np.array([30]))
    assert found.z[0] > 2.5
    assert found.adjusted[0] < 1.645
    assert found.least[0] == found.adjusted[0]


def test_omnibus_is_rare_under_noise_and_sure_of_a_signal() -> None:
    rng = np.random.default_rng(7)
    chances = []
    for _ in range(60):
        reached = np.where(rng.random((300, 8)) < 0.4, 10, NEVER)
        watched = small(reached, rng.random(300) < 0.6)
        chances.append(omnibus(scored(watched, np.arange(8), np.full(8, 30))))
    assert np.mean(np.array(chances) <= 0.2) == pytest.approx(0.2, abs=0.16)
    good = rng.random(300) < np.where(reached[:, 0] == 10, 0.9, 0.4)
    assert omnibus(scored(small(reached, good), np.arange(8), np.full(8, 30))) <= 0.001


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30), st.floats(0.01, 0.5))
def test_false_discoveries_are_controlled_as_scipy_does(values: list[float], rate: float) -> None:
    p = np.array(values)
    adjusted = stats.false_discovery_control(p)
    clear = np.abs(adjusted - rate) > 1e-9
    assert (passing(p, rate)[clear] == (adjusted <= rate)[clear]).all()


def test_centred_columns_have_no_mean_left_in_any_stratum() -> None:
    values, stratum = np.arange(6.0)[:, None], np.array([5, 5, 2, 2, 2, 9])
    assert centred(values, stratum)[:, 0].tolist() == [-0.5, 0.5, -1, 0, 1, 0]
    assert GRID[0] == 7
