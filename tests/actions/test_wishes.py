"""Whoever asked to be left alone is on no list, in no export, letter, claim or rule's call."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from actions import calls, exporting, plan, sending
from actions.calendars import call_entries
from actions.calls import Call
from actions.exporting import Asked
from actions.formats import calendar_bytes
from data_access import snapshots
from data_access.config import Configuration
from data_access.errors import NotAllowed
from data_access.facts import fact
from data_access.schema import FACT_TABLES, call_claims, content_sends, exceptions, tasks
from data_access.store import Store, open_store
from data_access.viewer import SYSTEM
from models.call_email import draft

MONDAY = datetime(2026, 11, 23, 15, 0)


@pytest.fixture
def asked(demo_home: Path) -> Iterator[Asked]:
    store = open_store(Configuration(home=demo_home))
    newest = snapshots.newest(store.database)
    assert newest is not None
    yield Asked(store, SYSTEM, MONDAY, newest)
    store.close()


def left_alone(store: Store, *account_ids: str) -> None:
    """Everybody at these accounts asks to be left alone."""
    contacts = FACT_TABLES["contacts"]
    here = contacts.c.account_id.in_(account_ids)
    with store.database.write() as connection:
        connection.execute(sa.update(contacts).where(here).values(do_not_contact=True))


def own_rule_finds(store: Store, account_id: str) -> None:
    """A rule of one's own has an exception open on this account."""
    day = date(2026, 11, 20)
    row = {"account_id": account_id, "kind": "own:1", "since": day, "first_seen": day, "last_seen": day}
    told = {"sentence": "Ours.", "evidence": "{}", "prescription": "Call.", "severity": 1.0}
    with store.database.write() as connection:
        connection.execute(sa.insert(exceptions).values(**row, **told, times_opened=1, version=1))


def rows(store: Store, table: sa.Table) -> int:
    with store.database.read() as connection:
        return int(connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one())


def test_they_are_in_no_list_and_no_export_of_any_kind(asked: Asked) -> None:
    before = exporting.calls(asked)
    first = before["account_id"][0]
    other = next(one for one in fact(asked.store.database, SYSTEM, "accounts")["account_id"] if one != first)
    own_rule_finds(asked.store, other)
    calls.add_to_list(asked.store, SYSTEM, MONDAY, [Call(first)])
    left_alone(asked.store, first, other)
    listed = exporting.calls(asked)
    assert not {first, other} & set(listed["account_id"])
    assert listed.height >= before.height - 1
    calendar = calendar_bytes(call_entries(listed, MONDAY.date()), MONDAY)
    assert f"UID:{first}-".encode() not in calendar


def test_no_letter_is_drafted_and_no_number_shown_for_one_of_several(asked: Asked) -> None:
    contacts = fact(asked.store.database, SYSTEM, "contacts")
    table = FACT_TABLES["contacts"]
    for row in exporting.calls(asked).head(5).iter_rows(named=True):
        with asked.store.database.write() as connection:
            mine = table.c.contact_id == row["contact_id"]
            connection.execute(sa.update(table).where(mine).values(do_not_contact=True))
        again = exporting.calls(asked).filter(account_id=row["account_id"])
        theirs = contacts.filter(contact_id=row["contact_id"])
        assert row["contact_id"] not in again["contact_id"].to_list()
        for call in again.iter_rows(named=True):
            assert draft(call, "Eva", MONDAY.date()).to != theirs["email"].item()
            assert call["phone"] != theirs["phone"].item()


def test_no_claim_no_plan_no_call_and_no_content_by_mail(asked: Asked) -> None:
    store, row = asked.store, exporting.calls(asked).row(0, named=True)
    account, call = row["account_id"], Call(row["account_id"], row["contact_id"], row["csm_id"])
    left_alone(store, account)
    before = rows(store, tasks)
    deeds: dict[str, Callable[[], object]] = {
        "add": lambda: calls.add_to_list(store, SYSTEM, MONDAY, [Call(account)]),
        "take": lambda: plan.take(store, SYSTEM, MONDAY, account, because="urgent"),
        "log": lambda: calls.log(store, SYSTEM, MONDAY, call, "reached", again=True, because="urgent"),
        "log without a name": lambda: calls.log(store, SYSTEM, MONDAY, Call(account), "reached"),
        "put off": lambda: plan.put_off(store, SYSTEM, MONDAY, call, date(2026, 12, 1)),
        "hand over": lambda: plan.hand_over(store, SYSTEM, MONDAY, call, "C999", "", date(2026, 11, 24)),
        "mail": lambda: sending.send_by_mail(store, SYSTEM, MONDAY, account, [1]),
    }
    for deed in deeds.values():
        with pytest.raises(NotAllowed, match="asked not to be contacted"):
            deed()
    assert (rows(store, tasks), rows(store, call_claims), rows(store, content_sends)) == (before, 0, 0)


def test_many_are_added_without_them(asked: Asked) -> None:
    some = fact(asked.store.database, SYSTEM, "accounts")["account_id"].head(3).to_list()
    left_alone(asked.store, some[0])
    assert calls.add_to_list(asked.store, SYSTEM, MONDAY, [Call(one) for one in some]) == 2
