"""Whether a newly trained model takes the place of the one before."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy.special import logit

from models.churn.logistic import log_loss
from models.churn.model import Model
from models.churn.table import table
from models.churn.timeline import Floats
from models.churn.training import Training

LEAST_CHURNS = 10
"""Churns since the old model was trained without which the two can't be compared."""

_Z = 1.645


@dataclass(frozen=True)
class Succession:
    """`better`: the new one takes over · `gain`: log loss a decision that it saves, None if not compared."""

    better: bool
    sentence: str
    gain: float | None = None


def better(old: Model | None, new: Training) -> Succession:
    """Compare a kept model with a new training on decisions that neither had seen.

    These are the replayed decisions (`Training.judged`) that the old model looks at after the day it was
    trained; the new one's predictions of them come from models trained before. The new one takes over
    unless its log loss is higher by more than 1.645 standard errors over accounts (5 % by chance). With
    under 10 churns to compare on it takes over, knowing all that the old one knew. A model without a
    signal never replaces one with, unless that one looked at a leak.
    """
    if new.model is None:
        return Succession(False, new.verdict.sentence)
    if old is None:
        return Succession(True, "There was no model before.")
    if old.verdict.usable and not new.verdict.usable:
        return _after_a_signal(old, new)
    if old.kind != new.model.kind:
        return Succession(True, f"Decisions are {new.model.kind} now; the model before knew {old.kind} ones.")
    rows = _since(old, new)
    churns = int(rows["left"].sum())
    if churns < LEAST_CHURNS or not set(old.events) <= _events(rows):
        return Succession(
            True, f"Only {churns} churns since the model before was trained: the newer one takes over."
        )
    return _compared(old, rows)


def _after_a_signal(old: Model, new: Training) -> Succession:
    if old.leaks.features:
        return Succession(
            True, f"The model before looked at what gives the answer away. {new.verdict.sentence}"
        )
    return Succession(False, f"The model before is kept. {new.verdict.sentence}")


def _since(old: Model, new: Training) -> pl.DataFrame:
    """Raw features of the judged decisions after the old model was trained, with their probability."""
    later = new.judged.filter(pl.col("as_of") >= old.trained.known_on)
    return new.raw.join(later.select("account_id", "as_of", "probability"), on=["account_id", "as_of"])


def _events(raw: pl.DataFrame) -> set[str]:
    return {name.removeprefix("reached: ") for name in raw.columns if name.startswith("reached: ")}


def _compared(old: Model, rows: pl.DataFrame) -> Succession:
    left = rows["left"].to_numpy()
    ours: Floats = logit(np.clip(rows["probability"].to_numpy(), 1e-9, 1 - 1e-9))
    gain = log_loss(left, old.equation.logit(table(rows, old.recipe))) - log_loss(left, ours)
    per_account = (
        rows.select("account_id", gain=pl.Series(gain - gain.mean()))
        .group_by("account_id")
        .agg(pl.col("gain").sum())
    )
    error = float(np.sqrt((per_account["gain"].to_numpy() ** 2).sum())) / len(gain)
    mean = float(gain.mean())
    said = f"on {rows.height:,} decisions since, {int(left.sum()):,} of them churns"
    if mean < -_Z * error:
        return Succession(False, f"The model before is kept: it predicted better {said}.", mean)
    return Succession(True, f"The new model takes over: it is not worse {said}.", mean)
