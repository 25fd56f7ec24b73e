"""Matching and its interval: by hand, and by simulation with and without an effect."""

from __future__ import annotations

import numpy as np
import pytest

from models.matched import Difference, Pairs, difference, nearest


def test_the_nearest_within_the_caliper_share_the_weight() -> None:
    pairs = nearest(np.array([[0.0], [5.0]]), np.array([[0.5], [-0.2], [0.9], [0.1]]), most=2, caliper=0.6)
    assert pairs.treated.tolist() == [0, 0]
    assert pairs.other.tolist() == [3, 1]
    assert pairs.weight.tolist() == [0.5, 0.5]
    assert nearest(np.zeros((0, 1)), np.zeros((3, 1))).treated.tolist() == []


def test_the_difference_by_hand() -> None:
    pairs = Pairs(np.array([0, 1, 1]), np.array([0, 0, 1]), np.array([1.0, 0.5, 0.5]))
    told = difference(np.array([3.0, 5.0]), np.array([1.0, 2.0]), pairs)
    assert told is not None
    assert (told.treated_mean, told.other_mean, told.n) == (4.0, 1.25, 2)
    # own: variance 1.125 of 2 and 3.5, over 2; shared: spread .5 times 1.5² − 1.25, over 4
    assert told.error == pytest.approx(np.sqrt(1.125 / 2 + 0.5 * 1.0 / 4))
    assert difference(np.array([3.0]), np.array([1.0]), Pairs(*(np.array([0]),) * 2, np.ones(1))) is None


def test_the_interval_is_students() -> None:
    low, high = Difference(1.0, 0.0, 0.5, 10).interval()
    assert (low, high) == pytest.approx((1 - 2.2622 * 0.5, 1 + 2.2622 * 0.5), abs=1e-3)


@pytest.mark.parametrize("effect", [0.0, 0.4])
def test_intervals_cover_what_was_planted(effect: float) -> None:
    dice, held, runs = np.random.default_rng(5), 0, 400
    for _ in range(runs):
        level = dice.normal(0, 1, 260)
        after = 0.3 * level + dice.normal(0, 0.6, 260)
        after[:30] += effect
        pairs = nearest(level[:30, None], level[30:, None])
        told = difference(after[:30], after[30:], pairs)
        assert told is not None
        low, high = told.interval()
        held += low <= effect <= high
    assert 0.92 * runs <= held <= 0.985 * runs
