"""Rules of one's own in the store: versions, conflicts, roles, the log, and what a refresh makes of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from actions import exception_rules as acts
from actions.refresh import refresh
from actions.replay import replay_kind, replay_rule, replay_waiting
from data_access import audit, exception_rules, exceptions, snapshots
from data_access.config import Configuration
from data_access.errors import Conflict, DataError, NotAllowed, NotFound
from data_access.store import Store, open_store
from data_access.viewer import SYSTEM, Viewer
from models.own_rules import Rule, from_body, kind_of
from tests.conftest import DEMO_DAY, DEMO_NOW

NOW = datetime(2026, 11, 21, 9)
EVA = Viewer("eva@x", "Eva", "manager")
CSM = Viewer("tom@x", "Tom", "csm", ("c1",))
RULE = Rule("Few days", "active_days_28", "below", 8.0, "Call them.")


def standing(store: Store) -> tuple[int, bool, Rule]:
    row = exception_rules.listing(store.database).row(0, named=True)
    return row["version"], row["active"], from_body(row["body"])


def test_every_save_is_a_version_and_none_is_lost(store: Store) -> None:
    rule_id = acts.add_rule(store, EVA, NOW, RULE)
    assert standing(store) == (1, False, RULE)
    wider = replace(RULE, threshold=12.0)
    assert acts.change_rule(store, EVA, NOW, rule_id, 1, wider) == 2
    assert acts.switch_rule(store, EVA, NOW, rule_id, 2, on=True) == 3
    assert standing(store) == (3, True, wider)
    assert acts.revert_rule(store, EVA, NOW, rule_id, 3, 1) == 4
    assert standing(store) == (4, True, RULE)
    kept = exception_rules.versions(store.database, rule_id)
    assert kept["version"].to_list() == [4, 3, 2, 1]
    assert kept["active"].to_list() == [True, True, False, False]


def test_an_older_version_is_refused_and_says_who_was_first(store: Store) -> None:
    rule_id = acts.add_rule(store, EVA, NOW, RULE)
    acts.change_rule(store, EVA, NOW, rule_id, 1, replace(RULE, threshold=12.0))
    with pytest.raises(Conflict, match=r"eva@x at .* 09:00"):
        acts.change_rule(store, EVA, NOW, rule_id, 1, replace(RULE, threshold=3.0))
    assert standing(store)[2].threshold == 12.0


def test_a_retired_rule_is_off_and_can_come_back(store: Store) -> None:
    rule_id = acts.add_rule(store, EVA, NOW, RULE)
    acts.switch_rule(store, EVA, NOW, rule_id, 1, on=True)
    acts.retire_rule(store, EVA, NOW, rule_id, 2)
    row = exception_rules.listing(store.database).row(0, named=True)
    assert (row["retired_at"], row["active"]) == (NOW, False)
    acts.retire_rule(store, EVA, NOW, rule_id, 3, retired=False)
    assert exception_rules.listing(store.database)["retired_at"].to_list() == [None]


def test_who_may_not_and_what_makes_no_sense_is_refused(store: Store) -> None:
    with pytest.raises(NotAllowed, match="Tom is signed in as csm"):
        acts.add_rule(store, CSM, NOW, RULE)
    with pytest.raises(DataError, match="name"):
        acts.add_rule(store, EVA, NOW, replace(RULE, name=""))
    with pytest.raises(NotFound):
        acts.switch_rule(store, EVA, NOW, 99, 1, on=True)
    assert exception_rules.listing(store.database).is_empty()


def test_every_deed_is_on_record(store: Store) -> None:
    rule_id = acts.add_rule(store, EVA, NOW, RULE)
    acts.switch_rule(store, EVA, NOW, rule_id, 1, on=True)
    acts.retire_rule(store, EVA, NOW, rule_id, 2)
    told = audit.listing(store.database, SYSTEM).filter(pl.col("subject") == f"rule {rule_id}")
    assert sorted(told["what"]) == ["rule added", "rule retired", "rule switched on"]


@pytest.fixture
def demo(demo_home: Path) -> Store:
    return open_store(Configuration(home=demo_home))


def test_a_rule_lives_as_an_exception_until_it_is_switched_off(demo: Store) -> None:
    rule_id = acts.add_rule(demo, SYSTEM, DEMO_NOW, RULE)
    acts.switch_rule(demo, SYSTEM, DEMO_NOW, rule_id, 1, on=True)
    report = refresh(demo, SYSTEM, DEMO_NOW)
    scores = snapshots.scores(demo.database, SYSTEM, report.snapshot_id)
    few = scores.filter(pl.col("active_days_28") < 8)
    mine = exceptions.listing(demo.database, SYSTEM).filter(pl.col("kind") == kind_of(rule_id))
    assert few.height > 0
    assert sorted(mine["account_id"]) == sorted(few["account_id"])
    assert (scores.join(mine, on="account_id", how="semi")["open_exceptions"] >= 1).all()

    acts.switch_rule(demo, SYSTEM, DEMO_NOW, rule_id, 2, on=False)
    refresh(demo, SYSTEM, DEMO_NOW, DEMO_DAY + timedelta(days=1))
    every = exceptions.listing(demo.database, SYSTEM, only_open=False)
    ended = every.filter(pl.col("kind") == kind_of(rule_id))
    assert ended["closed_on"].unique().to_list() == [DEMO_DAY + timedelta(days=1)]
    demo.close()


def test_a_rule_switched_on_or_off_asks_for_a_refresh(store: Store) -> None:
    rule_id = acts.add_rule(store, EVA, NOW, RULE)
    before, later = NOW - timedelta(seconds=1), NOW + timedelta(hours=1)
    assert not exception_rules.moved_since(store.database, before)
    acts.switch_rule(store, EVA, NOW, rule_id, 1, on=True)
    assert exception_rules.moved_since(store.database, before)
    assert not exception_rules.moved_since(store.database, NOW)
    acts.switch_rule(store, EVA, later, rule_id, 2, on=False)
    assert exception_rules.moved_since(store.database, NOW)


def test_a_replay_counts_what_the_snapshots_say_and_tells_how_far_it_is(demo: Store) -> None:
    seen: list[tuple[int, int | None]] = []
    told = replay_rule(demo, SYSTEM, RULE, lambda _, done, total: seen.append((done, total)))
    made = snapshots.listing(demo.database).sort("as_of")
    found = [
        snapshots.scores(demo.database, SYSTEM, n).filter(pl.col("active_days_28") < 8).height
        for n in made["snapshot_id"]
    ]
    assert told.weekly["found"].to_list() == found
    assert sum(found) > 0
    assert seen == [(n, made.height) for n in range(made.height)]
    demo.close()


def test_a_replay_of_kinds_and_of_service_levels_agrees_with_what_was_found(demo: Store) -> None:
    every = exceptions.listing(demo.database, SYSTEM)
    for kind in ("waiting_on_us", "renewal_untouched"):
        now = every.filter(pl.col("kind") == kind).height
        assert replay_kind(demo, SYSTEM, kind).weekly["found"].to_list()[-1] == now
    same = replay_waiting(demo, SYSTEM, {}).weekly
    assert same.equals(replay_kind(demo, SYSTEM, "waiting_on_us").weekly)
    assert replay_waiting(demo, SYSTEM, {"ticket": 60, "email": 60, "chat": 60}).weekly["found"].sum() == 0
    demo.close()


def test_without_a_snapshot_nothing_can_be_replayed(store: Store) -> None:
    with pytest.raises(NotFound, match="refresh first"):
        replay_rule(store, SYSTEM, RULE)
