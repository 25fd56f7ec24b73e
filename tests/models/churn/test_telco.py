"""The engine on real customers, features as given (IBM's Telco data, see tests/data/telco/LICENCE)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks.churn_telco import Telco, judged, read
from models.churn.table import given
from models.churn.verdict import judge, leaks

CUSTOMERS = Path(__file__).parents[2] / "data" / "telco" / "customers.csv.gz"


@pytest.fixture(scope="module")
def telco() -> Telco:
    return read(CUSTOMERS)


def some(telco: Telco, rows: int) -> Telco:
    chosen = np.random.default_rng(0).permutation(len(telco.left))[:rows]
    return Telco(telco.table.rows(chosen), telco.left[chosen], telco.tenure[chosen])


def test_five_folds_reach_the_reference(telco: Telco) -> None:
    found = judged(telco, telco.left)
    assert (found.n, found.positives) == (7_043, 1_869)
    assert (found.auc.value or 0) >= 0.84
    assert (found.calibration.value or 1) <= 0.02
    assert (found.lift.value or 0) > 2.7
    assert judge(found).word == "signal"


def test_a_column_that_gives_the_answer_away_is_named(telco: Telco) -> None:
    assert not leaks(telco.table, telco.left, None, None).warnings
    told = np.where(np.random.default_rng(0).random(len(telco.left)) < 0.95, telco.left, ~telco.left)
    columns = np.column_stack([telco.table.matrix, told.astype(float)])
    found = leaks(given([*telco.table.names, "refund paid"], columns), telco.left, None, None)
    assert [name for name, _ in found.features] == ["refund paid"]


@pytest.mark.parametrize("seed", [0, 1])
def test_shuffled_labels_are_no_reliable_signal(telco: Telco, seed: int) -> None:
    few = some(telco, 1_500)
    shuffled = np.random.default_rng(seed).permutation(few.left)
    assert judge(judged(few, shuffled, seed)).word == "no reliable signal"
