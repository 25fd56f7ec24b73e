"""Trainings of the churn model in the store, on SQLite and on PostgreSQL."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import polars as pl
import pytest
import sqlalchemy as sa
from polars.testing import assert_frame_equal

from data_access import churn
from data_access.churn import Fresh
from data_access.errors import NotFound
from data_access.landing import write_fact
from data_access.schema import audit_log
from data_access.store import Store
from data_access.viewer import SYSTEM, Viewer
from models.churn.drift import DRIFT
from models.churn.evaluation import JUDGED
from models.churn.verdict import Verdict
from models.facts import ACCOUNTS
from tests.models.churn.test_training import trained

NOW = datetime(2026, 7, 1, 8, 0)
JUNE, JULY = date(2026, 6, 30), date(2026, 7, 31)
EVA = Viewer("eva@example.com", "Eva", "csm", ("eva",))


def fresh(known_on: date = JUNE, key: str = "k") -> Fresh:
    made = trained()
    assert made.model is not None
    return Fresh(
        known_on, key, "v1", made.verdict, True, "The first.", made.model, made.judged, DRIFT.empty()
    )


def refused(known_on: date, key: str = "r") -> Fresh:
    verdict = Verdict("refused", "Too few.")
    return Fresh(known_on, key, "v1", verdict, False, "Too few.", None, JUDGED.empty(), DRIFT.empty())


def add(store: Store, one: Fresh) -> int:
    with store.database.write() as connection:
        return churn.add(connection, SYSTEM, NOW, one)


def test_a_training_comes_back_whole(store: Store) -> None:
    model_id = add(store, fresh())
    kept = churn.by_key(store.database, "k")
    assert kept is not None
    assert kept == churn.get(store.database, model_id)
    assert (kept.known_on, kept.made_at, kept.taken, kept.succession) == (JUNE, NOW, True, "The first.")
    assert kept.model == trained().model
    assert kept.verdict == trained().verdict
    assert_frame_equal(churn.judged(store.database, SYSTEM, model_id), trained().judged)
    assert churn.drift(store.database, model_id).schema == DRIFT.schema
    assert churn.by_key(store.database, "another") is None
    with store.database.read() as connection:
        logged = connection.execute(sa.select(audit_log.c.what, audit_log.c.subject)).one()
    assert tuple(logged) == ("churn model trained", f"model {model_id}")


def test_the_model_in_use_is_the_newest_taken_that_a_day_knew(store: Store) -> None:
    database = store.database
    assert churn.in_use(database, JULY) is None
    first = add(store, fresh())
    second = add(store, replace(fresh(JULY, "k2"), taken=False, succession="Worse."))
    for day, used, newest in ((JUNE, first, first), (JULY, first, second)):
        found, last = churn.in_use(database, day), churn.newest(database, day)
        assert found is not None
        assert last is not None
        assert (found.model_id, last.model_id) == (used, newest)
    assert churn.in_use(database, date(2026, 6, 29)) is None
    shown = churn.shown(database, JULY)
    assert shown.model_id == first
    assert churn.not_taken(database, shown, JULY) == [
        "A newer training, on what was known on 31 Jul 2026, was not taken: Worse."
    ]
    assert churn.not_taken(database, shown, JUNE) == []


def test_once_refused_no_earlier_model_is_used(store: Store) -> None:
    add(store, fresh())
    add(store, refused(JULY))
    assert churn.in_use(store.database, JULY) is None
    assert churn.shown(store.database, JULY).verdict.word == "refused"
    with pytest.raises(NotFound, match="never trained"):
        churn.shown(store.database, date(2020, 1, 1))
    with pytest.raises(NotFound, match="no training 99"):
        churn.judged(store.database, SYSTEM, 99)


def test_a_viewer_sees_the_past_of_their_own_accounts(store: Store) -> None:
    mine = trained().judged["account_id"][0]
    rows = pl.DataFrame(
        [{"account_id": mine, "csm_id": "eva"}, {"account_id": "Z", "csm_id": "ben"}], schema=ACCOUNTS.schema
    )
    with store.database.write() as connection:
        write_fact(connection, "accounts", rows)
    model_id = add(store, fresh())
    assert set(churn.judged(store.database, EVA, model_id)["account_id"]) == {mine}


def test_a_model_of_another_version_is_none(store: Store) -> None:
    made = trained().model
    assert made is not None
    model_id = add(store, replace(fresh(), model=replace(made, version=0)))
    assert churn.get(store.database, model_id).model is None
    assert churn.in_use(store.database, JUNE) is None
