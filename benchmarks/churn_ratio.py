"""What training and scoring cost beside one pass of the usage aggregates over the same events."""

from __future__ import annotations

import time
from datetime import date
from pathlib import Path

import polars as pl

from benchmarks.company import AS_OF, files
from benchmarks.measure import measured
from models.churn.evidence import EVENT_MONTHS, evidence_from
from models.churn.observations import MONTHLY, observations, upcoming
from models.churn.scoring import features, predict
from models.churn.training import train
from models.facts import ACCOUNT_DAYS, FACTS

_TIMES = 2


def aggregates(usage: str, out: str) -> float:
    """One pass: account days, and each month's first and last use by event, written; its CPU seconds."""
    begun = time.process_time()
    lake, at = pl.scan_parquet(usage), pl.col("occurred_at")
    user_days = lake.group_by("account_id", at.dt.date().alias("day"), "user_id").agg(
        events=pl.len().cast(pl.Int64), quantity=pl.col("quantity").sum()
    )
    days = user_days.group_by("account_id", "day").agg(
        pl.col("events", "quantity").sum(), users=(pl.col("user_id") != "").sum().cast(pl.Int64)
    )
    months = lake.group_by("account_id", "event", at.dt.date().dt.month_start().alias("month")).agg(
        events=pl.len().cast(pl.Int64), first_at=at.min(), last_at=at.max()
    )
    frames = pl.collect_all([days, months], engine="streaming")
    for name, contract, frame in zip(("days", "months"), (ACCOUNT_DAYS, EVENT_MONTHS), frames, strict=True):
        frame.select(contract.names).write_ipc(f"{out}/churn-{name}.arrow")
    return time.process_time() - begun


def trained_and_scored(folder: str, out: str) -> dict[str, object]:
    """Train on 24 monthly observations an account, then score the live book; seconds without reading."""
    known = {name: pl.read_parquet(f"{folder}/{name}.parquet") for name in FACTS if name != "usage_events"}
    days, months = (pl.read_ipc(f"{out}/churn-{name}.arrow") for name in ("days", "months"))
    begun, used = time.perf_counter(), time.process_time()
    evidence = evidence_from(known, days, months)
    rows = observations(
        known["accounts"], known["subscriptions"], AS_OF, since=date(2024, 7, 1), kind=MONTHLY
    )
    training = train(rows, evidence, AS_OF)
    if training.model is None:
        raise RuntimeError(training.verdict.sentence)
    asked = upcoming(known["accounts"], known["subscriptions"], AS_OF, MONTHLY)
    scored = predict(training.model, features(training.model, asked, evidence))
    return {
        "seconds": time.perf_counter() - begun,
        "cpu": time.process_time() - used,
        "observations": rows.height,
        "scored": scored.height,
        "verdict": training.verdict.sentence,
        "columns": training.model.recipe.feature_set,
        "method": training.model.method,
    }


def run(folder: Path, accounts: int = 10_000, events: int = 10_000_000) -> None:
    """Print the ratio, the best of two for both sides."""
    home = files(folder, accounts, events)
    usage = str(home / "usage_events.parquet")
    passes = [measured(aggregates, usage, str(home)) for _ in range(_TIMES)]
    found = [measured(trained_and_scored, str(home), str(home)) for _ in range(_TIMES)]
    ours, alone = min(float(one.value["seconds"]) for one in found), min(one.seconds for one in passes)
    cpu, pass_cpu = min(float(one.value["cpu"]) for one in found), min(float(one.value) for one in passes)
    told = found[0].value
    print(
        f"{accounts:,} accounts, {events:,} events: training and scoring {told['observations']:,} monthly "
        f"observations and {told['scored']:,} live accounts {ours:.1f} s, one pass of the usage aggregates "
        f"{alone:.1f} s: {ours / alone:.2f} x (limit 5)   peak {max(one.peak_mb for one in found):,.0f} MB"
    )
    print(f"  in CPU seconds {cpu:.1f} and {pass_cpu:.1f}: {cpu / pass_cpu:.2f} x; the pass uses every core")
    print(f"  {told['columns']}, {told['method']}. {told['verdict']}")
