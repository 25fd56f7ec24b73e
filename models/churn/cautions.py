"""Everything that speaks against trusting a model, each in a sentence."""

from __future__ import annotations

import polars as pl

from models.churn.drift import alarms
from models.churn.model import Model
from models.shares import percent


def cautions(model: Model | None, judged: pl.DataFrame, moved: pl.DataFrame) -> list[str]:
    """Leaks, probabilities that miss, drift; empty where nothing was found or there is no model.

    In: `evaluation.JUDGED` and `drift.DRIFT` of its training.
    """
    if model is None:
        return []
    said, found = list(model.leaks.warnings), model.evaluation
    if found.n and not found.calibrated:
        said.append(
            "Probabilities miss the observed shares by "
            f"{percent(found.calibration.value or 0, 1)} on average; "
            f"chance alone would keep that under {percent(found.calibration_limit, 1)}."
        )
    return said + alarms(judged, moved)
