"""The trial in the store: drawn once a day, kept from the list, learned from, and never moved."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from actions import calls, effects, settings
from actions.demo import make_demo
from actions.exporting import Asked
from actions.exporting import calls as exported_calls
from actions.refresh import refresh
from data_access import audit, snapshots
from data_access import effects as rows
from data_access.config import Configuration
from data_access.errors import DataError, NotAllowed
from data_access.store import Store, open_store
from data_access.viewer import SYSTEM, Viewer
from models.effects.frames import CALLED, HELD, SAVEABILITY, WAITING
from models.effects.lots import is_held
from tests.conftest import DEMO_NOW

END = date(2026, 11, 20)
BEGAN = date(2026, 8, 3)
CSM = Viewer("eva@example.com", "Eva", "csm", ("C01",))


def morning(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 7) + timedelta(days=1)


@pytest.fixture(autouse=True)
def _salt(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same lots on every run."""
    monkeypatch.setattr("secrets.token_hex", lambda _: "a salt of tests")


@pytest.fixture
def company(demo_home: Path) -> Iterator[Store]:
    """The demo company, its manager having chosen a holdout of 30 %, on the morning when lots were drawn."""
    opened = open_store(Configuration(home=demo_home))
    settings.choose(opened, SYSTEM, DEMO_NOW, 0, {"holdout": 0.3, "capacity": 3})
    assert effects.assigned(opened, DEMO_NOW) > 0
    yield opened
    opened.close()


def test_from_the_lot_to_the_outcome(store: Store) -> None:
    """Drawn in August by a refresh, left out of the list and the export, known in November."""
    make_demo(store, SYSTEM, morning(END), as_of=END, accounts=100)
    settings.choose(store, SYSTEM, morning(BEGAN), 0, {"holdout": 0.3, "capacity": 3})
    refresh(store, SYSTEM, morning(BEGAN), as_of=BEGAN)
    trial = rows.newest_trial(store.database)
    assert trial is not None
    drawn = rows.episodes(store.database, SYSTEM)
    today = morning(BEGAN).date()
    assert set(drawn["started_on"]) == {today}
    held = drawn.filter(pl.col("arm") == HELD)
    assert held.height > 0
    for csm, nth, arm in drawn.drop_nulls("nth").select("csm_id", "nth", "arm").iter_rows():
        assert (arm == HELD) == is_held(trial.salt, csm, nth, trial.share)

    snapshot = snapshots.newest(store.database)
    assert snapshot is not None
    listed = exported_calls(Asked(store, SYSTEM, morning(BEGAN), snapshot))
    assert not set(held["account_id"]) & set(listed["account_id"])
    placed = drawn.filter(pl.col("arm") == CALLED)
    assert placed.group_by("csm_id").len().filter(pl.col("len") > 3).is_empty()
    assert effects.assigned(store, morning(BEGAN) + timedelta(hours=3)) == 0

    account = held["account_id"][0]
    calls.add_to_list(store, SYSTEM, morning(BEGAN), [calls.Call(account)])
    again = exported_calls(Asked(store, SYSTEM, morning(BEGAN), snapshot))
    assert account in set(again["account_id"])
    calls.log(store, SYSTEM, morning(BEGAN), calls.Call(account), "reached")

    refresh(store, SYSTEM, morning(END), as_of=END)
    known = rows.episodes(store.database, SYSTEM).filter(pl.col("started_on") == today)
    assert known["churned"].null_count() == 0
    crossed = known.filter(pl.col("account_id") == account)
    assert (crossed["arm"][0], crossed["calls"][0]) == (HELD, 1)
    newest = snapshots.newest(store.database)
    assert newest is not None
    live = snapshots.scores(store.database, SYSTEM, newest.snapshot_id)
    assert not set(known.filter("churned")["account_id"]) & set(live["account_id"])
    saved = snapshots.frame(store.database, SYSTEM, newest.snapshot_id, effects.FRAME)
    assert SAVEABILITY.check(saved).filter(pl.col("learned") < 0.02).is_empty()


def test_a_new_share_is_a_new_trial_and_the_old_rows_stay(company: Store) -> None:
    before = rows.episodes(company.database, SYSTEM)
    settings.choose(company, SYSTEM, DEMO_NOW, 1, {"holdout": 0.1})
    effects.assigned(company, DEMO_NOW + timedelta(days=1))
    trial = rows.newest_trial(company.database)
    assert trial is not None
    assert (trial.share, trial.trial_id) == (0.1, 2)
    after = rows.episodes(company.database, SYSTEM)
    kept = after.filter(pl.col("trial_id") == 1)
    assert (
        kept.select("account_id", "arm", "nth")
        .sort("account_id")
        .equals(before.select("account_id", "arm", "nth").sort("account_id"))
    )
    said = audit.listing(company.database, SYSTEM, what="holdout begun")
    assert said.height == 2
    assert "salt" not in json.loads(said["after"][0])


def test_a_waiting_account_that_gets_a_slot_waits_no_longer(company: Store) -> None:
    waiting = rows.episodes(company.database, SYSTEM).filter(pl.col("arm") == WAITING)
    assert waiting.height > 0
    settings.choose(company, SYSTEM, DEMO_NOW, 1, {"capacity": 40})
    later = DEMO_NOW + timedelta(days=1)
    effects.assigned(company, later)
    now = rows.episodes(company.database, SYSTEM)
    ended = now.filter(pl.col("ended_on").is_not_null())
    assert ended.height > 0
    assert set(ended["account_id"]) <= set(now.filter(pl.col("started_on") == later.date())["account_id"])


def test_no_holdout_old_data_or_none_draws_nothing(store: Store) -> None:
    assert effects.assigned(store, morning(END)) == 0
    settings.choose(store, SYSTEM, morning(END), 0, {"holdout": 0.2})
    assert effects.assigned(store, morning(END)) == 0
    assert rows.newest_trial(store.database) is None
    assert rows.episodes(store.database, SYSTEM).is_empty()


def test_only_a_manager_chooses_and_only_a_share_that_makes_sense(store: Store) -> None:
    with pytest.raises(NotAllowed):
        settings.choose(store, CSM, morning(END), 0, {"holdout": 0.2})
    with pytest.raises(DataError, match="a third"):
        settings.choose(store, SYSTEM, morning(END), 0, {"holdout": 0.5})


def test_a_csm_sees_the_assignments_of_the_own_book(company: Store) -> None:
    every = rows.episodes(company.database, SYSTEM)
    csm = every["csm_id"][0]
    mine = rows.episodes(company.database, Viewer("k@example.com", "K", "csm", (csm,)))
    assert 0 < mine.height < every.height
    assert set(mine["csm_id"]) == {csm}
