from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given as examples
from hypothesis import strategies as some
from scipy.special import expit, logit
from sklearn.metrics import roc_auc_score

from models.auc import Estimate
from models.churn.evaluation import (
    JUDGED,
    Evaluation,
    by_decile,
    by_month,
    evaluate,
    evaluate_rows,
    strata,
)
from models.churn.table import given
from models.churn.verdict import held_back, judge, leaks, refusal

START = date(2025, 1, 15)


def judged(rows: int, seed: int, *, true: bool = True) -> pl.DataFrame:
    """Calibrated predictions, or (not `true`) predictions that know tenure and nothing else."""
    rng = np.random.default_rng(seed)
    tenure = rng.integers(30, 1_000, rows)
    probability = np.where(tenure < 365, 0.35, 0.1)
    left = rng.random(rows) < probability
    if true:
        probability = expit(logit(probability) + rng.normal(0, 1, rows))
        left = rng.random(rows) < probability
    else:
        probability = expit(logit(probability) + rng.normal(0, 0.3, rows))
    days = [START + timedelta(days=int(n)) for n in rng.integers(0, 300, rows)]
    return JUDGED.check(
        pl.DataFrame(
            {
                "account_id": [f"a{n}" for n in range(rows)],
                "as_of": days,
                "outcome_on": [day + timedelta(days=7) for day in days],
                "left": left,
                "tenure_days": tenure.astype(np.float64),
                "probability": probability,
            }
        )
    )


def test_the_auc_is_scikit_learns_and_within_strata_only_their_own_pairs_count() -> None:
    rows = judged(600, 1).with_columns(pl.col("probability").round(2))
    found = evaluate(rows)
    left, score = rows["left"].to_numpy(), rows["probability"].to_numpy()
    assert found.auc.value == pytest.approx(roc_auc_score(left, score), abs=1e-12)
    within, good, pairs = strata(rows), 0.0, 0
    for stratum in np.unique(within):
        high, low = score[left & (within == stratum)], score[~left & (within == stratum)]
        good += (high[:, None] > low).sum() + (high[:, None] == low).sum() / 2
        pairs += len(high) * len(low)
    assert found.stratified.value == pytest.approx(good / pairs, abs=1e-12)


def test_lift_calibration_and_expected_by_hand() -> None:
    probability = np.linspace(0.005, 0.995, 100)
    left = np.zeros(100, np.bool_)
    left[[99, 98, 97, 50, 10]] = True
    found = evaluate_rows(left, probability, np.arange(100), np.zeros(100, np.int64))
    assert found.lift.value == pytest.approx(3 / 10 / (5 / 100))
    gaps = [abs(left[n : n + 10].mean() - probability[n : n + 10].mean()) for n in range(0, 100, 10)]
    assert found.calibration.value == pytest.approx(np.mean(gaps))
    assert found.observed_to_expected.value == pytest.approx(5 / probability.sum())
    assert not found.calibrated


def test_true_probabilities_are_called_calibrated_and_intervals_hold_the_truth() -> None:
    found = [evaluate(judged(800, seed), seed=seed) for seed in range(12)]
    assert sum(one.calibrated for one in found) >= 10
    truth = np.mean([one.auc.value or 0 for one in found])
    assert sum((one.auc.low or 1) <= truth <= (one.auc.high or 0) for one in found) >= 10


def test_an_account_seen_often_widens_the_interval() -> None:
    rows = judged(400, 3)
    left, score = rows["left"].to_numpy(), rows["probability"].to_numpy()
    one = np.zeros(1_600, np.int64)
    alone = evaluate_rows(np.tile(left, 4), np.tile(score, 4), np.arange(1_600), one)
    shared = evaluate_rows(np.tile(left, 4), np.tile(score, 4), np.tile(np.arange(400), 4), one)
    assert alone.auc.value == shared.auc.value
    width = [(e.auc.high or 0) - (e.auc.low or 0) for e in (alone, shared)]
    assert width[1] == pytest.approx(2 * width[0], rel=0.25)


@examples(some.integers(0, 1_000))
def test_months_and_deciles_add_up_to_the_whole(seed: int) -> None:
    rows = judged(300, seed)
    months, tenths = by_month(rows), by_decile(rows)
    assert months["n"].sum() == tenths["n"].sum() == 300
    assert months["left"].sum() == rows["left"].sum()
    assert (tenths["observed"] * tenths["n"]).sum() == pytest.approx(rows["left"].sum())
    assert months["expected"].sum() == pytest.approx(rows["probability"].sum())
    assert tenths["predicted"].is_sorted()


def test_tenure_alone_is_no_signal_though_its_plain_auc_is_high() -> None:
    found = evaluate(judged(3_000, 5, true=False))
    assert (found.auc.low or 0) > 0.6
    assert judge(found).word == "no reliable signal"
    assert judge(evaluate(judged(3_000, 5))).word == "signal"


def test_nothing_to_judge() -> None:
    found = evaluate(JUDGED.empty())
    assert (found.n, found.auc.value, found.lift.value) == (0, None, None)
    assert judge(found).word == "not enough data to tell"


def _with(positives: int, low: float) -> Evaluation:
    sure = Estimate(0.7, low, 0.9)
    return Evaluation(1_000, positives, 900, sure, sure, sure, sure, 0.02, sure)


@pytest.mark.parametrize(
    ("positives", "low", "word"),
    [
        (49, 0.6, "not enough data to tell"),
        (50, 0.6, "signal"),
        (50, 0.5, "no reliable signal"),
        (500, 0.499, "no reliable signal"),
    ],
)
def test_the_verdict_follows_the_interval(positives: int, low: float, word: str) -> None:
    found = judge(_with(positives, low))
    assert found.word == word
    assert found.usable == (word == "signal")
    assert str(positives) in found.sentence
    unknown = replace(_with(positives, low), stratified=Estimate(None, None, None))
    assert judge(unknown).word == "not enough data to tell"


def test_a_refusal_names_what_is_missing() -> None:
    assert refusal(300, 30) is None
    few = refusal(299, 12)
    assert few is not None
    assert few.sentence.endswith("the data have 299 accounts (1 missing) and 12 churns (18 missing).")
    one = refusal(300, 1)
    assert one is not None
    assert one.sentence.endswith("the data have 1 churn (29 missing).")


def test_a_giveaway_is_named_in_either_direction_and_weak_ones_are_not() -> None:
    rng = np.random.default_rng(0)
    left = rng.random(2_000) < 0.2
    told = np.where(rng.random(2_000) < 0.95, left, ~left).astype(float)
    table = given(
        ["refunded", "kept", "weak"], np.column_stack([told, -told, left + rng.normal(0, 1.2, 2_000)])
    )
    found = leaks(table, left, 0.85, 7)
    assert [name for name, _ in found.features] == ["kept", "refunded"]
    assert len(found.warnings) == 2
    assert "“kept”" in found.warnings[0]
    assert len(leaks(table, left, 0.95, 7).warnings) == 3
    assert len(leaks(table, left, 0.95, 6).warnings) == 2
    assert "3 features alone" in found.checked
    signal = judge(evaluate(judged(3_000, 5)))
    back = held_back(signal, found)
    assert (back.word, back.usable) == ("leak suspected", False)
    assert "“kept” alone tells 9" in back.sentence
    clean = leaks(given(["weak"], table.matrix[:, 2:]), left, 0.95, 7)
    assert held_back(signal, clean) == signal, "a model that is too good is warned of, and used"
    refused = refusal(1, 1)
    assert refused is not None
    assert held_back(refused, found) == refused
