"""Paths in a refresh: looked for once a month, placed anew after an adoption, exported as shown."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import sqlalchemy as sa

from actions import path_progress
from actions import paths as deeds
from actions.demo import make_demo
from actions.exporting import export
from actions.refresh import needed, refresh
from actions.settings import choose
from data_access import exceptions, path_discoveries, paths, snapshots
from data_access.config import Configuration
from data_access.errors import NotFound
from data_access.schema import path_discoveries as discoveries
from data_access.store import Store, open_store
from data_access.viewer import SYSTEM, Viewer
from models.paths.adopted import HappyPath, PathStep
from models.paths.progress_frames import PROGRESS, STEP_TIMES
from tests.conftest import DEMO_DAY, DEMO_NOW

DAYS: dict[str, Any] = {"gap_median": 10.0, "gap_p85": 20.0}
WAY = HappyPath(
    "Plan first",
    (
        PathStep("Kick-off", 1, "manual", who="the CSM"),
        PathStep("Import", 2, event="customers.imported", **DAYS),
        PathStep("Template", 3, event="template.saved", advice="Send the film.", **DAYS),
        PathStep("Route", 4, event="route.optimised", **DAYS),
    ),
)


def part(store: Store, name: str, viewer: Viewer = SYSTEM) -> pl.DataFrame:
    newest = snapshots.newest(store.database)
    assert newest is not None
    return snapshots.frame(store.database, viewer, newest.snapshot_id, name)


def made(store: Store) -> int:
    with store.database.read() as connection:
        return int(connection.execute(sa.select(sa.func.count()).select_from(discoveries)).scalar_one())


def test_one_search_serves_a_month_until_something_changes(demo_home: Path) -> None:
    store = open_store(Configuration(home=demo_home))
    assert made(store) == 1, "three snapshots of one month stand on one search"
    newest = snapshots.newest(store.database)
    assert newest is not None
    kept = path_discoveries.get(store.database, newest.notes["paths"]["discovery"])
    assert kept.as_of.isoformat() == "2026-10-31"
    assert kept.found.counts["decisions"] > 0

    choose(store, SYSTEM, DEMO_NOW, 0, {"success": {"kind": "alive_after_days", "days": 180}})
    refresh(store, SYSTEM, DEMO_NOW)
    assert made(store) == 2
    refresh(store, SYSTEM, DEMO_NOW, DEMO_DAY - timedelta(days=30))
    assert made(store) == 3, "the month before knows less"
    with pytest.raises(NotFound, match="no discovery 99"):
        path_discoveries.get(store.database, 99)
    store.close()


def test_an_adopted_path_places_the_book_and_raises_exceptions(demo_home: Path) -> None:
    store = open_store(Configuration(home=demo_home))
    assert part(store, "path_progress").is_empty(), "120 accounts are too few to find a path"
    kinds = {"stalled", "deviated", "never_started"}
    assert not kinds & set(exceptions.listing(store.database, SYSTEM)["kind"])
    assert not needed(store, DEMO_NOW)

    path_id = deeds.write_path(store, SYSTEM, DEMO_NOW, WAY, adopt=True)
    assert needed(store, DEMO_NOW), "nobody stands on it yet"
    refresh(store, SYSTEM, DEMO_NOW)
    assert not needed(store, DEMO_NOW)

    rows, times = part(store, "path_progress"), part(store, "path_times")
    assert (rows.schema, times.schema) == (PROGRESS.schema, STEP_TIMES.schema)
    newest = snapshots.newest(store.database)
    assert newest is not None
    scores = snapshots.scores(store.database, SYSTEM, newest.snapshot_id)
    joined = scores.join(rows, on="account_id", suffix="_there")
    assert joined.height == scores.height == rows.height
    assert (joined["path"] == "Plan first").all()
    assert joined["path_state"].equals(joined["state"], check_names=False)
    assert joined["path_step"].equals(joined["step"], check_names=False)
    assert rows["path_id"].unique().to_list() == [path_id]
    found = exceptions.listing(store.database, SYSTEM).filter(pl.col("kind").is_in(list(kinds)))
    assert set(found["kind"]) >= {"stalled"}
    waits = found.filter(pl.col("sentence").str.contains("Stuck before “Template”"))
    assert waits["prescription"].str.starts_with("Send the film.").all()
    assert newest.notes["paths"]["adopted"] == [[path_id, 1]]

    deeds.retire_path(store, SYSTEM, DEMO_NOW, path_id, 1)
    assert needed(store, DEMO_NOW)
    store.close()


def test_exports_hold_what_the_snapshot_says_of_ones_own_book(demo_home: Path, tmp_path: Path) -> None:
    store = open_store(Configuration(home=demo_home))
    deeds.write_path(store, SYSTEM, DEMO_NOW, WAY, adopt=True)
    refresh(store, SYSTEM, DEMO_NOW)
    mine = Viewer("eva@example.com", "Eva", "csm", ("csm-01",))
    out = tmp_path / "out"

    rows = part(store, "path_progress")
    assert export(store, SYSTEM, DEMO_NOW, "path-progress", "parquet", out) == rows.height
    told = pl.read_parquet(out).sort("account_id")
    same = [name for name in PROGRESS.names if name not in ("skipped", "swapped", "looped")]
    assert told.select(same).equals(rows.sort("account_id").select(same))
    assert told["skipped"].equals(rows.sort("account_id")["skipped"].list.join("; "))

    own = part(store, "path_progress", mine)
    assert 0 < own.height < rows.height
    assert export(store, mine, DEMO_NOW, "path-progress", "csv", out) == own.height

    assert export(store, mine, DEMO_NOW, "paths", "parquet", out) == 4
    steps = pl.read_parquet(out)
    assert steps["label"].to_list() == ["Kick-off", "Import", "Template", "Route"]
    done = part(store, "path_times", mine).filter(pl.col("state") == "done")
    by_step = dict(done.group_by("label").len().iter_rows())
    assert steps["done"].to_list() == [by_step.get(label, 0) for label in steps["label"]]
    assert (steps["accounts"] == own.height).all()
    store.close()


def test_a_company_on_either_database_walks_its_path(store: Store) -> None:
    make_demo(store, SYSTEM, DEMO_NOW, as_of=DEMO_DAY, accounts=25, months=8)
    path_id = deeds.write_path(store, SYSTEM, DEMO_NOW, WAY, adopt=True)
    refresh(store, SYSTEM, DEMO_NOW)
    one = part(store, "path_progress")["account_id"][0]
    kick_off = deeds.path_in_force(store, path_id).steps[0].key
    before = part(store, "path_times").filter(pl.col("account_id") == one)["state"].to_list()

    deeds.tick_step(store, SYSTEM, DEMO_NOW, path_id, kick_off, one, DEMO_DAY)
    refresh(store, SYSTEM, DEMO_NOW)

    after = part(store, "path_times").filter(pl.col("account_id") == one)
    assert before[0] != "done"
    assert after.select("state", "done_on").row(0) == ("done", DEMO_DAY)
    assert made(store) == 1
    value = part(store, "first_value")
    assert value["reached_on"].count() > 0
    assert value.filter(pl.col("reached_on") > DEMO_DAY).is_empty()
    assert paths.in_force(store.database).height == 1
    assert path_progress.adopted_now(store)[0].path.name == "Plan first"
