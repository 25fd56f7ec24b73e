"""Every column that a model sees is said in words."""

from __future__ import annotations

import numpy as np
import polars as pl

from models.churn.event_features import EARLY, OFTEN, REACHED
from models.churn.features import RAW
from models.churn.meanings import meaning
from models.churn.table import COUNTS, OWN_PACE, FeatureSet, settle, table


def raw(n: int = 80) -> pl.DataFrame:
    rng = np.random.default_rng(1)
    numbers = {column.name: rng.random(n) for column in RAW.columns}
    events = {begin + "sent": rng.integers(0, 2, n).astype(float) for begin in (REACHED, EARLY, OFTEN)}
    return pl.DataFrame(numbers | events | {"segment": ["Small", "Large"] * (n // 2)})


def test_no_column_of_either_set_is_without_words() -> None:
    rows = raw()
    sets: tuple[FeatureSet, ...] = (OWN_PACE, COUNTS)
    for chosen in sets:
        names = table(rows, settle(rows, chosen)).names
        assert len(names) > 3
        assert [name for name in names if not meaning(name)] == []
    assert meaning("segment: Small") == "1: is of the segment “Small”"
    assert meaning("milestones at least 3") == "1: reached at least 3 of them"
    assert meaning("a column of somebody's") == ""
