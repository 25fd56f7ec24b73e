"""NPS: known answers, coverage and false alarms by simulation."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import t as student

from models.nps import CHANGED, NO_CHANGE, TOO_FEW, NpsResult, nps, verdict


def answers(promoters: int, passives: int, detractors: int) -> list[float]:
    return [9.0] * promoters + [8.0] * passives + [6.0] * detractors


def test_known_answer_by_the_formula() -> None:
    found = nps(answers(50, 30, 20))
    p, q, n = 50.75 / 103, 20.75 / 103, 103
    half = student.ppf(0.975, 102) * np.sqrt((p + q - (p - q) ** 2) / n)
    assert (found.n, found.promoters, found.passives, found.detractors) == (100, 50, 30, 20)
    assert found.nps == pytest.approx(30)
    assert (found.low, found.high) == pytest.approx((100 * (p - q - half), 100 * (p - q + half)))


def test_borders_of_the_scale() -> None:
    found = nps([0, 6, 6.9, 7, 8, 8.9, 9, 10, None, 10])
    assert (found.n, found.promoters, found.detractors) == (9, 3, 2)
    with pytest.raises(ValueError, match="these go from 1 to 11"):
        nps([1, 11])


@pytest.mark.parametrize("n", [0, 1, 9])
def test_hides_under_ten_answers(n: int) -> None:
    found = nps([9.0] * n)
    assert found.suppressed
    assert (found.n, found.nps, found.low, found.high) == (n, None, None, None)
    assert verdict(found, nps(answers(20, 0, 0))) == TOO_FEW


def test_all_alike_still_has_an_interval() -> None:
    found = nps([10.0] * 12)
    assert found.low is not None
    assert found.low < found.nps == found.high == 100  # type: ignore[operator]


def simulated(n: int, shares: tuple[float, float, float], runs: int, seed: int) -> list[NpsResult]:
    rng = np.random.default_rng(seed)
    return [nps(answers(*map(int, counts))) for counts in rng.multinomial(n, shares, runs)]


TRUTHS = [(0.5, 0.3, 0.2), (0.3, 0.4, 0.3), (0.65, 0.25, 0.1)]


@pytest.mark.parametrize("n", [20, 60])
def test_the_interval_holds_the_truth_as_often_as_it_says(n: int) -> None:
    inside = [
        found.low <= 100 * (truth[0] - truth[2]) <= found.high  # type: ignore[operator]
        for number, truth in enumerate(TRUTHS)
        for found in simulated(n, truth, 1200, number)
    ]
    assert 0.93 <= np.mean(inside) <= 0.97


@pytest.mark.parametrize("n", [20, 60])
def test_equal_periods_are_rarely_called_changed(n: int) -> None:
    verdicts = [
        verdict(first, second)
        for number, truth in enumerate(TRUTHS)
        for first, second in zip(
            simulated(n, truth, 500, number), simulated(n, truth, 500, 50 + number), strict=True
        )
    ]
    assert verdicts.count(CHANGED) / len(verdicts) <= 0.05
    assert set(verdicts) == {CHANGED, NO_CHANGE}


def test_a_real_fall_is_found() -> None:
    assert verdict(nps(answers(100, 60, 40)), nps(answers(50, 60, 90))) == CHANGED


def test_several_answers_an_account_widen_the_interval() -> None:
    rng = np.random.default_rng(4)
    inside = {True: 0, False: 0}
    for _ in range(600):
        moods = rng.normal(7.5, 2, 30)
        told = np.clip(np.round(np.repeat(moods, 4) + rng.normal(0, 0.7, 120)), 0, 10)
        owners = [f"a{number // 4}" for number in range(120)]
        for known in (True, False):
            found = nps(told.tolist(), owners if known else None)
            assert found.low is not None
            assert found.high is not None
            inside[known] += found.low <= TRUE_NPS <= found.high
    assert inside[True] / 600 > 0.91
    assert inside[False] / 600 < 0.85, "the plain interval takes 120 answers of 30 accounts for 120 accounts"


def _true_nps() -> float:
    from scipy.stats import norm

    spread = np.hypot(2, 0.7)
    return float(100 * (norm.sf(8.5, 7.5, spread) - norm.cdf(6.5, 7.5, spread)))


TRUE_NPS = _true_nps()
