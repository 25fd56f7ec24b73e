"""Putting accounts on the list, logging calls, taking back, on both databases."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

import polars as pl
import pytest

from actions import calls
from actions.calls import Call
from data_access import tasks
from data_access.errors import Conflict, NotAllowed, NotFound
from data_access.landing import write_fact
from data_access.store import Store
from data_access.viewer import SYSTEM, Viewer
from models.facts import ACCOUNTS

NOW = datetime(2026, 3, 2, 9, 0)
EVA = Viewer("eva@example.com", "Eva", "csm", ("eva",))
MO = Viewer("mo@example.com", "Mo", "manager", ("mo", "eva"))


@pytest.fixture
def book(store: Store) -> Store:
    rows = [{"account_id": one, "csm_id": "ben" if one == "z" else "eva"} for one in ("a", "b", "z")]
    with store.database.write() as connection:
        write_fact(connection, "accounts", pl.DataFrame(rows, schema=ACCOUNTS.schema))
    return store


def rows(store: Store) -> list[dict[str, object]]:
    return tasks.listing(store.database, SYSTEM).sort("task_id").to_dicts()


def test_an_account_is_put_on_the_list_once(book: Store) -> None:
    assert calls.add_to_list(book, EVA, NOW, [Call("a"), Call("b")]) == 2
    assert calls.add_to_list(book, EVA, NOW, [Call("a"), Call("b")]) == 0
    assert [row["state"] for row in rows(book)] == ["open", "open"]


def test_a_call_logged_from_the_list_keeps_its_reasons(book: Store) -> None:
    task = calls.log(book, EVA, NOW, Call("a", "c1", "eva", ("Usage fell: …",)), "reached")
    row = rows(book)[0]
    assert (row["task_id"], row["state"], row["outcome"], row["origin"]) == (task, "done", "reached", "list")
    assert row["reasons"] == '["Usage fell: …"]'
    assert row["done_at"] == NOW
    assert row["done_by"] == EVA.person


def test_logging_does_the_call_that_waits(book: Store) -> None:
    calls.add_to_list(book, EVA, NOW, [Call("a")])
    calls.log(book, EVA, NOW, Call("a"), "left message")
    assert [(row["state"], row["origin"]) for row in rows(book)] == [("done", "hand")]


def test_a_call_is_described_and_undone(book: Store) -> None:
    task = calls.log(book, EVA, NOW, Call("a"), "reached")
    version = calls.describe(book, EVA, NOW, task, 1, helped=True, note="Ticket closed")
    assert rows(book)[0]["helped"] is True
    calls.undo(book, EVA, NOW, task, version)
    row = rows(book)[0]
    assert (row["state"], row["outcome"], row["done_at"]) == ("undone", None, None)
    assert row["note"] == "Ticket closed"
    calls.log(book, EVA, NOW, Call("a"), "reached")
    assert [row["state"] for row in rows(book)] == ["undone", "done"]


def test_undoing_a_waiting_call_opens_it_again(book: Store) -> None:
    calls.add_to_list(book, EVA, NOW, [Call("a")])
    task = calls.log(book, EVA, NOW, Call("a"), "reached")
    calls.undo(book, EVA, NOW, task, 2)
    assert [row["state"] for row in rows(book)] == ["open"]
    calls.undo(book, EVA, NOW, task, 3)
    assert [row["state"] for row in rows(book)] == ["undone"]


def test_the_second_of_two_people_is_told(book: Store) -> None:
    calls.log(book, EVA, NOW, Call("a"), "reached")
    with pytest.raises(Conflict, match="eva@example.com logged a call here at 09:00"):
        calls.log(book, MO, NOW + timedelta(hours=1), Call("a"), "reached")
    calls.log(book, MO, NOW + timedelta(hours=1), Call("a"), "reached", again=True)
    assert len(rows(book)) == 2


def test_two_at_the_same_moment_log_one_call(book: Store) -> None:
    for turn in range(10):
        start, told = threading.Barrier(2), list[str]()
        at = NOW + timedelta(days=turn)

        def log(viewer: Viewer, start: threading.Barrier, told: list[str], at: datetime) -> None:
            start.wait()
            try:
                calls.log(book, viewer, at, Call("a"), "reached")
                told.append("logged")
            except Conflict:
                told.append("refused")

        threads = [threading.Thread(target=log, args=(one, start, told, at)) for one in (EVA, MO)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(told) == ["logged", "refused"]
        assert len(rows(book)) == turn + 1


def test_another_book_and_a_reader_are_refused(book: Store) -> None:
    with pytest.raises(NotFound):
        calls.log(book, EVA, NOW, Call("z"), "reached")
    with pytest.raises(NotAllowed):
        calls.log(book, Viewer("au", "Au", "auditor"), NOW, Call("a"), "reached")
    task = calls.log(book, SYSTEM, NOW, Call("z"), "reached")
    with pytest.raises(NotFound):
        calls.undo(book, EVA, NOW, task, 1)
    with pytest.raises(NotFound):
        calls.undo(book, EVA, NOW, 999, 1)
    assert len(rows(book)) == 1
