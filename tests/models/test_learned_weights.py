"""Weights learned from outcomes: found where planted, refused where nothing tells."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from sklearn.linear_model import LogisticRegression

from models.behaviour import PARTS, Weights
from models.learned_weights import learn, ridge_logistic
from models.measures import Measures
from models.weights_effect import effect
from tests.models.test_measures import panel


def test_the_fit_is_that_of_scikit_learn() -> None:
    rng = np.random.default_rng(1)
    parts = rng.normal(size=(300, 3))
    failed = rng.random(300) < 1 / (1 + np.exp(1 - parts @ [1, -0.5, 0]))
    times = rng.integers(0, 3, 300).astype(float)
    for strength in (0.01, 1.0):
        peer = LogisticRegression(C=strength, tol=1e-10, max_iter=5000).fit(parts, failed, times)
        mine = ridge_logistic(parts, failed, strength, times)
        assert mine == pytest.approx([*peer.intercept_, *peer.coef_[0]], abs=1e-5)


def test_the_planted_weights_are_inside_their_intervals() -> None:
    found = learn(panel(7, own=1.0, effect=2.0, rows=4000))
    assert not found.refused
    truth = {"frequency": 100 / 3, "effectiveness": 200 / 3, "breadth": 0.0}
    for part, weight in truth.items():
        one = found.weights[part]
        assert one.low is not None
        assert one.high is not None
        assert one.low - 1e-9 <= weight <= one.high + 3
    assert sum(one.value or 0 for one in found.weights.values()) == pytest.approx(100)


def test_proposed_weights_are_whole_and_sum_to_a_hundred() -> None:
    weights = learn(panel(8, own=1.0, effect=1.0)).as_weights()
    values = [getattr(weights, part) for part in PARTS]
    assert sum(values) == 100
    assert all(value == int(value) >= 0 for value in values)


def test_learned_weights_are_tried_on_later_failures() -> None:
    found = learn(panel(9, effect=2.5, rows=3000)).held_out
    assert found is not None
    assert found.gain.low is not None
    assert found.gain.low > 0
    assert (found.learned.value or 0) > (found.default.value or 1)


def test_a_part_that_would_count_backwards_gets_nothing() -> None:
    found = learn(panel(10, own=1.5, effect=-1.5, rows=3000))
    assert found.weights["effectiveness"].value == 0


def test_the_level_can_stand_for_frequency() -> None:
    rows = panel(11, level=2.0, rows=3000)
    by_own, by_level = learn(rows), learn(rows, Measures("level"))
    assert (by_level.weights["frequency"].value or 0) > 80
    assert by_own.refused or (by_own.weights["frequency"].value or 100) < 80


def test_too_few_decisions_are_refused_in_a_sentence() -> None:
    few = panel(12, own=1.0).head(60)
    found = learn(few)
    assert found.weights == {}
    assert "Not enough past decisions" in found.refused
    assert f"{few['failed'].sum()} accounts failed" in found.refused


def test_the_same_seed_says_the_same() -> None:
    rows = panel(13, own=1.0)
    assert learn(rows) == learn(rows)


def test_what_other_weights_change_is_counted() -> None:
    scores = pl.DataFrame(
        {
            "account_id": ["a", "b", "c"],
            "name": ["A", "B", "C"],
            "behaviour": [60.0, 40.0, None],
            "frequency": [100.0, 0.0, None],
            "effectiveness": [0.0, 100.0, None],
            "breadth": [50.0, 50.0, None],
            "emotion": [80.0, 80.0, 80.0],
            "mood": ["heard"] * 3,
            "quadrant": ["advocate", "forgetful fan", None],
        }
    )
    found = effect(scores, Weights(0, 100, 0))
    assert found.rows["account_id"].to_list() == ["a", "b"]
    assert found.rows["behaviour_then"].to_list() == [0.0, 100.0]
    assert found.rows["quadrant_then"].to_list() == ["forgetful fan", "advocate"]
    assert (found.moved, found.lowest, found.replaced) == (2, 1, 1)
    nameless = scores.with_columns(effectiveness=pl.lit(None, pl.Float64))
    assert effect(nameless, Weights(0, 100, 0)).rows.height == 2
    unknown = effect(nameless, Weights(50, 50, 0))
    assert unknown.rows.filter(account_id="a")["behaviour_then"].item() == 100.0
