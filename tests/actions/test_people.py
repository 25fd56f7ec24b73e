"""Roles, lent books, and what the audit log tells of them, on both databases."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta

import polars as pl
import pytest

from actions import people as deeds
from data_access import audit, bulk, people
from data_access.errors import Conflict, DataError, NotAllowed, NotFound
from data_access.schema import FACT_TABLES
from data_access.store import Store
from data_access.viewer import SYSTEM, Viewer
from models.facts import FACTS

NOW = datetime(2026, 3, 2, 9)
DAY = NOW.date()
ADMIN = Viewer("root@example.com", "Root", "admin")
EVA = Viewer("eva@example.com", "Eva", "csm", ("eva",))


@pytest.fixture(autouse=True)
def staff(store: Store) -> None:
    rows = [
        {"csm_id": "mo", "name": "Mo", "email": "mo@example.com", "manager_id": None},
        {"csm_id": "eva", "name": "Eva", "email": "Eva@example.com", "manager_id": "mo"},
        {"csm_id": "ben", "name": "Ben", "email": "ben@example.com", "manager_id": "mo"},
    ]
    with store.database.write() as connection:
        bulk.insert(connection, FACT_TABLES["csms"], pl.DataFrame(rows, schema=FACTS["csms"].schema))


def who(store: Store, email: str, day: date = DAY, *admins: str) -> Viewer:
    return people.viewer_of(store.database, email, day, admins)


def test_the_imported_csms_give_roles(store: Store) -> None:
    assert who(store, "EVA@example.com ") == Viewer("Eva@example.com", "Eva", "csm", ("eva",))
    assert set(who(store, "mo@example.com").books or ()) == {"mo", "eva", "ben"}
    with pytest.raises(NotFound, match="stranger"):
        who(store, "stranger@example.com")


def test_the_first_admin_is_named_by_configuration(store: Store) -> None:
    found = who(store, "Boss@example.com", DAY, "boss@example.com")
    assert (found.role, found.books) == ("admin", None)
    assert who(store, "eva@example.com", DAY, "boss@example.com").role == "csm"


def test_a_role_given_here_wins_and_can_be_taken_away(store: Store) -> None:
    deeds.give_role(store, ADMIN, NOW, email="EVA@example.com", name="Eva", role="auditor", csm_id=None)
    assert who(store, "eva@example.com") == Viewer("eva@example.com", "Eva", "auditor", None)
    deeds.take_role(store, ADMIN, NOW, "eva@example.com")
    assert who(store, "eva@example.com").role == "csm"
    said = audit.listing(store.database, ADMIN)
    assert said["what"].to_list() == ["role taken away", "role given"]
    assert json.loads(said["after"][1]) == {"name": "Eva", "role": "auditor", "csm_id": None}


def test_a_manager_without_reports_sees_their_own_book_and_a_csm_by_role_not_their_team(store: Store) -> None:
    deeds.give_role(store, ADMIN, NOW, email="mo@example.com", name="Mo", role="csm", csm_id="mo")
    assert who(store, "mo@example.com").books == ("mo",)
    deeds.give_role(store, ADMIN, NOW, email="ben@example.com", name="Ben", role="manager", csm_id="ben")
    assert who(store, "ben@example.com").books == ("ben",)


def test_somebody_without_a_book_sees_nothing(store: Store) -> None:
    deeds.give_role(store, ADMIN, NOW, email="new@example.com", name="New", role="csm", csm_id=None)
    assert who(store, "new@example.com").books == ()


def test_a_book_is_lent_until_a_day_and_no_longer(store: Store) -> None:
    last = DAY + timedelta(days=3)
    deeds.lend(store, EVA, NOW, email="ben@example.com", csm_id="eva", until=last, reason="Holiday")
    assert who(store, "ben@example.com", last).books == ("ben", "eva")
    assert who(store, "ben@example.com", last + timedelta(days=1)).books == ("ben",)
    grant = int(people.granted(store.database, DAY)["grant_id"][0])
    stranger = Viewer("zoe@example.com", "Zoe", "csm", ("zoe",))
    with pytest.raises(NotAllowed, match="not yours"):
        deeds.give_back(store, stranger, NOW, grant)
    deeds.give_back(store, who(store, "ben@example.com"), NOW, grant)
    assert who(store, "ben@example.com", last).books == ("ben",)
    with pytest.raises(NotFound, match="not lent"):
        deeds.give_back(store, EVA, NOW, grant)


@pytest.mark.parametrize(
    "change",
    [
        {"csm_id": "ben"},
        {"csm_id": "nobody"},
        {"reason": "  "},
        {"until": DAY - timedelta(days=1)},
        {"email": "not an address"},
    ],
)
def test_lending_what_makes_no_sense_is_refused(store: Store, change: dict[str, object]) -> None:
    asked = {"email": "ben@example.com", "csm_id": "eva", "until": None, "reason": "Holiday", **change}
    with pytest.raises((DataError, NotAllowed)):
        deeds.lend(store, EVA, NOW, **asked)  # type: ignore[arg-type]  # what a form could send
    assert people.granted(store.database, DAY).is_empty()


def test_only_admins_give_roles_and_nobody_loses_their_own(store: Store) -> None:
    with pytest.raises(NotAllowed, match="admin"):
        deeds.give_role(store, EVA, NOW, email="eva@example.com", name="Eva", role="admin", csm_id=None)
    with pytest.raises(DataError, match="own role"):
        deeds.take_role(store, ADMIN, NOW, "Root@example.com")


def test_two_admins_at_once_do_not_overwrite_each_other(store: Store) -> None:
    def give(role: str, seen: int) -> None:
        deeds.give_role(store, ADMIN, NOW, email="a@b.c", name="A", role=role, csm_id=None, seen=seen)  # type: ignore[arg-type]  # one of ROLES

    give("csm", 0)
    give("manager", 1)
    with pytest.raises(Conflict, match=r"changed by root@example\.com at 2 Mar 2026"):
        give("auditor", 1)
    assert people.listing(store.database)["role"].to_list() == ["manager"]


def test_a_sign_in_is_on_record_once_however_often_the_page_is_loaded(store: Store) -> None:
    for hours, session in ((0, "ab12"), (1, "ab12"), (12, "ab12"), (12, "cd34"), (13, ""), (14, "")):
        deeds.signed_in(store, EVA, NOW + timedelta(hours=hours), session)
    deeds.signed_in(store, ADMIN, NOW, "ab12")
    told = audit.listing(store.database, SYSTEM, what="sign-in", person=EVA.person).sort("entry_id")
    assert told["at"].to_list() == [NOW, *(NOW + timedelta(hours=one) for one in (12, 13, 14))]
    assert audit.count(store.database, SYSTEM, what="sign-in", person=ADMIN.person) == 1


def test_a_stranger_is_on_record_once_a_sign_in_and_without_a_name_for_it_once_an_hour(store: Store) -> None:
    def come(who: str, minutes: int, session: str) -> None:
        deeds.turned_away(store, who, NOW + timedelta(minutes=minutes), session)

    for minutes, session in ((0, "ab12"), (1, "ab12"), (700, "ab12"), (701, "cd34")):
        come("x@y.z", minutes, session)
    come("w@y.z", 1, "ab12")
    for minutes in (0, 59, 61, 90):
        come("nameless", minutes, "")
    told = audit.listing(store.database, SYSTEM, what="refused").sort("entry_id")
    assert set(told["subject"]) == {"sign-in: no role here"}
    after = [(at - NOW).total_seconds() / 60 for at in told["at"]]
    assert list(zip(told["person"], after, strict=True)) == [
        ("x@y.z", 0), ("x@y.z", 701), ("w@y.z", 1), ("nameless", 0), ("nameless", 61),
    ]  # fmt: skip


def test_the_audit_log_is_searched_and_only_by_those_who_may(store: Store) -> None:
    deeds.signed_in(store, EVA, NOW)
    deeds.refused(store, "x@y.z", NOW + timedelta(days=1), "sign-in: no role here")
    deeds.give_role(store, ADMIN, NOW, email="a@b.c", name="100% A_B", role="csm", csm_id=None)

    def subjects(**asked: object) -> list[str]:
        found = audit.listing(store.database, SYSTEM, **asked)  # type: ignore[arg-type]  # one search at a time
        assert audit.count(store.database, SYSTEM, **asked) == found.height  # type: ignore[arg-type]  # the same
        return found["subject"].to_list()

    assert subjects(what="refused") == ["sign-in: no role here"]
    assert subjects(person="eva@example.com") == ["eva@example.com"]
    assert subjects(since=NOW + timedelta(hours=1)) == ["sign-in: no role here"]
    assert subjects(until=NOW) == []
    assert subjects(words="100% a_b") == ["a@b.c"]
    assert subjects(words="%") == ["a@b.c"]
    for viewer in (EVA, Viewer("mo@example.com", "Mo", "manager", ("mo",))):
        with pytest.raises(NotAllowed, match="auditors"):
            audit.listing(store.database, viewer)
        with pytest.raises(NotAllowed, match="auditors"):
            audit.names(store.database, viewer)
