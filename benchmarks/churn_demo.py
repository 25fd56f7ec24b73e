"""The churn model on the demo company, beside the oracle that knows the planted hazard; and on none."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import polars as pl

from models.auc import auc, top_lift
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


def run(accounts: int = 3_000, months: int = 36) -> None:
    """Print model and oracle on the same decisions."""
    made = company(AS_OF, accounts=accounts, months=months, seed=1)
    training = trained(made)
    if training.model is None:
        raise RuntimeError(training.verdict.sentence)
    found = training.model.evaluation
    print(
        f"demo: {accounts:,} accounts, {months} months, {found.n:,} decisions replayed, "
        f"{found.positives} left"
    )
    print(f"  model   AUC {found.auc}   top-decile lift {found.lift}")
    print(
        f"    calibration error {found.calibration}, a calibrated model's 95th percentile "
        f"{found.calibration_limit:.4f}   observed/expected {found.observed_to_expected}"
    )
    both = training.judged.join(_planted(made.truth), on=["account_id", "outcome_on"])
    _beside("all replayed decisions", both)
    _beside("the last 365 days", both.filter(pl.col("as_of") > AS_OF - timedelta(days=365)))
    print(f"  {training.verdict.sentence}")
    print(f"  {' '.join(training.model.leaks.warnings) or 'No leak found.'} {training.model.leaks.checked}")


def _beside(name: str, both: pl.DataFrame) -> None:
    left = both["left"].to_numpy()
    ours, oracle = (auc(left, both[column].to_numpy()) for column in ("probability", "planted"))
    behind = (oracle.value or 0) - (ours.value or 0)
    lift = top_lift(left, both["planted"].to_numpy())
    print(f"  {name}, n {both.height:,}: model AUC {ours}, oracle AUC {oracle}, behind by {behind:.3f}")
    print(f"    oracle's top-decile lift {lift}")


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
