"""Retention and use: known answers, then planted effects covered as often as the interval says."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from models.effects import churn, usage
from models.effects.churn import Arm, Difference, difference
from models.effects.looks import churn_episodes, reach, threshold, use_episodes

Z95 = 1.959964


def test_newcombe_s_own_example() -> None:
    """Newcombe (1998), Statistics in Medicine 17, table II (a): 56/70 less 48/80 is 0.0524 to 0.3339."""
    told = Difference(Arm(48 / 80, 80), Arm(56 / 70, 70), 0.0)
    assert told.effect == pytest.approx(0.2)
    assert told.interval(Z95) == pytest.approx((0.0524, 0.3339), abs=1e-4)


def test_adjusting_moves_both_arms_to_the_same_prediction() -> None:
    rng = np.random.default_rng(1)
    p = rng.uniform(0.05, 0.9, 4000)
    held = rng.random(4000) < np.where(p > 0.5, 0.6, 0.2)  # the lot fell on the worse by chance
    left = rng.random(4000) < p
    raw = difference(left, held, np.full(4000, 0.3))
    adjusted = difference(left, held, p)
    assert raw.effect > 0.15
    assert abs(adjusted.effect) < 0.04
    assert adjusted.called.n > (~held).sum()
    lengths = [high - low for low, high in (raw.interval(Z95), adjusted.interval(Z95))]
    assert lengths[1] < 0.95 * lengths[0]


def test_few_are_not_adjusted_and_an_empty_arm_is_refused() -> None:
    left, held = np.array([True, False] * 20), np.array([True, False, False, False] * 10)
    assert difference(left, held, np.linspace(0, 1, 40)).explained == 0.0
    with pytest.raises(ValueError, match="one arm has no episode"):
        difference(left, np.zeros(40, dtype=bool), np.zeros(40))


def test_lin_is_the_regression_with_interaction() -> None:
    rng = np.random.default_rng(2)
    before, after = rng.poisson(20, 60).astype(float), rng.poisson(25, 60).astype(float)
    held = np.arange(60) % 4 == 0
    x, y, t = np.log1p(before), np.log1p(after), (~held).astype(float)
    c = x - x.mean()
    design = np.column_stack([np.ones(60), t, c, t * c])
    beta = np.linalg.lstsq(design, y, rcond=None)[0]
    bread = np.linalg.inv(design.T @ design)
    hat = np.einsum("ij,jk,ik->i", design, bread, design)
    off = (y - design @ beta) / (1 - hat)
    hc3 = bread @ (design.T * off**2) @ design @ bread
    told = usage.change(before, after, held)
    assert told.difference == pytest.approx(beta[1])
    assert told.error == pytest.approx(np.sqrt(hc3[1, 1]))
    assert told.method == "Lin, HC3"


def test_welch_where_few_are_held_out() -> None:
    rng = np.random.default_rng(3)
    before, after = rng.poisson(20, 30).astype(float), rng.poisson(25, 30).astype(float)
    held = np.arange(30) < 5
    off = np.log1p(after) - np.log1p(before)
    told = usage.change(before, after, held)
    known = stats.ttest_ind(off[~held], off[held], equal_var=False)
    low, high = known.confidence_interval(0.95)
    assert told.method == "Welch"
    assert told.interval(Z95) == pytest.approx((np.expm1(low), np.expm1(high)), rel=1e-6)


def test_looking_often_needs_more() -> None:
    assert reach(0.05) == pytest.approx(2.2414, abs=1e-4)
    assert threshold(300, 400, 0.05) == pytest.approx(reach(0.04) / np.sqrt(0.75))
    assert threshold(900, 400, 0.05) == pytest.approx(reach(0.04))


def test_a_great_effect_need_not_wait_for_the_trials_end() -> None:
    """Robbins' mixture at its keenest: √(2 ln(2 / α²)) with a fifth of α."""
    assert threshold(8, 400, 0.05) == pytest.approx(np.sqrt(2 * np.log(2 / 0.01**2)))
    assert threshold(23, 400, 0.05) < 4 < reach(0.04) / np.sqrt(23 / 400)


@pytest.mark.parametrize("alpha", [0.05, 0.2])
def test_without_an_effect_the_thresholds_are_crossed_in_at_most_their_share(alpha: float) -> None:
    rng, looked, tries = np.random.default_rng(1), 200, 4000
    walks = rng.normal(size=(tries, looked)).cumsum(axis=1) / np.sqrt(np.arange(1, looked + 1))
    limits = np.array([threshold(at, looked, alpha) for at in range(1, looked + 1)])
    crossed = (np.abs(walks) > limits).any(axis=1).mean()
    assert alpha / 2 < crossed <= alpha


def test_how_many_calls_are_needed() -> None:
    """10 % churn, a fifth held out, two of five saved: the 3,100 of the planning note, and a twentieth more.

    That is the price of claiming a great effect early.
    """
    assert churn_episodes(0.10, 0.20, 0.05) == pytest.approx(3265, rel=0.01)
    assert churn_episodes(0.10, 0.20, 0.05, explained=0.5) == pytest.approx(3265 / 2, rel=0.01)
    assert use_episodes(0.2, 0.05) < use_episodes(0.1, 0.05)


@pytest.mark.parametrize(("n", "saved"), [(80, 0.0), (80, 0.5), (300, 0.0), (300, 0.5), (1200, 0.4)])
def test_planted_savings_are_covered(n: int, saved: float) -> None:
    rng = np.random.default_rng(n)
    tries, held = 3000, np.arange(n) % 10 < 3
    within = 0
    for _ in range(tries):
        p = rng.beta(1.5, 8.5, n)
        left = rng.random(n) < np.where(held, p, p * (1 - saved))
        told = difference(left, held, np.clip(p + rng.normal(0, 0.05, n), 0, 1))
        low, high = told.interval(Z95)
        within += low <= 0.15 * saved <= high
    assert 0.93 <= within / tries <= 0.97


@pytest.mark.parametrize(("n", "more"), [(20, 0.3), (120, 0.0), (400, 0.3)])
def test_planted_changes_of_use_are_covered(n: int, more: float) -> None:
    rng = np.random.default_rng(n)
    tries, held = 1500, np.arange(n) % 10 < 3

    def use(size: int, extra: np.ndarray | float) -> tuple[np.ndarray, np.ndarray]:
        level = np.exp(rng.normal(2.5, 0.9, size))
        return rng.poisson(level), rng.poisson(level * np.exp(rng.normal(0, 0.4, size)) * extra)

    _, with_calls = use(400_000, 1 + more)
    _, without = use(400_000, 1.0)
    truth = np.expm1(np.log1p(with_calls).mean() - np.log1p(without).mean())
    within = 0
    for _ in range(tries):
        before, after = use(n, np.where(held, 1.0, 1 + more))
        low, high = usage.change(before.astype(float), after.astype(float), held).interval(Z95)
        within += low <= truth <= high
    assert 0.93 <= within / tries <= 0.97


def test_wilson_is_inside_0_and_1() -> None:
    assert churn.wilson(Arm(0.0, 10), Z95)[0] == pytest.approx(0, abs=1e-12)
    assert churn.wilson(Arm(1.0, 10), Z95)[1] == pytest.approx(1, abs=1e-12)
