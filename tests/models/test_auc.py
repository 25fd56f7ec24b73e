"""AUC and lift against scikit-learn, and their intervals against a bootstrap."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from models.auc import UNKNOWN, auc, top_lift


def sample(seed: int, n: int = 400, share: float = 0.1) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    left = rng.random(n) < share
    return left, np.round(rng.normal(0, 1, n) + 0.8 * left, 1)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000))
def test_equals_scikit_learn(seed: int) -> None:
    left, score = sample(seed)
    found = auc(left, score)
    assert found.value == pytest.approx(roc_auc_score(left, score))
    limits = [0, found.low, found.value, found.high, 1]
    known = [limit for limit in limits if limit is not None]
    assert limits == sorted(set(known))


def test_the_interval_is_as_wide_as_a_bootstrap() -> None:
    left, score = sample(1)
    rng = np.random.default_rng(2)
    draws = rng.integers(0, len(left), (1000, len(left)))
    spread = np.quantile([auc(left[draw], score[draw]).value for draw in draws], [0.025, 0.975])
    found = auc(left, score)
    assert (found.low, found.high) == pytest.approx(tuple(spread), abs=0.02)


def test_ninety_five_of_a_hundred_intervals_hold_the_truth() -> None:
    from scipy.stats import norm

    truth = float(norm.cdf(0.8 / np.sqrt(2)))
    found = [auc(*sample(seed)) for seed in range(300)]
    inside = [one.low <= truth <= one.high for one in found if one.low is not None and one.high is not None]
    assert 0.92 <= np.mean(inside) <= 0.985


def test_lift_is_the_rate_in_the_top_over_the_rate_of_all() -> None:
    left, score = np.zeros(200, bool), np.arange(200.0)
    left[[199, 198, 190, 100, 50]] = True
    found = top_lift(left, score)
    assert found.value == pytest.approx((3 / 20) / (5 / 200))
    # Wilson's interval for 3 of 5 is .2307-.8824.
    assert (found.low, found.high) == pytest.approx((2.307, 8.824), abs=2e-3)


def test_equal_scores_share_the_top() -> None:
    left = np.array([True] * 10 + [False] * 90)
    assert top_lift(left, np.zeros(100)).value == pytest.approx(1.0)
    assert auc(left, np.zeros(100)).value == pytest.approx(0.5)


@pytest.mark.parametrize("left", [np.zeros(9, bool), np.ones(9, bool)])
def test_unknown_without_both_kinds(left: np.ndarray) -> None:
    assert auc(left, np.arange(9.0)) == UNKNOWN
    assert str(UNKNOWN) == "not enough data"


def test_a_perfect_order_has_an_honest_interval() -> None:
    assert auc(np.array([True, False, False]), np.array([3.0, 2.0, 1.0])).low == 0.0
