"""The churn model on learners: monthly observations, lead 7 days, horizon 28, presentations split by time."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from benchmarks.oulad_scores import Learners, read
from models import facts
from models.auc import auc, top_lift
from models.churn.evaluation import evaluate
from models.churn.event_features import common_events
from models.churn.evidence import Evidence, from_usage
from models.churn.features import raw_features
from models.churn.observations import MONTHLY, observations
from models.churn.training import replay
from models.churn.verdict import judge

CUTS = (("2013J", date(2013, 10, 1), date(2014, 7, 1)), ("2014J", date(2014, 10, 1), date(2015, 7, 1)))
"""Presentations that are predicted from those before them."""

CLICKS_END = date(2014, 2, 11)
"""After it the clicks of module BBB are missing from the data: later months of it are left out."""


def run(folder: Path) -> None:
    """Print how well each later presentation is predicted from the ones before."""
    learners = read(folder)
    evidence = _evidence(learners)
    rows = observations(
        learners.accounts,
        facts.SUBSCRIPTIONS.empty(),
        date(2015, 8, 31),
        since=date(2013, 2, 1),
        kind=MONTHLY,
    )
    segment = learners.accounts.select("account_id", module="segment")
    missing = (pl.col("module") == "BBB") & (pl.col("as_of") > CLICKS_END)
    rows = rows.join(segment, on="account_id").filter(~missing).drop("module")
    raw = raw_features(rows, evidence, common_events(evidence.event_months, date(2013, 10, 1)))
    print(
        f"oulad: {raw.height:,} monthly observations, {int(raw['left'].sum()):,} withdrawals, "
        "lead 7 days, horizon 28"
    )
    for name, start, end in CUTS:
        _report(name, raw.filter(pl.col("as_of") < end), start)


def _report(name: str, raw: pl.DataFrame, start: date) -> None:
    known = raw.filter(pl.col("outcome_on") < start)
    judged = replay(raw, [start])
    found = evaluate(judged)
    print(
        f"  {name}, from {known.height:,} observations and {int(known['left'].sum())} withdrawals before: "
        f"{found.n:,} observations, {found.positives} withdrawals"
    )
    print(f"    model              AUC {found.auc}   top-decile lift {found.lift}")
    print(
        f"      calibration error {found.calibration}, a calibrated model's 95th percentile "
        f"{found.calibration_limit:.4f}   observed/expected {found.observed_to_expected}"
    )
    plain = judged.join(raw.select("account_id", "as_of", "active_share"), on=["account_id", "as_of"])
    left, quiet = plain["left"].to_numpy(), -plain["active_share"].to_numpy()
    print(f"    plain active days  AUC {auc(left, quiet)}   top-decile lift {top_lift(left, quiet)}")
    within = evaluate(plain.with_columns(probability=pl.Series(_ranks(quiet)))).stratified
    print(f"    within month and tenure, 99 %: model {found.stratified}, plain active days {within}")
    print(f"    {judge(found).sentence}")


def _ranks(score: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The same order between 0 and 1."""
    return pl.Series(score).rank().to_numpy() / len(score)


def _evidence(learners: Learners) -> Evidence:
    """A row of clicks is an event; the day is all that is known of its time."""
    usage = learners.clicks.select(
        "account_id",
        "event",
        "quantity",
        user_id=pl.lit(""),
        occurred_at=pl.col("day").cast(pl.Datetime("us")),
    )
    return Evidence(learners.accounts, *from_usage(usage.select(facts.USAGE_EVENTS.names)))
