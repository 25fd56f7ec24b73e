"""History and why it moved: weekly snapshots of 10,000 accounts, then any account explained.

Run: python -m benchmarks.engagement --scratch DIR [--accounts N] [--weeks W] [--events E]. The home in DIR
is made once and gone on with; peers are what the same rows cost without Rounds.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import numpy as np
import polars as pl
import sqlalchemy as sa

from actions.refresh import refresh, refresh_weeks
from benchmarks.company import AS_OF, files
from benchmarks.import_and_refresh import NOW, rounds_import
from components.queries import EVERYONE, Reader
from components.queries.why import explain
from data_access import snapshots, stamps
from data_access.config import Configuration
from data_access.schema import snapshot_frames
from data_access.store import Store, open_store
from data_access.viewer import SYSTEM

EXPLAINED = 200


def home(scratch: Path, accounts: int, events: int, weeks: int) -> Store:
    """A store with a snapshot of the last day and of each week before it; prints what each stage took."""
    folder, where = files(scratch, accounts, events), scratch / f"engagement-{accounts}-{events}"
    if not (where / "lake").exists():
        rounds_import(str(folder), str(where), "usage_events.parquet")
    store = open_store(Configuration(home=where))
    begun = time.perf_counter()
    made = refresh_weeks(store, SYSTEM, NOW, weeks, AS_OF)
    if snapshots.newest(store.database, AS_OF + timedelta(days=1)) is None or made:
        made.append(refresh(store, SYSTEM, NOW, AS_OF))
    if made:
        spent = (time.perf_counter() - begun) / len(made)
        stages = {
            name: round(statistics.median(report.seconds.get(name, 0.0) for report in made), 2)
            for name in made[-1].seconds
        }
        print(f"{len(made)} snapshots, {spent:.2f} s each; median seconds by stage: {stages}")
        print(f"  usage months read: {[report.months_read for report in made]}")
    return store


def timed(work: Callable[[str], object], accounts: list[str]) -> str:
    """Median, 95th percentile and longest milliseconds, and the processor's, which no neighbour lengthens."""
    spent, worked = [], []
    for account in accounts:
        begun, idle = time.perf_counter(), time.process_time()
        work(account)
        spent.append(1000 * (time.perf_counter() - begun))
        worked.append(1000 * (time.process_time() - idle))
    middle, high = np.percentile(spent, [50, 95])
    return (
        f"median {middle:5.1f} ms, p95 {high:5.1f} ms, longest {max(spent):5.1f} ms (n = {len(spent)}); "
        f"processor p95 {np.percentile(worked, 95):5.1f} ms"
    )


def run(store: Store) -> None:
    """Explain accounts drawn at random, none of them read before."""
    listed = snapshots.listing(store.database)
    newest = snapshots.newest(store.database)
    assert newest is not None
    reader = Reader(store, EVERYONE, stamps.read(store.database), newest)
    ids: list[int] = listed["snapshot_id"].to_list()
    known = snapshots.scores(store.database, SYSTEM, newest.snapshot_id)["account_id"]
    drawn = known.sample(EXPLAINED + 1, seed=1).to_list()
    explain(reader, drawn.pop(), ids[-1], ids[0])
    half = EXPLAINED // 2
    print(f"{newest.accounts:,} accounts, {listed.height} snapshots")
    print(f"  since the last snapshot  {timed(lambda at: explain(reader, at, ids[1], ids[0]), drawn[:half])}")
    print(
        f"  over the whole history   {timed(lambda at: explain(reader, at, ids[-1], ids[0]), drawn[half:])}"
    )
    dice = np.random.default_rng(1)
    pairs = {account: sorted(dice.choice(len(ids), 2, replace=False)) for account in drawn}

    def between(account: str) -> object:
        late, early = pairs[account]
        return explain(reader, account, ids[early], ids[late])

    print(f"  between any two days     {timed(between, drawn)}")
    print(f"  its scores in each day   {timed(lambda at: _history(store, at), drawn[:half])}")


def sizes(store: Store) -> str:
    """What the history takes on disk: the whole file, and the bulky parts by name."""
    held = sa.select(snapshot_frames.c.name, sa.func.sum(sa.func.length(snapshot_frames.c.body)))
    with store.database.read() as connection:
        rows = connection.execute(held.group_by(snapshot_frames.c.name)).all()
    parts = ", ".join(f"{name} {size / 1e6:.0f}" for name, size in sorted(rows, key=lambda row: -row[1])[:6])
    whole = Path(str(store.database.url.database)).stat().st_size / 1e6
    return f"the database takes {whole:,.0f} MB, of which bulky parts: {parts} MB"


def _history(store: Store, account: str) -> pl.DataFrame:
    return snapshots.history(store.database, SYSTEM, account)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scratch", type=Path, required=True)
    parser.add_argument("--accounts", type=int, default=10_000)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--weeks", type=int, default=51)
    chosen = parser.parse_args()
    store = home(chosen.scratch, chosen.accounts, chosen.events, chosen.weeks)
    print(sizes(store))
    run(store)
    store.close()


if __name__ == "__main__":
    main()
