from __future__ import annotations

import polars as pl

from models.leading_causes import leading_causes, summed
from models.snapshot import MOVES

ZERO = dict.fromkeys((name for name in MOVES.names if name != "account_id"), 0.0)


def moved(**accounts: dict[str, float]) -> pl.DataFrame:
    rows = [{"account_id": name, **ZERO, **points} for name, points in accounts.items()]
    return pl.DataFrame(rows, schema=MOVES.schema)


def test_says_the_two_largest_causes_of_each_score() -> None:
    found = leading_causes(
        moved(
            a={"breadth_own": -9.2, "frequency_own": 3.0, "effectiveness_own": 1.0, "emotion_new": -38.4},
            b={"frequency_reference": -0.3, "breadth_reference": -0.3, "emotion_fading": 0.4},
            c={},
        )
    )
    assert found.rows() == [
        ("a", "suite −9, use +3", "new answers −38"),
        ("b", "the others moved −1", None),
        ("c", None, None),
    ]


def test_steps_are_summed_with_their_sign() -> None:
    steps = pl.concat(
        moved(a={"breadth_own": points}).with_columns(snapshot_id=pl.lit(at, pl.Int64))
        for at, points in ((2, 4.0), (3, 1.0))
    )
    assert summed(steps, {2: 1, 3: -1})["breadth_own"].to_list() == [3.0]
    assert summed(steps.clear(), {}).is_empty()
