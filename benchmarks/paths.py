"""How long happy paths take on 5M events of 100,000 accounts, against Polars sorting the events.

Run: python -m benchmarks.paths. The events are made once and kept in the temporary folder. The yardstick:
sort the events by account, event and time and take each account's first of each. Ours: first and last uses
and active days of all events, decisions, discovery with its validation, and every live account's path, step
and state. Processor seconds are printed too: on a busy machine they tell more than the clock.
"""

from __future__ import annotations

import argparse
import tempfile
from datetime import date
from pathlib import Path

import polars as pl

from benchmarks.company import AS_OF, files
from benchmarks.measure import Measured, measured
from models.book import book
from models.facts import EVENT_SPANS
from models.paths.cases import cases
from models.paths.discovery import discover
from models.paths.prescribed import found_as, reached, steps_of
from models.paths.progress import progress
from models.paths.progress_frames import TICKS
from models.paths.watched import first_uses


def yardstick(home: str) -> int:
    """Rows of first occurrences, by sorting."""
    events = pl.read_parquet(Path(home) / "usage_events.parquet")
    ordered = events.sort("account_id", "event", "occurred_at")
    firsts = ordered.group_by("account_id", "event", maintain_order=True).agg(pl.col("occurred_at").first())
    return firsts.height


def paths(home: str) -> list[int]:
    """Decisions, paths, accounts placed, steps told."""
    folder = Path(home)
    events = pl.scan_parquet(folder / "usage_events.parquet")
    days, used = active_days(events), spans(events)
    accounts = pl.read_parquet(folder / "accounts.parquet")
    terms = pl.read_parquet(folder / "subscriptions.parquet")
    found = discover(cases(accounts, terms, days, AS_OF), first_uses(used), days, AS_OF)
    steps = steps_of(found_as(found))
    first = days["day"].min()
    since = first if isinstance(first, date) else None
    live = book(accounts, terms, AS_OF)
    walked = progress(live, steps, reached(used), TICKS.empty(), AS_OF, since)
    return [found.counts["decisions"], found.paths.height, walked.rows.height, walked.steps.height]


def active_days(events: pl.LazyFrame) -> pl.DataFrame:
    """What the search asks of `facts.ACCOUNT_DAYS`: account_id, day and events."""
    days = events.group_by("account_id", pl.col("occurred_at").dt.date().alias("day"))
    return days.agg(events=pl.len().cast(pl.Int64)).collect(engine="streaming")


def spans(events: pl.LazyFrame) -> pl.DataFrame:
    """`facts.EVENT_SPANS` of raw events."""
    at = pl.col("occurred_at")
    told = events.group_by("account_id", "event").agg(
        events=pl.len().cast(pl.Int64), quantity=pl.col("quantity").sum(), first_at=at.min(), last_at=at.max()
    )
    return EVENT_SPANS.check(told.collect(engine="streaming"))


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
    decisions, found, accounts, steps = ours.value
    _say("sort and first occurrences", sort, f"{sort.value:,} rows")
    _say(
        "discovery and progress",
        ours,
        f"{decisions:,} decisions, {found} paths, {accounts:,} accounts on {steps:,} steps",
    )
    least = [min(pair[k].cpu for pair in turns) for k in (0, 1)]
    print(f"{'ratio':27} {ours.seconds / sort.seconds:6.2f}  (at most 2)   {least[1] / least[0]:6.2f} of cpu")


def _say(what: str, one: Measured, value: str) -> None:
    print(
        f"{what:27} {one.seconds:6.2f} s  {one.cpu:6.2f} s cpu  {one.peak_mb:6,.0f} MB  {value}", flush=True
    )


if __name__ == "__main__":
    main()
