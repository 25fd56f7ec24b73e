"""Pulses on both databases: given, taken back, audited, scoped, refused."""

from __future__ import annotations

from datetime import datetime, timedelta

import polars as pl
import pytest
import sqlalchemy as sa

from actions.pulse import give, withdraw
from data_access import pulses
from data_access.bulk import insert
from data_access.errors import Conflict, DataError, NotAllowed, NotFound
from data_access.schema import FACT_TABLES, audit_log
from data_access.store import Store
from data_access.viewer import Viewer
from models import facts
from tests.models.rows import frame

NOW = datetime(2026, 11, 21, 9)
EVA = Viewer("eva@x", "Eva", "csm", ("e",))
BEN = Viewer("ben@x", "Ben", "csm", ("b",))
AUDITOR = Viewer("au@x", "Au", "auditor")


@pytest.fixture(autouse=True)
def _book(store: Store) -> None:
    rows = frame(facts.ACCOUNTS, {"account_id": "A1", "csm_id": "e"}, {"account_id": "A2", "csm_id": "b"})
    with store.database.write() as connection:
        insert(connection, FACT_TABLES["accounts"], rows)


def standing(store: Store, viewer: Viewer = EVA) -> pl.DataFrame:
    return pulses.listing(store.database, viewer, standing=True)


def test_given_taken_back_and_on_record(store: Store) -> None:
    first = give(store, EVA, NOW, "A1", 5, "  all   well ")
    second = give(store, EVA, NOW + timedelta(hours=1), "A1", 2, "the sponsor left")
    assert standing(store)["pulse_id"].to_list() == [second, first]
    assert standing(store)["reason"].to_list() == ["the sponsor left", "all well"]

    withdraw(store, EVA, NOW + timedelta(hours=2), second, 1)

    assert standing(store)["pulse_id"].to_list() == [first]
    assert pulses.listing(store.database, EVA, account_id="A1").height == 2, "the history keeps both"
    with store.database.read() as connection:
        logged = connection.execute(sa.select(audit_log.c.what, audit_log.c.person)).all()
    assert [tuple(row) for row in logged] == [
        ("pulse given", "eva@x"),
        ("pulse given", "eva@x"),
        ("pulse withdrawn", "eva@x"),
    ]


def test_another_version_is_refused(store: Store) -> None:
    given = give(store, EVA, NOW, "A1", 4, "so so")
    withdraw(store, EVA, NOW, given, 1)
    for version in (1, 2):
        with pytest.raises(Conflict, match=r"withdrawn by .* at .* UTC; nothing was overwritten"):
            withdraw(store, EVA, NOW, given, version)


def test_nobody_reaches_into_anothers_book(store: Store) -> None:
    given = give(store, EVA, NOW, "A1", 4, "so so")
    assert standing(store, BEN).is_empty()
    with pytest.raises(NotFound):
        give(store, BEN, NOW, "A1", 1, "not mine")
    with pytest.raises(NotFound):
        withdraw(store, BEN, NOW, given, 1)
    with pytest.raises(NotAllowed):
        give(store, AUDITOR, NOW, "A1", 1, "only reads")
    assert standing(store).height == 1


@pytest.mark.parametrize(
    ("level", "reason", "said"),
    [(0, "why", "thriving"), (7, "why", "leaving"), (3, "  ", "why"), (3, "x" * 301, "300")],
)
def test_what_can_not_be_saved_is_said(store: Store, level: int, reason: str, said: str) -> None:
    with pytest.raises(DataError, match=said):
        give(store, EVA, NOW, "A1", level, reason)
    assert standing(store).is_empty()
