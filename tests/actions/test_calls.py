"""Putting accounts on the list, logging calls, taking back, on both databases."""

from __future__ import annotations

import json
import threading
from datetime import datetime, timedelta

import polars as pl
import pytest

from actions import calls, plan
from actions.calls import Call, values_of
from actions.settings import choose
from data_access import audit, tasks
from data_access.errors import BeyondLimits, Conflict, NotAllowed, NotFound
from data_access.landing import write_fact
from data_access.store import Store
from data_access.viewer import SYSTEM, Viewer
from models.facts import ACCOUNTS, CONTACTS

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


def test_two_who_put_the_same_account_on_the_list_at_once_put_it_there_once(book: Store) -> None:
    added: list[int] = []
    other = threading.Thread(target=lambda: added.append(calls.add_to_list(book, MO, NOW, [Call("a")])))
    with book.database.write() as connection:
        tasks.add(connection, EVA, NOW, {**values_of(Call("a")), "state": "open", "origin": "hand"})
        other.start()
        other.join(0.3)
        assert other.is_alive()
    other.join()
    assert added == [0]
    assert [row["created_by"] for row in rows(book)] == [EVA.person]


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


@pytest.fixture
def limited(book: Store) -> Store:
    """Two calls a day fit; account a is reached in Berlin, b by one who may be called and one who may not."""
    people = [
        {"contact_id": "c1", "account_id": "a", "timezone": "Europe/Berlin"},
        {"contact_id": "c2", "account_id": "b", "do_not_contact": True},
        {"contact_id": "c3", "account_id": "b"},
    ]
    with book.database.write() as connection:
        write_fact(connection, "contacts", pl.DataFrame(people, schema=CONTACTS.schema))
    choose(book, SYSTEM, NOW, 0, {"capacity": 2})
    return book


def test_a_call_out_of_hours_needs_a_reason_that_is_kept(limited: Store) -> None:
    night = NOW.replace(hour=22)
    with pytest.raises(BeyondLimits, match="It is 23:00 there"):
        calls.log(limited, EVA, night, Call("a", "c1", "eva"), "reached")
    assert rows(limited) == []
    calls.log(limited, EVA, night, Call("a", "c1", "eva"), "reached", because=" They asked ")
    (entry,) = audit.listing(limited.database, SYSTEM, what="call beyond limits").rows(named=True)
    assert json.loads(entry["after"]) == {
        "limits": ["It is 23:00 there; calls go from 9 to 17 o'clock."],
        "because": "They asked",
    }


def test_a_wish_not_to_be_contacted_is_kept_whatever_the_reason(limited: Store) -> None:
    with pytest.raises(NotAllowed, match="asked not to be contacted"):
        calls.log(limited, EVA, NOW, Call("b", "c2", "eva"), "reached", because="Their boss asked")
    with pytest.raises(NotAllowed, match="asked not to be contacted"):
        plan.take(limited, EVA, NOW, "b", contact_id="c2", because="Their boss asked")
    assert rows(limited) == []
    assert plan.take(limited, EVA, NOW, "b", contact_id="c3") == 1


def test_the_day_holds_so_many_calls_whoever_logs_them(limited: Store) -> None:
    calls.log(limited, EVA, NOW, Call("a"), "reached")
    plan.take(limited, SYSTEM, NOW, "z")
    calls.log(limited, MO, NOW, Call("b", csm_id="eva"), "left message")
    with pytest.raises(BeyondLimits, match="The day holds 2 calls, and 2 are made"):
        calls.log(limited, EVA, NOW + timedelta(hours=9), Call("a", csm_id="eva"), "reached")
    calls.log(limited, EVA, NOW + timedelta(days=1), Call("a"), "reached")


def test_a_day_begins_where_the_caller_sits(limited: Store) -> None:
    for account, at in (("a", NOW), ("b", NOW + timedelta(minutes=1))):
        calls.log(limited, EVA, at, Call(account), "reached")
    began = NOW + timedelta(hours=8)
    calls.log(limited, EVA, NOW + timedelta(hours=10), Call("a"), "reached", day_began=began)


def test_what_one_has_taken_counts_towards_the_day(limited: Store) -> None:
    calls.log(limited, EVA, NOW, Call("a"), "reached")
    plan.take(limited, EVA, NOW + timedelta(hours=9), "b")
    with pytest.raises(BeyondLimits, match="2 are made or taken"):
        calls.log(limited, EVA, NOW + timedelta(hours=9), Call("a"), "reached")
    calls.log(limited, EVA, NOW + timedelta(hours=9), Call("b"), "reached")


def test_two_at_once_do_not_overfill_the_day(limited: Store) -> None:
    calls.log(limited, EVA, NOW, Call("b", csm_id="eva"), "reached")
    start, told = threading.Barrier(2), list[str]()

    def log(viewer: Viewer, account: str) -> None:
        start.wait()
        try:
            calls.log(limited, viewer, NOW, Call(account, csm_id="eva"), "reached")
            told.append("logged")
        except BeyondLimits:
            told.append("refused")

    threads = [threading.Thread(target=log, args=one) for one in ((EVA, "a"), (SYSTEM, "z"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told) == ["logged", "refused"]
