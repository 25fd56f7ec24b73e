"""Every account finds its quadrant, and every quadrant its medicine."""

from __future__ import annotations

import polars as pl
import pytest

from models.quadrant import ADRIFT, ADVOCATE, CAPTIVE, FAN, MEDICINE, SILENT, quadrant


@pytest.mark.parametrize(
    ("behaviour", "emotion", "mood", "name"),
    [
        (50.0, 70.0, "heard", ADVOCATE),
        (80.0, 69.9, "heard", CAPTIVE),
        (49.9, 90.0, "heard", FAN),
        (10.0, 10.0, "heard", ADRIFT),
        (80.0, None, "silent", SILENT),
        (None, None, "silent", SILENT),
        (80.0, None, "never asked", None),
        (None, 80.0, "heard", None),
        (80.0, None, "heard", None),
    ],
)
def test_places(behaviour: float | None, emotion: float | None, mood: str, name: str | None) -> None:
    row = pl.DataFrame(
        {"behaviour": [behaviour], "emotion": [emotion], "mood": [mood]},
        schema={"behaviour": pl.Float64, "emotion": pl.Float64, "mood": pl.String},
    )
    assert row.select(quadrant()).to_series().to_list() == [name]


def test_every_quadrant_has_its_own_medicine() -> None:
    assert set(MEDICINE) == {ADVOCATE, CAPTIVE, FAN, ADRIFT, SILENT}
    assert len(set(MEDICINE.values())) == 5
