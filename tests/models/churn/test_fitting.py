from __future__ import annotations

import json
from dataclasses import asdict

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given as examples
from hypothesis import strategies as some
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from models.churn.boosting import BINS, bins, boosted
from models.churn.equation import Equation, Term, scale, standardised
from models.churn.fitting import cross_fitted, fit, folds
from models.churn.logistic import log_loss, path
from models.churn.table import Table, given
from models.churn.thinned import thinned

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


def sample(rows: int = 1_200, seed: int = 0) -> tuple[Table, Flags, Floats]:
    """Three columns, of which the first two matter; the true log-odds."""
    rng = np.random.default_rng(seed)
    columns = rng.normal(size=(rows, 3)) * [1.0, 5.0, 1.0] + [0.0, 20.0, 0.0]
    true = -1.2 + 0.9 * columns[:, 0] - 0.12 * (columns[:, 1] - 20)
    return given(["a", "b", "c"], columns), rng.random(rows) < expit(true), true


@pytest.mark.parametrize("strength", [0.001, 0.03, 1.0])
def test_the_path_is_scikit_learns_ridge_logistic_regression(strength: float) -> None:
    table, left, _ = sample()
    columns = standardised(scale(table), table)
    found = path(columns, left, [0.0003, strength])[1]
    theirs = LogisticRegression(C=strength, tol=1e-12, max_iter=1_000).fit(columns, left)
    assert np.abs(found - [theirs.intercept_[0], *theirs.coef_[0]]).max() < 1e-6


def test_a_row_that_counts_thrice_is_three_rows() -> None:
    table, left, _ = sample(300)
    times = np.random.default_rng(1).integers(1, 4, 300)
    columns, thrice = table.matrix, np.repeat(np.arange(300), times)
    by_times = path(columns, left, [0.1], times.astype(float))[0]
    assert np.abs(by_times - path(columns[thrice], left[thrice], [0.1])[0]).max() < 1e-8


def test_boosting_counts_a_row_thrice_too() -> None:
    table, left, _ = sample(3_000)
    times = np.random.default_rng(1).integers(1, 4, 3_000)
    columns, thrice = np.round(table.matrix), np.repeat(np.arange(3_000), times)
    by_times, repeated = boosted(columns, left, times.astype(float)), boosted(columns[thrice], left[thrice])
    assert np.abs(by_times.logit(columns) - repeated.logit(columns)).mean() < 0.02
    assert np.abs(by_times.logit(columns) - boosted(columns, left).logit(columns)).mean() > 0.02


def test_who_left_is_kept_and_who_stayed_counts_for_others() -> None:
    rng = np.random.default_rng(0)
    left = rng.random(5_000) < 0.02
    few = thinned(left, 1_000)
    assert len(few.rows) == 1_000
    assert left[few.rows].sum() == left.sum()
    assert few.times[left[few.rows]].tolist() == [1.0] * int(left.sum())
    assert few.times.sum() == pytest.approx(5_000)
    assert np.array_equal(few.rows, np.unique(few.rows))
    many = thinned(~left, 1_000)
    assert (~left)[many.rows].sum() == 1_000 - left.sum(), "those who stayed are the fewer, and all there"
    assert many.times.sum() == pytest.approx(5_000)
    assert thinned(left, 5_000).times.tolist() == [1.0] * 5_000
    assert len(thinned(rng.random(5_000) < 0.5, 1_000).rows) == 1_000


def test_many_rows_are_fitted_as_well_from_some() -> None:
    table, left, true = sample(24_000)
    made = fit(table, left, np.arange(24_000))
    assert np.corrcoef(made.equation.logit(table), true)[0, 1] > 0.995
    assert abs(float(expit(made.equation.logit(table)).mean()) - float(left.mean())) < 0.001


@pytest.mark.parametrize("cores", [1, 2, 8])
def test_the_cores_change_nothing(cores: int, monkeypatch: pytest.MonkeyPatch) -> None:
    table, left, _ = sample(2_400)
    alone = fit(table, left, np.arange(2_400) // 2)
    monkeypatch.setattr("os.cpu_count", lambda: cores)
    assert fit(table, left, np.arange(2_400) // 2) == alone


def test_columns_are_cut_at_the_quantiles_and_scaled() -> None:
    values = np.append(np.arange(1_000.0), 1e9)
    rare = (np.arange(1_001) < 3).astype(float)
    table = given(["x", "still", "rare"], np.column_stack([values, np.ones(1_001), rare]))
    terms = scale(table)
    assert [term.name for term in terms] == ["x", "rare"], "what never varies is left out"
    assert (terms[0].low, terms[0].high) == (5.0, 995.0)
    scaled = standardised(terms, table)
    assert np.abs(scaled.mean(axis=0)).max() < 1e-12
    assert np.abs(scaled.std(axis=0) - 1).max() < 1e-12
    assert scaled[-1, 0] == scaled[-2, 0]
    assert len(np.unique(scaled[:, 1])) == 2, "a flag that few rows have is not cut away"


@examples(some.integers(0, 10_000))
def test_terms_and_intercept_are_the_log_odds_exactly(seed: int) -> None:
    table, left, _ = sample(200, seed)
    made = fit(table, left, np.arange(200), challenge=False)
    by_hand = expit(made.equation.intercept + made.equation.contributions(table).sum(axis=1))
    scaled = standardised(made.equation.terms, table)
    weights = np.array([term.weight for term in made.equation.terms])
    assert np.abs(by_hand - expit(made.equation.intercept + scaled @ weights)).max() < 1e-12
    assert np.abs(made.equation.logit(table) - (made.equation.intercept + scaled @ weights)).max() < 1e-10


def test_the_fit_finds_what_was_planted() -> None:
    table, left, true = sample(6_000)
    made = fit(table, left, np.arange(6_000))
    assert made.method == "logistic", "boosting does not win where log-odds are straight"
    assert np.corrcoef(made.equation.logit(table), true)[0, 1] > 0.99
    held_out = cross_fitted(table, left, np.arange(6_000))
    assert abs(float(expit(held_out).mean()) - float(left.mean())) < 0.005
    assert log_loss(left, held_out).mean() < log_loss(left, true).mean() + 0.01


def test_boosting_wins_where_it_clearly_predicts_better_and_stays_additive() -> None:
    rng = np.random.default_rng(1)
    columns = rng.uniform(-2, 2, size=(3_000, 2))
    left = rng.random(3_000) < np.where(np.abs(columns[:, 0]) > 1, 0.7, 0.1)
    table = given(["bent", "noise"], columns)
    made = fit(table, left, np.arange(3_000))
    assert made.method == "boosting"
    assert log_loss(left, made.equation.logit(table)).mean() < 0.55
    sums = made.equation.intercept + made.equation.contributions(table).sum(axis=1)
    assert np.array_equal(sums, made.equation.logit(table))
    kept = json.loads(json.dumps(asdict(made.equation)))
    terms = (Term(**(t | {n: tuple(t[n]) for n in ("edges", "points")})) for t in kept["terms"])
    again = Equation(kept["intercept"], tuple(terms))
    assert np.array_equal(again.logit(table), made.equation.logit(table))


def test_a_boosted_table_is_the_machine_itself() -> None:
    table, left, _ = sample()
    tables = boosted(table.matrix, left)
    level, cuts, points = tables
    each = zip(table.matrix.T, cuts, points, strict=True)
    summed = level + np.sum([point[bins(column, cut)] for column, cut, point in each], axis=0)
    assert np.abs(tables.logit(table.matrix) - summed).max() < 1e-12
    assert log_loss(left, summed).mean() < log_loss(left, np.full(len(left), np.log(left.mean()))).mean()
    for column, cut, point in zip(table.matrix.T, cuts, points, strict=True):
        assert abs(point[bins(column, cut)].mean()) < 1e-9
        assert len(point) == len(cut) + 1 <= BINS


def test_rows_of_one_account_share_a_fold() -> None:
    groups = np.repeat(np.arange(40), 3)
    found = folds(groups)
    assert {len(set(found[groups == group])) for group in range(40)} == {1}
    assert np.bincount(found).tolist() == [24] * 5


def test_too_sure_a_fit_is_calibrated_when_churns_are_few() -> None:
    equation = fit(*_noise()).equation
    doubled = equation.recalibrated(0.1, 2.0)
    table = _noise()[0]
    assert np.abs(doubled.logit(table) - (0.1 + 2.0 * equation.logit(table))).max() < 1e-9


def test_a_sigmoid_is_put_on_while_churns_are_some_hundreds() -> None:
    table, left, _ = sample(1_500)
    assert 200 <= left.sum() < 1_000
    few, some, many = (
        fit(table.rows(rows), left[rows], rows, challenge=False)
        for rows in (np.arange(300), np.arange(1_500), np.tile(np.arange(1_500), 4))
    )
    assert [one.calibrated for one in (few, some, many)] == [False, True, False]


def _noise() -> tuple[Table, Flags, npt.NDArray[np.int64]]:
    rng = np.random.default_rng(2)
    return given(["a"], rng.normal(size=(300, 1))), rng.random(300) < 0.3, np.arange(300)


def test_values_beyond_what_was_seen_are_outside() -> None:
    table, left, _ = sample()
    equation = fit(table, left, np.arange(len(left)), challenge=False).equation
    assert not equation.outside(table).any()
    most = table.matrix.max(axis=0)
    spread = most - table.matrix.min(axis=0)
    asked = given(table.names, np.vstack([most + 0.09 * spread, most + np.array([0.11, 0, 0]) * spread]))
    assert equation.outside(asked).tolist() == [[False] * 3, [True, False, False]]


def test_what_is_missing_is_named() -> None:
    table, left, _ = sample()
    equation = fit(table, left, np.arange(len(left)), challenge=False).equation
    with pytest.raises(ValueError, match="lacks b, c; it has a"):
        equation.logit(given(["a"], table.matrix[:, :1]))
    with pytest.raises(ValueError, match="0 of 1200 left"):
        fit(table, np.zeros(1_200, np.bool_), np.arange(1_200))
