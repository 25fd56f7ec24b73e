"""The churn model on the demo company, beside the oracle that knows the planted hazard; and on none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl

from models.auc import auc, placements, top_lift
from models.churn.evaluation import JUDGED, deciles, evaluate
from models.churn.evidence import evidence_from, from_usage
from models.churn.observations import observations
from models.churn.training import Training, train
from models.demo import Shape, Signal, company
from models.demo.company import Company

AS_OF = date(2026, 6, 30)
SEEDS = 20


def trained(made: Company) -> Training:
    """The model of a company on its last day, and how it predicted the past."""
    days, months = from_usage(made.facts["usage_events"])
    evidence = evidence_from(made.facts, days, months)
    rows = observations(
        made.facts["accounts"], made.facts["subscriptions"], AS_OF, since=evidence.usage_starts
    )
    return train(rows, evidence, AS_OF)


def run(accounts: int = 3_000, months: int = 36, seeds: Sequence[int] = (1, 2, 3, 4)) -> None:
    """Print model and oracle on the same decisions, company by company."""
    found = [_one(company(AS_OF, accounts=accounts, months=months, seed=seed), seed) for seed in seeds]
    behind = [one.behind for one in found]
    calibrated = sum(one.calibrated for one in found)
    print(
        f"  {len(found)} companies: behind the oracle by {np.mean(behind):.3f} on average, at most "
        f"{max(behind):.3f} (limit .04); calibrated {calibrated} of {len(found)}"
    )


@dataclass(frozen=True)
class _Beside:
    behind: float
    calibrated: bool


def _one(made: Company, seed: int) -> _Beside:
    training = trained(made)
    if training.model is None:
        raise RuntimeError(training.verdict.sentence)
    found = training.model.evaluation
    print(
        f"demo, seed {seed}: {len(made.truth['accounts']):,} accounts, {found.n:,} decisions replayed, "
        f"{found.positives} left"
    )
    print(f"  model   AUC {found.auc}   top-decile lift {found.lift}")
    print(
        f"    calibration error {found.calibration}, a calibrated model's 95th percentile "
        f"{found.calibration_limit:.4f}   observed/expected {found.observed_to_expected}"
    )
    both = training.judged.join(_planted(made.truth), on=["account_id", "outcome_on"])
    oracle = evaluate(both.with_columns(probability=pl.col("planted")).select(JUDGED.names))
    print(
        f"    away from the planted probabilities by {_from_truth(both):.4f}, mean over deciles; they "
        f"themselves miss by {oracle.calibration.value or 0:.4f} (limit {oracle.calibration_limit:.4f})"
    )
    behind = _beside("all replayed decisions", both)
    _beside("the last 365 days", both.filter(pl.col("as_of") > AS_OF - timedelta(days=365)))
    print(f"  {training.verdict.sentence}")
    print(f"  {' '.join(training.model.leaks.warnings) or 'No leak found.'} {training.model.leaks.checked}")
    return _Beside(behind, found.calibrated)


def _beside(name: str, both: pl.DataFrame) -> float:
    left = both["left"].to_numpy()
    ours, oracle = (auc(left, both[column].to_numpy()) for column in ("probability", "planted"))
    lift = top_lift(left, both["planted"].to_numpy())
    behind = (oracle.value or 0) - (ours.value or 0)
    low, high = _interval(both)
    print(
        f"  {name}, n {both.height:,}: model AUC {ours}, oracle AUC {oracle}, behind by {behind:.3f} "
        f"[{low:.3f} to {high:.3f}]"
    )
    print(f"    oracle's top-decile lift {lift}")
    return behind


def _from_truth(both: pl.DataFrame) -> float:
    """Mean over deciles of |planted − predicted|: the calibration error without the luck of the draw."""
    decile = pl.Series(deciles(both["probability"].to_numpy()))
    gaps = both.group_by(decile.alias("decile")).agg(pl.col("planted").mean() - pl.col("probability").mean())
    return float(gaps["planted"].abs().mean())  # type: ignore[arg-type]  # a mean of numbers, typed as any value


def _interval(both: pl.DataFrame, draws: int = 200) -> tuple[float, float]:
    """95 % interval of the oracle's lead: both on the same redraws of whole accounts."""
    rng, left = np.random.default_rng(0), both["left"].to_numpy()
    account = both["account_id"].rank("dense").cast(pl.Int64).to_numpy() - 1
    size, found = int(account.max()) + 1, []
    for _ in range(draws):
        times = np.bincount(rng.integers(0, size, size), minlength=size)[account]
        rows = np.repeat(np.arange(len(left)), times)
        areas = [
            float(placements(score[rows][left[rows]], score[rows][~left[rows]])[0].mean())
            for score in (both["probability"].to_numpy(), both["planted"].to_numpy())
        ]
        found.append(areas[1] - areas[0])
    low, high = np.quantile(found, [0.025, 0.975])
    return float(low), float(high)


def _planted(truth: dict[str, Any]) -> pl.DataFrame:
    """account_id, outcome_on, planted: the probability with which each decision was drawn."""
    rows = [
        (account, date.fromisoformat(decision["on"]), decision["probability"])
        for account, entry in truth["accounts"].items()
        for decision in entry["decisions"]
    ]
    schema = {"account_id": pl.String, "outcome_on": pl.Date, "planted": pl.Float64}
    return pl.DataFrame(rows, schema=schema, orient="row")


def run_without(signal: Signal = "none", seeds: int = SEEDS, accounts: int = 800) -> None:
    """Print what is said of companies in which nothing makes accounts leave."""
    words, shape = [], Shape(events_per_account=150)
    for seed in range(seeds):
        made = company(AS_OF, accounts=accounts, months=24, seed=seed, signal=signal, shape=shape)
        words.append(trained(made).verdict.word)
    counts = ", ".join(f"“{word}” {words.count(word)}" for word in sorted(set(words)))
    print(f"company without signal, {accounts} accounts, {seeds} seeds: {counts}")
