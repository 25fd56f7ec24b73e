"""Import and refresh beside bare Polars on the same files: ratios, rows a second, memory."""

from __future__ import annotations

import shutil
import sys
from datetime import datetime, time, timedelta
from pathlib import Path

import polars as pl

from actions.import_files import import_files
from actions.refresh import refresh
from benchmarks.company import AS_OF
from benchmarks.measure import Measured, measured
from data_access.config import Configuration
from data_access.store import open_store
from data_access.viewer import SYSTEM
from models.facts import FACTS, USAGE_EVENTS
from models.mapping import parse

NOW = datetime.combine(AS_OF + timedelta(days=1), time(9))


def polars_read_write(path: str, out: str) -> int:
    """What Polars alone needs to read the usage file and write it back by month, sorted."""
    frame = pl.read_csv(path) if path.endswith(".csv") else pl.read_parquet(path)
    if path.endswith(".csv"):
        frame = frame.with_columns(pl.col("occurred_at").str.to_datetime("%Y-%m-%dT%H:%M:%S%.f"))
    month = pl.col("occurred_at").dt.date().dt.month_start().alias("month")
    folder = Path(out)
    folder.mkdir(parents=True, exist_ok=True)
    for (day,), part in frame.with_columns(month).partition_by("month", as_dict=True).items():
        part.sort("account_id", "occurred_at").write_parquet(folder / f"{day:%Y-%m}.parquet")
    return frame.height


def rounds_import(folder: str, home: str, usage: str) -> int:
    """Import the whole company; returns usage rows read."""
    document: dict[str, object] = {
        name: {"file": usage if name == USAGE_EVENTS.name else f"{name}.parquet"}
        | {column: column for column in FACTS[name].names}
        for name in FACTS
    }
    store = open_store(Configuration(home=Path(home)))
    report = import_files(store, SYSTEM, NOW, parse(document), Path(folder))
    store.close()
    return sum(table.read for table in report.tables)


def polars_aggregates(home: str) -> int:
    """The bare aggregates that every refresh stands on, over the same lake."""
    lake = pl.scan_parquet(f"{home}/lake/usage/*/*.parquet")
    day = pl.col("occurred_at").dt.date().alias("day")
    days = lake.group_by("account_id", day).agg(
        pl.len(), pl.col("quantity").sum(), pl.col("user_id").n_unique()
    )
    spans = lake.group_by("account_id", "event").agg(
        pl.len(), pl.col("occurred_at").min().alias("first"), pl.col("occurred_at").max().alias("last")
    )
    frames = pl.collect_all([days, spans])
    return sum(frame.height for frame in frames)


def rounds_refresh(home: str) -> dict[str, object]:
    """One snapshot as of the last day."""
    store = open_store(Configuration(home=Path(home)))
    report = refresh(store, SYSTEM, NOW, AS_OF)
    store.close()
    return {"accounts": report.accounts, "seconds": report.seconds, "months_read": report.months_read}


def run(folder: Path, scratch: Path) -> None:
    """Print the table for the company in `folder`; `scratch` is overwritten."""
    for usage in ("usage_events.csv", "usage_events.parquet"):
        home, bare = scratch / "home", scratch / "bare"
        for path in (home, bare):
            shutil.rmtree(path, ignore_errors=True)
        alone = measured(polars_read_write, str(folder / usage), str(bare))
        ours = measured(rounds_import, str(folder), str(home), usage)
        _print(f"import, {usage.rsplit('.')[-1]}", ours, alone, rows=int(ours.value))
    again = measured(rounds_import, str(folder), str(home), "usage_events.parquet")
    _print("  the same again", again, alone, rows=int(again.value))
    aggregates = measured(polars_aggregates, str(home))
    first = measured(rounds_refresh, str(home))
    _print("refresh, first", first, aggregates)
    second = measured(rounds_refresh, str(home))
    _print("refresh, second", second, aggregates)
    print(f"  stages of the first: {first.value['seconds']}")
    print(f"  stages of the second: {second.value['seconds']}; months read {second.value['months_read']}")


def _print(name: str, ours: Measured, peer: Measured, rows: int | None = None) -> None:
    rate = f"{rows / ours.seconds:>12,.0f} rows/s" if rows else " " * 19
    print(
        f"{name:24} {ours.seconds:8.2f} s  {ours.seconds / peer.seconds:6.2f} x Polars "
        f"({peer.seconds:.2f} s) {rate}  peak {ours.peak_mb:6,.0f} MB"
    )
    sys.stdout.flush()
