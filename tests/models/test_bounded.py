"""Intervals of bounded answers: by hand, against scipy, and by simulation with repeated answers."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm, t, ttest_ind

from models.bounded import Bounded, Reals, differ

RUNS = 8000


def totals(sums: Reals, counts: Reals, squares: Reals) -> dict[str, Reals]:
    """Of groups in rows and accounts in columns."""
    return {
        "n": counts.sum(1),
        "accounts": (counts > 0).sum(1).astype(float),
        "total": sums.sum(1),
        "squares": squares.sum(1),
        "own_squares": (sums**2).sum(1),
        "own_cross": (sums * counts).sum(1),
        "own_counts": (counts**2).sum(1),
    }


def test_one_answer_an_account_by_hand() -> None:
    values = np.array([[1.0] * 6 + [0.0] * 3 + [-1.0] * 3])
    found = Bounded(totals(values, np.ones_like(values), values**2))
    e = (6 - 3) / 15
    variance = ((9 + 1.5) / 15 - e**2) / 15
    assert found.estimate[0] == pytest.approx(e)
    assert found.variance[0] == pytest.approx(variance)
    assert found.high[0] == pytest.approx(e + t.ppf(0.975, 14) * np.sqrt(variance))


def test_the_plain_one_is_scipys_t_interval() -> None:
    values = np.array([np.linspace(-0.8, 0.9, 17)])
    found = Bounded(totals(values, np.ones_like(values), values**2), padded=False)
    low, high = t.interval(0.95, 16, values.mean(), values.std(ddof=1) / np.sqrt(17))
    assert (found.low[0], found.high[0]) == pytest.approx((low, high))


def test_the_same_answer_given_again_and_again_is_no_news() -> None:
    once = np.array([[1.0] * 12 + [-1.0] * 8])
    ones = np.ones_like(once)
    single = Bounded(totals(once, ones, once**2))
    fivefold = Bounded(totals(5 * once, 5 * ones, 5 * once**2))
    assert fivefold.n[0] == 100
    assert fivefold.high[0] - fivefold.low[0] == pytest.approx(single.high[0] - single.low[0], rel=0.1)


def test_differences_are_welchs() -> None:
    rng = np.random.default_rng(0)
    left, right = rng.uniform(-1, 1, (400, 20)), rng.uniform(-0.7, 1, (400, 30))
    one, two = (Bounded(totals(v, np.ones_like(v), v**2), padded=False) for v in (left, right))
    found = differ((one.estimate, two.estimate), (one.variance, two.variance), (one.freedom, two.freedom), 3)
    theirs = ttest_ind(left, right, axis=1, equal_var=False).pvalue < 0.05 / 3
    assert found.tolist() == theirs.tolist()
    assert 0 < found.sum() < 400


def told(
    rng: np.random.Generator, accounts: int, most: int, mean: float, own: float, noise: float
) -> Bounded:
    """NPS signs of accounts that answer one to `most` times, each around a mood of its own."""
    mood = rng.normal(mean, own, (RUNS, accounts, 1))
    scores = np.clip(np.round(mood + rng.normal(0, noise, (RUNS, accounts, most))), 0, 10)
    counts = rng.integers(1, most + 1, (RUNS, accounts))
    given = np.arange(most) < counts[..., None]
    signs = ((scores >= 9) * 1.0 - (scores <= 6)) * given
    return Bounded(totals(signs.sum(2), counts.astype(float), (signs**2).sum(2)))


CASES = [(30, 1), (10, 2), (12, 3), (30, 4), (60, 3), (10, 8)]
MOODS = [(7.5, 2.0, 0.7), (7.5, 1.0, 2.0), (8.5, 1.5, 1.0)]


@pytest.mark.parametrize(("accounts", "most"), CASES)
def test_holds_the_truth_and_rarely_cries_change(accounts: int, most: int) -> None:
    inside, changed = [], []
    for number, (mean, own, noise) in enumerate(MOODS):
        rng = np.random.default_rng(7 * accounts + number)
        spread = np.hypot(own, noise)
        truth = norm.sf(8.5, mean, spread) - norm.cdf(6.5, mean, spread)
        one, two = (told(rng, accounts, most, mean, own, noise) for _ in range(2))
        inside.append((one.low <= truth) & (truth <= one.high))
        changed.append(
            differ((one.estimate, two.estimate), (one.variance, two.variance), (one.freedom, two.freedom))
        )
    assert 0.93 <= np.mean(inside) <= (0.97 if accounts >= 20 else 0.98), "few accounts: rather too wide"
    assert np.mean(changed) <= 0.05


def test_ignoring_accounts_would_be_too_sure() -> None:
    """The simulation can fail: the same answers as if from different accounts miss the truth often."""
    rng = np.random.default_rng(5)
    signs = np.repeat(np.sign(rng.normal(0.2, 1, (RUNS, 15))), 6, axis=1)
    naive = Bounded(totals(signs, np.ones_like(signs), signs**2))
    truth = 1 - 2 * norm.cdf(0, 0.2, 1)
    assert np.mean((naive.low <= truth) & (truth <= naive.high)) < 0.75
