"""Adopting, editing, going back and retiring paths, and ticks: on both databases, also two at once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from threading import Barrier

import pytest
import sqlalchemy as sa

from actions import paths as deeds
from data_access import path_ticks, paths
from data_access.bulk import insert
from data_access.errors import Conflict, DataError, NotAllowed, NotFound, RoundsError
from data_access.schema import FACT_TABLES, audit_log
from data_access.store import Store
from data_access.viewer import Viewer
from models.facts import ACCOUNTS
from models.paths.adopted import HappyPath, PathStep, from_body
from tests.models.rows import frame

NOW = datetime(2026, 11, 21, 9)
ADA = Viewer("ada@example.com", "Ada", "manager")
BEN = Viewer("ben@example.com", "Ben", "manager")
EVA = Viewer("eva@example.com", "Eva", "csm", ("C1",))
AUDITOR = Viewer("aud@example.com", "Aud", "auditor")
KICK_OFF = PathStep("Kick-off call", 1, "manual", who="the CSM")
PLAN = HappyPath("Plan first", (KICK_OFF, PathStep("Import", 2, event="customers.imported")))


@pytest.fixture
def accounts(store: Store) -> Store:
    rows = frame(ACCOUNTS, {"account_id": "A1", "csm_id": "C1"}, {"account_id": "B1", "csm_id": "C2"})
    with store.database.write() as connection:
        insert(connection, FACT_TABLES["accounts"], rows)
    return store


def log(store: Store) -> list[str]:
    with store.database.read() as connection:
        return list(connection.execute(sa.select(audit_log.c.what).order_by(audit_log.c.entry_id)).scalars())


def newest(store: Store) -> dict[str, object]:
    return paths.newest(store.database).row(0, named=True)


def kept(store: Store, path_id: int) -> list[HappyPath]:
    return [from_body(body) for body in paths.versions(store.database, path_id)["body"]]


def at_once(*deeds_to_do: Callable[[], object]) -> list[object]:
    """Start all at the same moment, each in a thread and connection of its own; errors come back."""
    gate = Barrier(len(deeds_to_do))

    def run(deed: Callable[[], object]) -> object:
        gate.wait(timeout=30)
        try:
            return deed()
        except RoundsError as error:
            return error

    with ThreadPoolExecutor(len(deeds_to_do)) as pool:
        return list(pool.map(run, deeds_to_do))


def test_a_draft_counts_only_once_it_is_adopted(store: Store) -> None:
    path_id = deeds.write_path(store, ADA, NOW, PLAN)
    assert newest(store)["state"] == "draft"
    assert paths.in_force(store.database).is_empty()

    deeds.adopt_path(store, ADA, NOW, path_id, 1)
    edited = replace(PLAN, gives="Their board is full on day one.")
    assert deeds.save_path(store, BEN, NOW, path_id, 1, edited) == 2

    assert newest(store)["version"] == 2
    assert paths.in_force(store.database).select("version", "adopted_by").row(0) == (1, ADA.person)
    deeds.adopt_path(store, BEN, NOW, path_id, 2)
    assert deeds.path_in_force(store, path_id).gives == "Their board is full on day one."
    assert log(store) == ["path written", "path adopted", "path edited", "path adopted"]


def test_going_back_is_a_new_version_and_takes_force(store: Store) -> None:
    path_id = deeds.write_path(store, ADA, NOW, PLAN, adopt=True)
    deeds.save_path(store, ADA, NOW, path_id, 1, replace(PLAN, name="Plan well"), adopt=True)

    assert deeds.revert_path(store, BEN, NOW, path_id, 2, 1) == 3

    assert [one.name for one in kept(store, path_id)] == ["Plan first", "Plan well", "Plan first"]
    assert paths.in_force(store.database).select("name", "version").row(0) == ("Plan first", 3)
    with pytest.raises(NotFound, match="no version 9 of path"):
        deeds.revert_path(store, BEN, NOW, path_id, 3, 9)
    with pytest.raises(DataError, match="nothing to go back to"):
        deeds.revert_path(store, BEN, NOW, path_id, 3, 3)


def test_a_retired_path_counts_no_more_and_can_come_back(store: Store) -> None:
    path_id = deeds.write_path(store, ADA, NOW, PLAN, adopt=True)
    deeds.retire_path(store, ADA, NOW, path_id, 1)

    assert paths.in_force(store.database).is_empty()
    with pytest.raises(Conflict, match="retired this path already"):
        deeds.retire_path(store, BEN, NOW, path_id, 1)
    deeds.adopt_path(store, BEN, NOW, path_id, 1)
    assert paths.in_force(store.database).height == 1


def test_what_can_not_hold_is_refused_in_words(store: Store) -> None:
    with pytest.raises(DataError, match="Say who ticks “Kick-off call”"):
        deeds.write_path(store, ADA, NOW, replace(PLAN, steps=(replace(KICK_OFF, who=" "),)))
    with pytest.raises(NotAllowed, match="holds for everybody"):
        deeds.write_path(store, EVA, NOW, PLAN)
    with pytest.raises(NotAllowed):
        deeds.write_path(store, AUDITOR, NOW, PLAN)
    path_id = deeds.write_path(store, ADA, NOW, PLAN, adopt=True)
    with pytest.raises(DataError, match="Nothing is different"):
        deeds.save_path(store, ADA, NOW, path_id, 1, PLAN)
    with pytest.raises(DataError, match="A path called plan First is in force for everybody"):
        deeds.write_path(store, ADA, NOW, replace(PLAN, name="plan First"), adopt=True)
    with pytest.raises(NotFound):
        deeds.adopt_path(store, ADA, NOW, path_id + 1, 1)
    assert log(store) == ["path written", "path adopted"]


def test_five_paths_hold_for_everybody_and_five_more_for_a_segment(store: Store) -> None:
    for number in range(5):
        deeds.write_path(store, ADA, NOW, replace(PLAN, name=f"Path {number}"), adopt=True)
    with pytest.raises(DataError, match="5 paths are in force for everybody already"):
        deeds.write_path(store, ADA, NOW, replace(PLAN, name="Sixth"), adopt=True)

    deeds.write_path(store, ADA, NOW, replace(PLAN, name="Path 1", segment="Clinics"), adopt=True)

    assert paths.in_force(store.database)["segment"].to_list() == ["", "", "", "", "", "Clinics"]
    assert paths.newest(store.database).height == 6, "what was refused left nothing behind"


def test_two_who_edit_the_same_version_at_once_lose_nothing(store: Store) -> None:
    path_id = deeds.write_path(store, ADA, NOW, PLAN, adopt=True)
    mine, theirs = replace(PLAN, gives="Mine"), replace(PLAN, gives="Theirs")

    for seen in (1, 2, 3):
        said = at_once(
            partial(deeds.save_path, store, ADA, NOW, path_id, seen, mine, adopt=True),
            partial(deeds.save_path, store, BEN, NOW, path_id, seen, theirs, adopt=True),
        )
        refused = [one for one in said if isinstance(one, Exception)]
        assert [one for one in said if not isinstance(one, Exception)] == [seen + 1]
        assert len(refused) == 1
        assert "was changed by" in str(refused[0]) or "Nothing is different" in str(refused[0])
        mine, theirs = replace(mine, gives=f"Mine {seen}"), replace(theirs, gives=f"Theirs {seen}")

    assert len(kept(store, path_id)) == 4
    assert paths.in_force(store.database)["version"].to_list() == [4]


def test_one_edits_while_the_other_reverts_retires_or_adopts(store: Store) -> None:
    path_id = deeds.write_path(store, ADA, NOW, PLAN, adopt=True)
    deeds.save_path(store, ADA, NOW, path_id, 1, replace(PLAN, gives="Second"), adopt=True)

    said = at_once(
        lambda: deeds.save_path(store, ADA, NOW, path_id, 2, replace(PLAN, gives="Third")),
        lambda: deeds.revert_path(store, BEN, NOW, path_id, 2, 1),
    )

    won = [one for one in said if not isinstance(one, Exception)]
    assert won == [3], said
    assert len(kept(store, path_id)) == 3
    again = at_once(
        lambda: deeds.save_path(store, ADA, NOW, path_id, 3, replace(PLAN, gives="Fourth"), adopt=True),
        lambda: deeds.retire_path(store, BEN, NOW, path_id, 3),
    )
    refused = [one for one in again if isinstance(one, Exception)]
    assert len(refused) == 1
    assert "retired by" in str(refused[0]) or "was changed by" in str(refused[0])
    assert len(kept(store, path_id)) == newest(store)["version"]
    in_log = [what for what in log(store) if what in ("path written", "path edited", "path reverted")]
    assert len(in_log) == newest(store)["version"], "every version has its entry"


def test_two_who_adopt_the_same_found_path_at_once_make_one(store: Store) -> None:
    said = at_once(
        lambda: deeds.write_path(store, ADA, NOW, PLAN, adopt=True),
        lambda: deeds.write_path(store, BEN, NOW, PLAN, adopt=True),
    )

    assert sum(isinstance(one, DataError) for one in said) == 1
    assert paths.newest(store.database).height == 1


def test_a_step_no_data_sees_is_ticked_and_taken_back(accounts: Store) -> None:
    store = accounts
    path_id = deeds.write_path(store, ADA, NOW, PLAN, adopt=True)
    step = deeds.path_in_force(store, path_id).steps[0].key

    tick = deeds.tick_step(store, EVA, NOW, path_id, step, "A1", date(2026, 11, 20))
    with pytest.raises(Conflict, match="eva@example.com ticked this step"):
        deeds.tick_step(store, ADA, NOW, path_id, step, "A1")
    row = path_ticks.standing(store.database, EVA).row(0, named=True)
    assert (row["account_id"], row["done_on"], row["ticked_by"]) == ("A1", date(2026, 11, 20), EVA.person)

    deeds.undo_tick(store, EVA, NOW, tick)
    assert path_ticks.standing(store.database, ADA).is_empty()
    with pytest.raises(Conflict, match="took this tick back"):
        deeds.undo_tick(store, EVA, NOW, tick)
    deeds.tick_step(store, ADA, NOW, path_id, step, "A1")
    assert log(store)[2:] == ["path step ticked", "path step unticked", "path step ticked"]


def test_ticks_stay_within_ones_book_and_with_steps_by_hand(accounts: Store) -> None:
    store = accounts
    path_id = deeds.write_path(store, ADA, NOW, PLAN, adopt=True)
    step = deeds.path_in_force(store, path_id).steps[0].key

    with pytest.raises(NotFound, match="no account B1 among yours"):
        deeds.tick_step(store, EVA, NOW, path_id, step, "B1")
    with pytest.raises(DataError, match="has no step “customers.imported#1” to tick"):
        deeds.tick_step(store, EVA, NOW, path_id, "customers.imported#1", "A1")
    with pytest.raises(DataError, match="still to come"):
        deeds.tick_step(store, EVA, NOW, path_id, step, "A1", date(2026, 11, 22))
    other = deeds.tick_step(store, ADA, NOW, path_id, step, "B1")
    with pytest.raises(NotFound):
        deeds.undo_tick(store, EVA, NOW, other)
    assert path_ticks.standing(store.database, EVA).is_empty()
    assert path_ticks.standing(store.database, ADA)["account_id"].to_list() == ["B1"]


def test_two_who_tick_at_once_leave_one_tick(accounts: Store) -> None:
    store = accounts
    path_id = deeds.write_path(store, ADA, NOW, PLAN, adopt=True)
    step = deeds.path_in_force(store, path_id).steps[0].key

    said = at_once(
        *(partial(deeds.tick_step, store, who, NOW, path_id, step, "A1") for who in (ADA, BEN, EVA))
    )

    assert sum(isinstance(one, Conflict) for one in said) == 2
    assert path_ticks.standing(store.database, ADA).height == 1


def test_a_tick_follows_its_step_through_a_new_name(accounts: Store) -> None:
    store = accounts
    path_id = deeds.write_path(store, ADA, NOW, PLAN, adopt=True)
    first = deeds.path_in_force(store, path_id)
    deeds.tick_step(store, EVA, NOW, path_id, first.steps[0].key, "A1")
    renamed = replace(first, steps=(replace(first.steps[0], name="First meeting"), first.steps[1]))

    deeds.save_path(store, ADA, NOW, path_id, 1, renamed, adopt=True)

    steps = deeds.path_in_force(store, path_id).steps
    ticked = path_ticks.standing(store.database, ADA)["step"].to_list()
    assert (steps[0].name, [steps[0].key]) == ("First meeting", ticked)
