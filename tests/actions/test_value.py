"""Renewal results and goals: recorded, changed, taken back; nothing is overwritten, all is in the log."""

from __future__ import annotations

from datetime import date, datetime

import pytest
import sqlalchemy as sa

from actions import goals as set_goals
from actions import renewal_results as results
from data_access import goals, renewal_results
from data_access.bulk import insert
from data_access.errors import Conflict, DataError, NotAllowed, NotFound
from data_access.schema import FACT_TABLES, audit_log
from data_access.store import Store
from data_access.viewer import Viewer
from models.facts import ACCOUNTS
from tests.models.rows import frame

NOW = datetime(2026, 11, 21, 9, 0)
DUE = date(2026, 11, 1)
EVA = Viewer("eva@example.com", "Eva", "csm", ("c1",))
BOSS = Viewer("boss@example.com", "Bo", "manager")
READER = Viewer("audit@example.com", "Al", "auditor")


@pytest.fixture
def full(store: Store) -> Store:
    rows = frame(ACCOUNTS, {"account_id": "a", "csm_id": "c1"}, {"account_id": "b", "csm_id": "c2"})
    with store.database.write() as connection:
        insert(connection, FACT_TABLES["accounts"], rows)
    return store


def logged(store: Store) -> list[str]:
    with store.database.read() as connection:
        return list(connection.execute(sa.select(audit_log.c.what).order_by(audit_log.c.entry_id)).scalars())


def test_a_result_is_recorded_changed_and_taken_back(full: Store) -> None:
    one = results.record(full, EVA, NOW, "a", DUE, "lost", "price", "  too  dear ")
    row = renewal_results.listing(full.database, EVA).row(0, named=True)
    assert (row["result_id"], row["result"], row["reason"], row["note"], row["version"]) == (
        one,
        "lost",
        "price",
        "too dear",
        1,
    )
    assert results.change(full, EVA, NOW, one, 1, "won", "new terms") == 2
    results.undo(full, EVA, NOW, one, 2)
    assert renewal_results.listing(full.database, EVA).is_empty()
    results.record(full, EVA, NOW, "a", DUE, "won", "grew")
    assert logged(full) == [
        "renewal recorded",
        "renewal changed",
        "renewal result withdrawn",
        "renewal recorded",
    ]


def test_nothing_is_overwritten(full: Store) -> None:
    one = results.record(full, BOSS, NOW, "a", DUE, "lost", "price")
    with pytest.raises(Conflict, match=r"changed by boss@example.com at \d+ \w+ 2026 09:00"):
        results.record(full, EVA, NOW, "a", DUE, "won", "grew")
    results.change(full, BOSS, NOW, one, 1, "lost", "competitor")
    for stale in (
        lambda: results.change(full, EVA, NOW, one, 1, "won", "grew"),
        lambda: results.undo(full, EVA, NOW, one, 1),
    ):
        with pytest.raises(Conflict, match="nothing was overwritten"):
            stale()
    assert renewal_results.listing(full.database, EVA)["reason"].to_list() == ["competitor"]


def test_others_accounts_can_neither_be_seen_nor_changed(full: Store) -> None:
    other = results.record(full, BOSS, NOW, "b", DUE, "won", "grew")
    assert renewal_results.listing(full.database, EVA).is_empty()
    with pytest.raises(NotFound):
        results.record(full, EVA, NOW, "b", date(2025, 1, 1), "won", "grew")
    with pytest.raises(NotFound):
        results.undo(full, EVA, NOW, other, 1)
    with pytest.raises(NotAllowed):
        results.record(full, READER, NOW, "a", DUE, "won", "grew")


@pytest.mark.parametrize(
    ("result", "reason", "note", "said"),
    [
        ("maybe", "grew", "", "won or lost"),
        ("won", "price", "", "why it was won"),
        ("lost", "price", "x" * 501, "500"),
    ],
)
def test_a_result_needs_a_reason_that_fits(
    full: Store, result: str, reason: str, note: str, said: str
) -> None:
    with pytest.raises(DataError, match=said):
        results.record(full, EVA, NOW, "a", DUE, result, reason, note)
    assert logged(full) == []


START, END = date(2026, 1, 1), date(2026, 12, 31)


def test_a_goal_is_set_changed_and_retired(full: Store) -> None:
    one = set_goals.set_goal(full, BOSS, NOW, "grr", 0.9, START, END)
    with pytest.raises(Conflict, match="changed by boss"):
        set_goals.set_goal(full, BOSS, NOW, "grr", 0.8, START, END)
    assert set_goals.change_goal(full, BOSS, NOW, one, 1, 0.92, START, END) == 2
    with pytest.raises(Conflict, match="nothing was overwritten"):
        set_goals.change_goal(full, BOSS, NOW, one, 1, 0.5, START, END)
    assert goals.listing(full.database)["target"].to_list() == [0.92]
    set_goals.retire_goal(full, BOSS, NOW, one, 2)
    assert goals.listing(full.database).is_empty()
    set_goals.set_goal(full, BOSS, NOW, "grr", 0.8, START, END)
    assert logged(full) == ["goal set", "goal changed", "goal retired", "goal set"]
    with pytest.raises(NotFound):
        set_goals.retire_goal(full, BOSS, NOW, 99, 1)


@pytest.mark.parametrize(
    ("measure", "target", "due", "said"),
    [
        ("price", 0.9, END, "no measure price"),
        ("grr", 0, END, "between 0 and 300"),
        ("grr", 0.9, START, "comes after"),
    ],
)
def test_goals_that_make_no_sense_are_refused(
    full: Store, measure: str, target: float, due: date, said: str
) -> None:
    with pytest.raises(DataError, match=said):
        set_goals.set_goal(full, BOSS, NOW, measure, target, START, due)


def test_only_managers_set_goals(full: Store) -> None:
    for viewer in (EVA, READER):
        with pytest.raises(NotAllowed):
            set_goals.set_goal(full, viewer, NOW, "grr", 0.9, START, END)
    assert not set_goals.may_set(EVA)
