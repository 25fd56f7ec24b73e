"""Weights of the behaviour score learned from past decisions: proposed, never put in force by themselves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy.special import expit

from models.auc import UNKNOWN, Estimate
from models.behaviour import PARTS, Weights
from models.measure_choice import ranked, score_of
from models.measures import Measures, frequency

MIN_FAILED = 40
MIN_OTHERS = 120
HELD_OUT_MONTHS = 3
DRAWS = 200
MOST_OTHERS = 6000
"""More accounts that stayed than this are not needed to weigh three parts; a seeded sample is taken."""

_STRENGTHS = (0.003, 0.03, 0.3, 3.0)
_Z = 1.959964

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class HeldOut:
    """How weights learned before the last quarter rank the failures of that quarter."""

    failed: int
    default: Estimate
    learned: Estimate
    gain: Estimate


@dataclass(frozen=True)
class Proposal:
    """Proposed weights in percent, each with its 95 % interval; `refused` says why there are none."""

    weights: dict[str, Estimate]
    failed: int
    others: int
    held_out: HeldOut | None
    refused: str = ""

    def as_weights(self) -> Weights:
        """The proposal in whole percent, which sum to 100."""
        raw = np.array([self.weights[part].value or 0.0 for part in PARTS])
        whole = np.floor(raw)
        short = round(100 - whole.sum())
        whole[np.argsort(whole - raw)[:short]] += 1
        return Weights(*whole.tolist())


@dataclass(frozen=True)
class _Rows:
    parts: Floats
    failed: npt.NDArray[np.bool_]
    accounts: Ints


def learn(past: pl.DataFrame, measures: Measures | None = None, *, seed: int = 0) -> Proposal:
    """Weights under which the behaviour score would best have told who failed.

    In: `past_decisions.PAST`; `measures` says what frequency is made of. A ridge logistic regression of
    failing on the three parts within each observed day, its strength chosen by account-grouped log loss;
    a part that would count against its own meaning gets 0. The weights are its coefficients in percent.
    Intervals are percentiles of 200 redraws of whole accounts. Refuses, with a sentence, under 40 failures
    or 120 others, or where no part tells anything.
    """
    failed, others = int(past["failed"].sum()), int((~past["failed"]).sum())
    if failed < MIN_FAILED or others < MIN_OTHERS:
        return _refusal(
            failed,
            others,
            f"Not enough past decisions: {failed:,} accounts failed and {others:,} stayed in the past "
            f"12 months; {MIN_FAILED} and {MIN_OTHERS} are needed.",
        )
    rng = np.random.default_rng(seed)
    made = measures or Measures()
    rows = _rows(past, made, rng)
    strength = _strength(rows)
    found = _weights(rows, strength)
    if found is None:
        return _refusal(failed, others, "None of the three parts tells who failed; keep the weights.")
    low, high = _interval(rows, strength, rng)
    weights = {part: Estimate(float(found[n]), float(low[n]), float(high[n])) for n, part in enumerate(PARTS)}
    return Proposal(weights, failed, others, _held_out(past, made, rng))


def _refusal(failed: int, others: int, why: str) -> Proposal:
    return Proposal({}, failed, others, None, why)


def _rows(past: pl.DataFrame, made: Measures, rng: np.random.Generator) -> _Rows:
    """The parts, 0-1, each less its mean that day; effectiveness 0 throughout where it was never known."""
    often = frequency(pl.lit(made.frequency), pl.col("age"), pl.col("own"), pl.col("level"))
    parts = {"frequency": often, "effectiveness": pl.col("effectiveness"), "breadth": pl.col("breadth")}
    kept = _sampled(past, rng).with_columns(
        ((part - part.mean().over("observed_on")) / 100).fill_null(0.0).alias(name)
        for name, part in parts.items()
    )
    return _Rows(
        kept.select(PARTS).to_numpy(),
        kept["failed"].to_numpy(),
        kept["account_id"].rank("dense").cast(pl.Int64).to_numpy() - 1,
    )


def _sampled(past: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    others = past.filter(~pl.col("failed"))
    if others.height <= MOST_OTHERS:
        return past
    kept = others[np.sort(rng.choice(others.height, MOST_OTHERS, replace=False))]
    return pl.concat([past.filter("failed"), kept]).sort("observed_on", "account_id")


def _strength(rows: _Rows) -> float:
    from sklearn.model_selection import GroupKFold  # slow to load, and most commands learn nothing

    folds = list(GroupKFold(5).split(rows.parts, rows.failed, rows.accounts))
    losses = []
    for strength in _STRENGTHS:
        guess = np.zeros(len(rows.failed))
        for train, test in folds:
            fitted = ridge_logistic(rows.parts[train], rows.failed[train], strength)
            guess[test] = fitted[0] + rows.parts[test] @ fitted[1:]
        losses.append(float(np.logaddexp(0, np.where(rows.failed, -guess, guess)).mean()))
    return _STRENGTHS[int(np.argmin(losses))]


def ridge_logistic(
    parts: Floats, failed: npt.NDArray[np.bool_], strength: float, times: Floats | None = None
) -> Floats:
    """Intercept and coefficients that minimise |b|²/2 + strength · Σ times · log loss, by Newton's steps.

    The same as scikit-learn's `LogisticRegression(C=strength)`, whose set-up costs more than these three
    columns. `times` is how often each row counts.
    """
    design = np.column_stack([np.ones(len(parts)), parts])
    counts = np.ones(len(parts)) if times is None else times
    ridge = np.diag([0.0] + [1 / strength] * parts.shape[1])
    found = np.zeros(design.shape[1])
    for _ in range(50):
        guess = expit(design @ found)
        slope = design.T @ (counts * (guess - failed)) + ridge @ found
        curve = (design * (counts * guess * (1 - guess))[:, None]).T @ design + ridge
        step = np.linalg.solve(curve + 1e-12 * np.eye(len(found)), slope)
        found = found - np.clip(step, -5, 5)
        if np.abs(step).max() < 1e-9:
            break
    return found


def _weights(rows: _Rows, strength: float, times: Floats | None = None) -> Floats | None:
    """Percent; a part whose coefficient has the wrong sign is left out and the rest fitted again."""
    kept = np.arange(len(PARTS))
    while len(kept):
        found = -ridge_logistic(rows.parts[:, kept], rows.failed, strength, times)[1:]
        if (found >= 0).all():
            break
        kept = np.delete(kept, int(np.argmin(found)))
    if not len(kept) or found.sum() <= 0:
        return None
    weights = np.zeros(len(PARTS))
    weights[kept] = 100 * found / found.sum()
    return weights


def _interval(rows: _Rows, strength: float, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """2.5 and 97.5 percentiles over redraws of whole accounts."""
    size = int(rows.accounts.max()) + 1
    found = []
    for _ in range(DRAWS):
        drawn = np.bincount(rng.integers(0, size, size), minlength=size)[rows.accounts].astype(np.float64)
        one = _weights(rows, strength, drawn) if drawn[rows.failed].any() else None
        if one is not None:
            found.append(one)
    low, high = np.percentile(np.array(found), [2.5, 97.5], axis=0)
    return low, high


def _held_out(past: pl.DataFrame, made: Measures, rng: np.random.Generator) -> HeldOut | None:
    """Learn before the last quarter, judge on it; None where too few had failed before it."""
    months = past["observed_on"].unique().sort()
    if len(months) <= HELD_OUT_MONTHS:
        return None
    cut = months[-HELD_OUT_MONTHS]
    before, after = past.filter(pl.col("observed_on") < cut), past.filter(pl.col("observed_on") >= cut)
    if int(before["failed"].sum()) < MIN_FAILED or not after["failed"].any():
        return None
    rows = _rows(before, made, rng)
    found = _weights(rows, _strength(rows))
    if found is None:
        return None
    both = Measures(made.frequency)
    default = ranked(after, score_of(after, both, Weights()))
    learned = ranked(after, score_of(after, both, Weights(*found.tolist())))
    apart = float(np.sqrt(((learned.influence - default.influence) ** 2).sum()))
    return HeldOut(
        int(after["failed"].sum()),
        _estimate(default.auc, default.error),
        _estimate(learned.auc, learned.error),
        _estimate(learned.auc - default.auc, apart),
    )


def _estimate(value: float, error: float) -> Estimate:
    return UNKNOWN if np.isnan(value) else Estimate(value, value - _Z * error, value + _Z * error)
