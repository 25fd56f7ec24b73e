"""How long happy paths take on 5M events of 100,000 accounts, against Polars sorting the events.

Run: python -m benchmarks.paths. The events are made once and kept in the temporary folder. The yardstick:
sort the events by account, event and time and take each account's first of each. Ours: first uses and active
days of all events, cases, discovery, and every account placed on its path.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import polars as pl

from benchmarks.company import AS_OF, files
from benchmarks.measure import measured
from benchmarks.paths_planted import account_days
from models.facts import EVENT_SPANS
from models.paths.assignment import assign
from models.paths.cases import cases
from models.paths.discovery import discover
from models.paths.watched import first_uses


def yardstick(home: str) -> int:
    """Rows of first occurrences, by sorting."""
    events = pl.read_parquet(Path(home) / "usage_events.parquet")
    ordered = events.sort("account_id", "event", "occurred_at")
    firsts = ordered.group_by("account_id", "event", maintain_order=True).agg(pl.col("occurred_at").first())
    return firsts.height


def paths(home: str) -> list[int]:
    """Decisions, paths, accounts placed."""
    folder = Path(home)
    events = pl.read_parquet(folder / "usage_events.parquet")
    days, firsts = account_days(events), first_uses(spans(events))
    accounts = pl.read_parquet(folder / "accounts.parquet")
    learnable = cases(accounts, pl.read_parquet(folder / "subscriptions.parquet"), days, AS_OF)
    found = discover(learnable, firsts, days, AS_OF)
    placed = assign(found, accounts, firsts, AS_OF)
    return [found.counts["decisions"], found.paths.height, placed.height]


def spans(events: pl.DataFrame) -> pl.DataFrame:
    """`facts.EVENT_SPANS` of raw events."""
    at = pl.col("occurred_at")
    told = events.group_by("account_id", "event").agg(
        events=pl.len().cast(pl.Int64), quantity=pl.col("quantity").sum(), first_at=at.min(), last_at=at.max()
    )
    return EVENT_SPANS.check(told)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--accounts", type=int, default=100_000)
    parser.add_argument("--events", type=int, default=5_000_000)
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "rounds-bench")
    parser.add_argument("--turns", type=int, default=3, help="the best of so many turns counts")
    chosen = parser.parse_args()
    home = str(files(chosen.folder, chosen.accounts, chosen.events))
    turns = [(measured(yardstick, home), measured(paths, home)) for _ in range(chosen.turns)]
    sort, ours = (min((pair[k] for pair in turns), key=lambda one: one.seconds) for k in (0, 1))
    print(f"sort and first occurrences  {sort.seconds:6.2f} s  {sort.peak_mb:6,.0f} MB  {sort.value:,} rows")
    print(
        f"discovery and places        {ours.seconds:6.2f} s  {ours.peak_mb:6,.0f} MB  "
        f"{ours.value[0]:,} decisions, {ours.value[1]} paths, {ours.value[2]:,} accounts placed"
    )
    print(f"ratio                       {ours.seconds / sort.seconds:6.2f}  (at most 2)")


if __name__ == "__main__":
    main()
