"""Past lists counted by hand, drift that was planted and drift that was not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.churn.backtest import AHEAD, backtest, first_and_last
from models.churn.cautions import cautions
from models.churn.drift import DRIFT, LATELY, actual, alarms, drift
from models.churn.evaluation import JUDGED
from models.churn.listing import leaving
from models.churn.table import OWN_PACE
from models.churn.words import REASONS
from models.snapshot import SCORES
from tests.models.churn.test_training import trained

DAY = date(2026, 3, 1)


def judged(*rows: tuple[str, int, bool, float]) -> pl.DataFrame:
    """account, days after the first of March, left, probability."""
    made = [
        {
            "account_id": account,
            "as_of": DAY + timedelta(days=days),
            "outcome_on": DAY + timedelta(days=days + 7),
            "left": left,
            "tenure_days": 100.0,
            "probability": probability,
        }
        for account, days, left, probability in rows
    ]
    return pl.DataFrame(made, schema=JUDGED.schema)


def test_a_list_is_counted_by_hand() -> None:
    rows = judged(
        ("a", 0, True, 0.9),
        ("b", 10, False, 0.8),
        ("c", 90, True, 0.7),
        ("d", 20, False, 0.1),
        ("e", 91, True, 0.99),
        ("f", -1, True, 0.98),
    )
    found = backtest(rows, DAY, 2)
    assert (found.n, found.left, found.caught, found.chance) == (4, 2, 1, 1.0)
    assert (found.low, found.high) == (0, 2), "both, one or none of two in four: each of 2 in 40 is likely"
    assert found.missed["account_id"].to_list() == ["c"]
    assert found.wrong["account_id"].to_list() == ["b"]
    assert found.until == date(2026, 5, 31)
    assert backtest(rows, DAY, 50).size == 4
    assert backtest(rows, date(2020, 1, 1), 5).n == 0


def test_an_account_that_comes_up_each_month_stands_once_with_its_first_chance() -> None:
    found = backtest(judged(("a", 0, False, 0.2), ("a", 31, True, 0.9), ("b", 0, False, 0.3)), DAY, 1)
    assert found.rows["account_id"].to_list() == ["b", "a"]
    assert found.rows["left"].to_list() == [False, True]
    assert (found.caught, found.left) == (0, 1)


@given(st.lists(st.tuples(st.booleans(), st.floats(0, 1)), min_size=1, max_size=40), st.integers(1, 50))
def test_caught_missed_and_wrong_add_up(rows: list[tuple[bool, float]], size: int) -> None:
    found = backtest(judged(*((f"a{n}", n, *row) for n, row in enumerate(rows))), DAY, size)
    assert found.caught + found.missed.height == found.left
    assert found.caught + found.wrong.height == found.size == min(size, len(rows))
    assert found.low <= found.chance + 1
    assert found.high >= found.chance - 1
    named, others = found.rows.filter("listed")["probability"], found.rows.filter(~pl.col("listed"))
    assert others.is_empty() or named.min() >= others["probability"].max()  # type: ignore[operator]  # a statistic of numbers, typed as any value


def test_the_interval_is_that_of_drawing_by_chance() -> None:
    rows = judged(*((f"a{n:03}", 0, n < 30, n / 200) for n in range(200)))
    found = backtest(rows, DAY, 50)
    rng = np.random.default_rng(0)
    draws = [int((rng.permutation(200)[:50] < 30).sum()) for _ in range(4_000)]
    assert found.chance == pytest.approx(np.mean(draws), abs=0.15)
    assert np.mean([found.low <= draw <= found.high for draw in draws]) >= 0.95


def test_the_last_day_leaves_room_for_what_happens() -> None:
    assert first_and_last(JUDGED.empty()) is None
    assert first_and_last(judged(("a", 0, True, 0.5), ("b", 200, True, 0.5))) == (
        DAY,
        DAY + timedelta(days=200 - AHEAD + 1),
    )
    assert first_and_last(judged(("a", 3, True, 0.5))) == (DAY + timedelta(days=3),) * 2


def test_each_month_has_room_for_chance() -> None:
    found = actual(judged(*((f"a{n}", n % 28, n < 5, 0.1) for n in range(100))))
    assert found.select("n", "left", "expected").row(0) == (100, 5, pytest.approx(10))
    assert found["low"][0] == pytest.approx(10 - 1.96 * 3)
    assert found["high"][0] == pytest.approx(10 + 1.96 * 3)


def test_more_leaving_than_the_chances_allow_is_an_alarm() -> None:
    true = judged(*((f"a{n}", n % 60, n % 10 == 0, 0.1) for n in range(300)))
    off = true.with_columns(left=pl.Series([n % 4 == 0 for n in range(300)]))
    assert alarms(true, DRIFT.empty()) == []
    (said,) = alarms(off, DRIFT.empty())
    assert "75 left, more than the 30.0 expected" in said


def test_what_moved_is_named_and_what_did_not_is_not() -> None:
    training = trained()
    assert training.model is not None
    still = drift(training.model, training.raw)
    assert LATELY in set(still["period"])
    assert "tenure" not in set(still["family"])
    assert still["moved"].mean() < 0.1  # type: ignore[operator]  # a statistic of numbers, typed as any value
    last: date = training.raw["as_of"].sort()[-1]
    lately = pl.col("as_of") > last - timedelta(days=90)
    raised = training.raw.with_columns(
        active_share=pl.when(lately).then(pl.col("active_share") * 0.2).otherwise("active_share")
    )
    moved = drift(training.model, raised).filter(pl.col("period") == LATELY, pl.col("moved"))
    assert moved["feature"].to_list() == ["active_share"]
    (said,) = [one for one in alarms(training.judged, moved) if "active_share" in one]
    assert "how much it is used" in said
    assert drift(training.model, training.raw.clear()).is_empty()


def test_cautions_hold_leaks_and_untrue_chances() -> None:
    training = trained()
    model = training.model
    assert model is not None
    assert model.recipe.feature_set == OWN_PACE
    plain = cautions(model, training.judged, DRIFT.empty())
    off = replace(model.evaluation, calibration_limit=0.0)
    leaky = replace(model.leaks, warnings=("The feature “x” alone tells.",))
    said = cautions(replace(model, evaluation=off, leaks=leaky), training.judged, DRIFT.empty())
    assert said[0] == "The feature “x” alone tells."
    assert "Probabilities miss" in said[1]
    assert len(said) == len(plain) + 2
    assert cautions(None, JUDGED.empty(), DRIFT.empty()) == []


def test_the_list_of_today_is_by_chance_then_by_risk() -> None:
    scores = pl.DataFrame(
        [
            {"account_id": "a", "name": "A", "risk": 90.0},
            {"account_id": "b", "name": "B", "risk": 10.0, "churn": 0.2},
            {"account_id": "c", "name": "C", "risk": 5.0, "churn": 0.6},
        ],
        schema=SCORES.schema,
    )
    why = [
        {"account_id": "c", "as_of": DAY, "family": "own", "log_odds": 0.2, "sentence": "Small."},
        {"account_id": "c", "as_of": DAY, "family": "now", "log_odds": -0.9, "sentence": "Large."},
    ]
    found = leaving(scores, pl.DataFrame(why, schema=REASONS.schema))
    assert found["account_id"].to_list() == ["c", "b", "a"]
    assert found["reasons"].to_list() == ["Large. Small.", None, None]
