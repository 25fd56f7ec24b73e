"""The plan changed by hand: taken, put off, taken off, handed over; on both databases."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest

from actions import calls, plan
from actions.calls import Call
from data_access import claims, people, tasks
from data_access.errors import Conflict, DataError, NotAllowed, NotFound
from data_access.exceptions import EXCEPTIONS
from data_access.landing import write_fact
from data_access.store import Store
from data_access.viewer import SYSTEM, Viewer
from models.calls import CallList
from models.day_plan import day_plan
from models.facts import ACCOUNTS, CONTACTS, CSMS
from models.morning import as_of_morning
from models.snapshot import SCORES
from tests.models.rows import frame

NOW = datetime(2026, 3, 2, 9, 0)
TODAY = NOW.date()
EVA = Viewer("eva@example.com", "Eva", "csm", ("eva",))
MO = Viewer("mo@example.com", "Mo", "manager", ("mo", "eva"))


@pytest.fixture
def book(store: Store) -> Store:
    rows = [{"account_id": one, "csm_id": "ben" if one == "z" else "eva"} for one in ("a", "b", "z")]
    staff = [{"csm_id": one, "name": one.title(), "email": f"{one}@example.com"} for one in ("eva", "ben")]
    with store.database.write() as connection:
        write_fact(connection, "accounts", pl.DataFrame(rows, schema=ACCOUNTS.schema))
        write_fact(connection, "csms", pl.DataFrame(staff, schema=CSMS.schema))
    return store


def planned(store: Store, now: datetime = NOW, viewer: Viewer = SYSTEM) -> CallList:
    """The plan with an exception on account a alone."""
    base = {"exception_id": 1, "account_id": "a", "kind": "declined", "sentence": "Usage fell."}
    more = {"evidence": "{}", "prescription": "p", "severity": 0.5, "times_opened": 1, "version": 1}
    days = {"first_seen": TODAY, "last_seen": TODAY, "since": TODAY}
    scores = [
        {"account_id": one, "name": one, "csm_id": "ben" if one == "z" else "eva", "mrr": 100.0, "risk": 50.0}
        for one in ("a", "b", "z")
    ]
    begun = datetime.combine(now.date(), datetime.min.time())
    return day_plan(
        frame(EXCEPTIONS, {**base, **more, **days}),
        frame(SCORES, *scores),
        CONTACTS.empty(),
        as_of_morning(tasks.listing(store.database, viewer), begun),
        now.replace(tzinfo=UTC),
    )


def on(listed: CallList) -> list[str]:
    return listed.calls["account_id"].to_list()


def version(store: Store, task: int) -> int:
    with store.database.read() as connection:
        return tasks.version_of(connection, task)


def test_the_second_is_told_who_took_it_and_when(book: Store) -> None:
    assert plan.take(book, EVA, NOW, "a") == 1
    assert plan.take(book, EVA, NOW + timedelta(minutes=5), "a") == 2
    with pytest.raises(Conflict, match="Taken by Eva at 09:05 UTC"):
        plan.take(book, MO, NOW + timedelta(minutes=10), "a")
    with pytest.raises(Conflict, match="Taken by Eva at 09:05 UTC"):
        calls.log(book, MO, NOW + timedelta(minutes=10), Call("a"), "reached")
    calls.log(book, EVA, NOW + timedelta(minutes=12), Call("a"), "reached")
    with pytest.raises(Conflict, match="eva@example.com logged a call here at 09:12"):
        plan.take(book, MO, NOW + timedelta(minutes=20), "a")


def test_a_claim_lapses_and_can_be_given_back(book: Store) -> None:
    plan.take(book, EVA, NOW, "a")
    plan.take(book, EVA, NOW, "b")
    assert claims.standing(book.database, MO, NOW)["account_id"].sort().to_list() == ["a", "b"]
    plan.let_go(book, EVA, NOW, "a")
    plan.let_go(book, MO, NOW, "b")
    assert claims.standing(book.database, MO, NOW)["account_id"].to_list() == ["b"]
    plan.take(book, MO, NOW + claims.LASTS, "b")


def test_a_call_put_off_waits_until_its_day(book: Store) -> None:
    later = TODAY + timedelta(days=3)
    task = plan.put_off(book, EVA, NOW, Call("a", csm_id="eva"), later, "On leave")
    listed = planned(book)
    assert on(listed) == []
    assert listed.left_out["sentence"].to_list() == ["Put off until 5 Mar 2026 by eva@example.com: On leave"]
    then = planned(book, NOW + timedelta(days=3))
    assert (on(then), then.calls["reasons"][0].to_list()) == (["a"], ["On leave", "Usage fell."])
    calls.undo(book, EVA, NOW, task, version(book, task))
    assert on(planned(book)) == ["a"]
    with pytest.raises(DataError, match="not later than today"):
        plan.put_off(book, EVA, NOW, Call("a"), TODAY)


def test_a_call_taken_off_says_why_and_comes_back(book: Store) -> None:
    until = TODAY + timedelta(days=14)
    with pytest.raises(DataError, match="Say why"):
        plan.remove(book, EVA, NOW, Call("a"), until, " ")
    task = plan.remove(book, EVA, NOW, Call("a"), until, "They are closing")
    assert on(planned(book)) == []
    assert "Taken off the list until 16 Mar 2026" in planned(book).left_out["sentence"].item()
    assert on(planned(book, NOW + timedelta(days=14))) == ["a"]
    calls.undo(book, EVA, NOW, task, version(book, task))
    assert on(planned(book)) == ["a"]


def test_a_colleague_who_is_handed_a_call_sees_the_account_until_it_is_done(book: Store) -> None:
    ben = people.viewer_of(book.database, "ben@example.com", TODAY)
    with pytest.raises(NotFound):
        calls.log(book, ben, NOW, Call("a"), "reached")
    plan.hand_over(book, EVA, NOW, Call("a", csm_id="eva"), "ben", "He knows them", TODAY)
    ben = people.viewer_of(book.database, "ben@example.com", TODAY)
    assert (ben.handed, ben.scope) == (("a",), "ben+a")
    listed = planned(book)
    assert listed.calls.select("account_id", "csm_id").rows() == [("a", "ben")]
    assert listed.calls["reasons"][0][0] == "Handed over by Eva: He knows them"
    calls.log(book, ben, NOW, Call("a", csm_id="ben"), "reached")
    assert people.viewer_of(book.database, "ben@example.com", TODAY).handed == ("a",)
    assert people.viewer_of(book.database, "ben@example.com", TODAY + timedelta(days=2)).handed == ()
    with pytest.raises(DataError, match="on that list already"):
        plan.hand_over(book, EVA, NOW, Call("b", csm_id="eva"), "eva", "", TODAY)


def test_a_next_step_becomes_a_call_on_its_day(book: Store) -> None:
    task = calls.log(book, EVA, NOW, Call("b", csm_id="eva"), "reached")
    day = TODAY + timedelta(days=5)
    changed = calls.describe(book, EVA, NOW, task, 1, next_step="Send the guide", next_on=day)
    assert on(planned(book)) == ["a"]
    then = planned(book, NOW + timedelta(days=5))
    assert (on(then), then.calls["reasons"][0].to_list()) == (["b", "a"], ["Send the guide"])
    moved = calls.describe(book, EVA, NOW, task, changed, next_on=day + timedelta(days=1))
    assert on(planned(book, NOW + timedelta(days=5))) == ["a"]
    calls.undo(book, EVA, NOW, task, moved)
    assert on(planned(book, NOW + timedelta(days=6))) == ["a"]


def test_a_call_of_today_stays_on_its_card_when_its_next_step_is_planned(book: Store) -> None:
    task = calls.log(book, EVA, NOW, Call("a", csm_id="eva"), "reached")
    calls.describe(book, EVA, NOW, task, 1, next_on=date(2026, 3, 9))
    listed = planned(book, NOW)
    assert (on(listed), listed.left_out.height) == (["a"], 0)


def test_several_calls_are_logged_at_once_and_what_was_refused_is_told(book: Store) -> None:
    plan.take(book, MO, NOW, "b")
    logged, refused = calls.log_many(book, EVA, NOW, [Call("a"), Call("b")], "left message")
    assert (len(logged), refused) == (1, [("b", "Taken by Mo at 09:00 UTC; nothing was changed.")])


def test_a_reader_changes_no_plan(book: Store) -> None:
    auditor = Viewer("au", "Au", "auditor")
    with pytest.raises(NotAllowed):
        plan.take(book, auditor, NOW, "a")
    with pytest.raises(NotAllowed):
        plan.put_off(book, auditor, NOW, Call("a"), TODAY + timedelta(days=1))
