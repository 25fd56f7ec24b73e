"""Replaying a rule over weekly snapshots of 10,000 accounts, beside the plainest query of the same rows.

Run: python -m benchmarks.replay --scratch DIR [--accounts N] [--weeks W]. The store in DIR is made once.
"""

from __future__ import annotations

import argparse
import json
import time
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import sqlalchemy as sa

from actions.replay import replay_rule
from data_access import snapshots
from data_access.bulk import insert
from data_access.config import Configuration
from data_access.schema import FACT_TABLES, account_scores
from data_access.store import Store, open_store
from data_access.viewer import SYSTEM
from models.facts import ACCOUNTS
from models.findings import FINDINGS
from models.own_rules import Rule
from models.snapshot import SCORES

AS_OF = date(2025, 11, 20)
LEAVE = 0.08
"""Share of the accounts that leave within the weeks looked at."""
RULES = {
    "a score": Rule("Few days", "active_days_28", "below", 4.0, "Call."),
    "a number behind a finding": Rule("Deep", "declined.ratio_28", "below", 0.4, "Call."),
}
_MEASURED = ("active_days_28", "active_days_prev_28", "events_28", "tenure_days", "risk", "mrr")


def made(scratch: Path, accounts: int, weeks: int) -> Store:
    """A store with that many weekly snapshots of random scores; some accounts leave meanwhile."""
    home = scratch / f"replay-{accounts}-{weeks}"
    known = (home / "made").exists()
    store = open_store(Configuration(home=home))
    if known:
        return store
    rng = np.random.default_rng(1)
    ids = [f"A{n:06d}" for n in range(accounts)]
    back = np.where(rng.random(accounts) < LEAVE, rng.integers(0, 7 * weeks, accounts), -1)
    left = [AS_OF - timedelta(days=int(n)) if n >= 0 else None for n in back]
    with store.database.write() as connection:
        insert(connection, FACT_TABLES["accounts"], _filled(ACCOUNTS.schema, account_id=ids, churned_on=left))
        for week in range(weeks - 1, -1, -1):
            day = AS_OF - timedelta(weeks=week)
            here = [name for name, gone in zip(ids, left, strict=True) if gone is None or gone > day]
            snapshots.write(
                connection, header=_header(day), scored=_scores(rng, here), frames=_frames(rng, here, day)
            )
    (home / "made").touch()
    return store


def _filled(schema: pl.Schema, **values: object) -> pl.DataFrame:
    frame = pl.DataFrame(values)
    missing = [pl.lit(None, dtype).alias(name) for name, dtype in schema.items() if name not in frame.columns]
    return frame.with_columns(missing).select(pl.col(name).cast(dtype) for name, dtype in schema.items())


def _header(day: date) -> dict[str, object]:
    parts: dict[str, object] = {"freshness": {}, "stages": {}, "notes": {}}
    return {
        "as_of": day,
        "created_at": datetime.combine(day, datetime.min.time()),
        "person": "benchmark",
        "settings_version": 0,
        "code_version": "0",
        **parts,
    }


def _scores(rng: np.random.Generator, ids: list[str]) -> pl.DataFrame:
    numbers = {name: rng.integers(0, 29, len(ids)) for name in _MEASURED}
    return _filled(SCORES.schema, account_id=ids, name=ids, segment=["Small"] * len(ids), **numbers)


def _frames(rng: np.random.Generator, ids: list[str], day: date) -> dict[str, pl.DataFrame]:
    found = [name for name, hit in zip(ids, rng.random(len(ids)) < 0.05, strict=True) if hit]
    ratios = rng.random(len(found))
    rows = _filled(
        FINDINGS.schema,
        account_id=found,
        kind=["declined"] * len(found),
        since=[day] * len(found),
        severity=ratios,
        sentence=["Usage fell."] * len(found),
        evidence=[json.dumps({"ratio_28": float(ratio)}) for ratio in ratios],
        prescription=["Call."] * len(found),
    )
    return {"findings": rows}


class _Steps:
    """Counts how often progress was told."""

    told = 0

    def __call__(self, stage: str, done: int, total: int | None) -> None:
        self.told += 1


def run(store: Store) -> None:
    """Each replay's seconds, and how many times longer than one grouped count over the same table."""
    of = account_scores.c
    plain = sa.select(of.snapshot_id, sa.func.count()).where(of.active_days_28 < 4).group_by(of.snapshot_id)
    begun = time.perf_counter()
    with store.database.read() as connection:
        rows = connection.execute(plain).all()
    peer = time.perf_counter() - begun
    print(f"one grouped count over {len(rows)} snapshots: {peer:.2f} s")
    for name, rule in RULES.items():
        steps = _Steps()
        begun = time.perf_counter()
        told = replay_rule(store, SYSTEM, rule, steps)
        spent = time.perf_counter() - begun
        print(
            f"replay of {name}: {spent:.2f} s, {spent / peer:.1f} x the count; {told.found.height:,} "
            f"accounts, {told.a_week:.0f} new a week, {told.left.hits} of {told.left.of} left; "
            f"progress told {steps.told} times"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scratch", type=Path, required=True)
    parser.add_argument("--accounts", type=int, default=10_000)
    parser.add_argument("--weeks", type=int, default=26)
    asked = parser.parse_args()
    asked.scratch.mkdir(parents=True, exist_ok=True)
    store = made(asked.scratch, asked.accounts, asked.weeks)
    run(store)
    store.close()


if __name__ == "__main__":
    main()
