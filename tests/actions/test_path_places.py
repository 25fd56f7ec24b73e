"""A change of paths or ticks places accounts at once, as the next refresh would; nobody's change is lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import sqlalchemy as sa

from actions import path_places
from actions import paths as deeds
from actions.demo import make_demo
from actions.path_progress import Walked, holding, walked_again
from actions.refresh import needed, refresh
from data_access import path_places as beside
from data_access import path_ticks, paths, snapshots
from data_access.config import Configuration
from data_access.errors import NotAllowed, NotFound
from data_access.schema import snapshot_frames
from data_access.schema import snapshots as snapshot_table
from data_access.store import Store, open_store
from data_access.viewer import SYSTEM, Viewer
from models.paths.adopted import from_body
from models.snapshot import SCORES
from tests.actions.test_path_progress import WAY
from tests.actions.test_paths import at_once
from tests.conftest import DEMO_DAY, DEMO_NOW

PARTS = ("path_steps", "path_progress", "path_times")
EVA = Viewer("eva@example.com", "Eva", "csm", ("csm-01",))


def newest(store: Store) -> snapshots.Snapshot:
    found = snapshots.newest(store.database)
    assert found is not None
    return found


def parts(store: Store) -> dict[str, pl.DataFrame]:
    """What pages and exports read of paths, as of the newest snapshot."""
    of = newest(store).snapshot_id
    return {name: snapshots.frame(store.database, SYSTEM, of, name) for name in PARTS}


def own(store: Store, snapshot_id: int) -> dict[str, bytes]:
    """The parts that the refresh wrote, as they are stored."""
    of = snapshot_frames.c
    asked = sa.select(of.name, of.body).where(of.snapshot_id == snapshot_id, ~of.name.startswith("beside:"))
    with store.database.read() as connection:
        return {name: bytes(body) for name, body in connection.execute(asked)}


def scores(store: Store) -> pl.DataFrame:
    return snapshots.scores(store.database, SYSTEM, newest(store).snapshot_id).sort("account_id")


def test_an_adoption_places_everybody_as_a_refresh_would(demo_home: Path) -> None:
    store = open_store(Configuration(home=demo_home))
    made, before = own(store, newest(store).snapshot_id), scores(store)
    assert parts(store)["path_progress"].is_empty()

    path_id = deeds.write_path(store, SYSTEM, DEMO_NOW, WAY, adopt=True)

    at_once_placed, told = parts(store), scores(store)
    assert at_once_placed["path_progress"].height == before.height
    same = [name for name in SCORES.names if not name.startswith("path")]
    assert told.select(same).equals(before.select(same)), "scores stay as the refresh left them"
    rows = at_once_placed["path_progress"].sort("account_id")
    assert told["path_state"].equals(rows["state"], check_names=False)
    assert told["path_step"].equals(rows["step"], check_names=False)
    assert own(store, newest(store).snapshot_id) == made, "the snapshot itself never changes"
    assert needed(store, DEMO_NOW), "exceptions and the risk order still follow"

    refresh(store, SYSTEM, DEMO_NOW)
    for name, frame in parts(store).items():
        assert frame.equals(at_once_placed[name]), name

    deeper = tuple(replace(one, nth=3) if one.name == "Import" else one for one in WAY.steps)
    deeds.save_path(store, SYSTEM, DEMO_NOW, path_id, 1, replace(WAY, steps=deeper), adopt=True)
    edited = parts(store)
    assert edited["path_steps"]["nth"].to_list() == [1, 3, 1, 1]
    assert not edited["path_progress"].equals(at_once_placed["path_progress"])
    refresh(store, SYSTEM, DEMO_NOW)
    for name, frame in parts(store).items():
        assert frame.equals(edited[name]), f"{name} with a step on a third day"

    deeds.revert_path(store, SYSTEM, DEMO_NOW, path_id, 2, 1)
    assert parts(store)["path_steps"]["nth"].to_list() == [1, 1, 1, 1]
    deeds.retire_path(store, SYSTEM, DEMO_NOW, path_id, 3)
    assert parts(store)["path_progress"].is_empty()
    assert scores(store)["path"].null_count() == before.height
    store.close()


def test_a_tick_of_today_counts_at_once_and_can_be_taken_back(demo_home: Path) -> None:
    store = open_store(Configuration(home=demo_home))
    path_id = deeds.write_path(store, SYSTEM, DEMO_NOW, WAY, adopt=True)
    mine = snapshots.frame(store.database, EVA, newest(store).snapshot_id, "path_progress")
    one, kick_off = mine["account_id"][0], deeds.path_in_force(store, path_id).steps[0].key
    before = parts(store)
    today = DEMO_NOW.date()
    assert today > newest(store).as_of

    tick = deeds.tick_step(store, EVA, DEMO_NOW, path_id, kick_off, one)

    step = parts(store)["path_times"].filter(account_id=one, step=kick_off)
    assert step.select("state", "done_on").row(0) == ("done", today)
    others = pl.col("account_id") != one
    assert parts(store)["path_progress"].filter(others).equals(before["path_progress"].filter(others))
    last = beside.newest(store.database, newest(store).snapshot_id)
    assert last is not None
    assert (last.by, last.note["ticks"]) == ("Eva", [tick, 1])

    deeds.undo_tick(store, EVA, DEMO_NOW, tick)
    for name, frame in parts(store).items():
        assert frame.equals(before[name]), name
    deeds.tick_step(store, EVA, DEMO_NOW, path_id, kick_off, one, DEMO_DAY)
    placed = parts(store)
    refresh(store, SYSTEM, DEMO_NOW)
    for name, frame in parts(store).items():
        assert frame.equals(placed[name]), name
    store.close()


def test_who_adopts_edits_and_ticks_at_once_finds_all_of_it_placed(store: Store) -> None:
    make_demo(store, SYSTEM, DEMO_NOW, as_of=DEMO_DAY, accounts=25, months=8)
    refresh(store, SYSTEM, DEMO_NOW)
    who = (store, SYSTEM, DEMO_NOW)
    path_id = deeds.write_path(*who, WAY, adopt=True)
    kick_off = deeds.path_in_force(store, path_id).steps[0].key
    some = parts(store)["path_progress"]["account_id"].to_list()[:3]
    edited = replace(WAY, gives="A plan")

    told = at_once(
        *(partial(deeds.tick_step, *who, path_id, kick_off, account, DEMO_DAY) for account in some),
        partial(deeds.save_path, *who, path_id, 1, edited, adopt=True),
        partial(deeds.write_path, *who, replace(WAY, name="Another way"), adopt=True),
    )

    assert all(isinstance(one, int) for one in told), told
    assert path_ticks.standing(store.database, SYSTEM)["account_id"].sort().to_list() == sorted(some)
    names = {row["name"]: row for row in paths.in_force(store.database).iter_rows(named=True)}
    assert set(names) == {"Plan first", "Another way"}
    assert from_body(names["Plan first"]["body"]).gives == "A plan"
    placed = parts(store)
    assert set(placed["path_steps"]["path"]) == set(names)
    ticked = placed["path_times"].filter(
        pl.col("step") == kick_off, pl.col("path_key") == f"adopted {path_id}"
    )
    done = ticked.filter(state="done")["account_id"].to_list()
    on_it = placed["path_progress"].filter(path_id=path_id)["account_id"].to_list()
    assert sorted(done) == sorted(set(some) & set(on_it))
    path_places.place_accounts(*who)
    for name, frame in parts(store).items():
        assert frame.equals(placed[name]), "whoever came last placed all of it"


def test_what_somebody_ticks_while_accounts_are_being_placed_is_not_written_over(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_demo(store, SYSTEM, DEMO_NOW, as_of=DEMO_DAY, accounts=25, months=8)
    refresh(store, SYSTEM, DEMO_NOW)
    who = (store, SYSTEM, DEMO_NOW)
    path_id = deeds.write_path(*who, WAY, adopt=True)
    kick_off = deeds.path_in_force(store, path_id).steps[0].key
    one = parts(store)["path_progress"]["account_id"][0]
    meanwhile: list[str] = []

    def slow(*asked: Any) -> Walked:
        told = walked_again(*asked)
        if not meanwhile:
            meanwhile.append(one)
            deeds.tick_step(*who, path_id, kick_off, one, DEMO_DAY)
        return told

    monkeypatch.setattr(path_places, "walked_again", slow)
    path_places.place_accounts(*who)

    assert meanwhile == [one]
    assert parts(store)["path_times"].filter(account_id=one, step=kick_off)["state"].item() == "done"
    last = beside.newest(store.database, newest(store).snapshot_id)
    assert last is not None
    assert not paths.differ(last.note, holding(store)), "nothing waits"


def test_what_cannot_be_placed_yet_waits_and_says_so(demo_home: Path) -> None:
    store = open_store(Configuration(home=demo_home))
    with pytest.raises(NotAllowed):
        path_places.place_accounts(store, Viewer("aud@example.com", "Aud", "auditor"), DEMO_NOW)
    with store.database.write() as connection:
        connection.execute(sa.update(snapshot_table).values(notes='{"paths": {"adopted": []}}'))
    with pytest.raises(NotFound, match="once a refresh of this version has been made"):
        path_places.place_accounts(store, SYSTEM, DEMO_NOW)
    deeds.write_path(store, SYSTEM, DEMO_NOW, WAY, adopt=True)
    assert paths.in_force(store.database).height == 1
    assert needed(store, DEMO_NOW)
    refresh(store, SYSTEM, DEMO_NOW + timedelta(minutes=1))
    assert not needed(store, DEMO_NOW)
    store.close()
