"""One contract for every repository, on SQLite and on PostgreSQL."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any

import polars as pl
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from polars.testing import assert_frame_equal

from data_access import exceptions, imports, people, settings, snapshots, stamps, tasks, views
from data_access.errors import Conflict, NotAllowed, NotFound, StoreError
from data_access.facts import fact
from data_access.landing import write_fact
from data_access.migrate import migrate
from data_access.schema import METADATA, account_scores, audit_log, snapshot_frames
from data_access.schema import exceptions as exceptions_table
from data_access.store import Store
from data_access.viewer import SYSTEM, Viewer
from models.facts import FACTS, USAGE_EVENTS
from models.snapshot import SCORES, WEEKS

NOW = datetime(2026, 3, 2, 9, 0)
DAY = NOW.date()
EVA = Viewer("eva@example.com", "Eva", "csm", ("eva",))
ODD = "Ünal & Söhne, \"quoted\" \\N 'x'; DROP TABLE accounts"


def frame(name: str, *rows: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=FACTS[name].schema)


def fill(store: Store) -> None:
    people_rows = (
        {"csm_id": "eva", "name": "Eva", "email": "Eva@Example.com", "manager_id": "mo"},
        {"csm_id": "ben", "name": "Ben", "email": "ben@example.com", "manager_id": "mo"},
        {"csm_id": "mo", "name": "Mo", "email": "mo@example.com", "manager_id": "top"},
        {"csm_id": "top", "name": "Top", "email": "top@example.com"},
    )
    accounts = (
        {"account_id": "a", "name": ODD, "csm_id": "eva", "signed_on": date(2025, 1, 1), "gross_margin": 0.8},
        {"account_id": "b", "name": "B", "csm_id": "ben", "signed_on": date(2026, 3, 1)},
        {"account_id": "c", "name": "C"},
    )
    answers = (
        {"response_id": "1", "account_id": "a", "kind": "nps", "score": 3.0, "responded_at": NOW},
        {"response_id": "2", "account_id": "b", "kind": "nps", "responded_at": datetime(2026, 3, 2, 23, 59)},
        {"response_id": "3", "account_id": "b", "kind": "nps", "responded_at": datetime(2026, 3, 3)},
    )
    with store.database.write() as connection:
        write_fact(connection, "csms", frame("csms", *people_rows))
        write_fact(connection, "accounts", frame("accounts", *accounts))
        write_fact(connection, "survey_responses", frame("survey_responses", *answers))


def scored(*ids: str) -> pl.DataFrame:
    rows = [{"account_id": one, "name": one.upper(), "csm_id": one, "too_quiet": True} for one in ids]
    return pl.DataFrame(rows, schema=SCORES.schema)


def write_snapshot(store: Store, as_of: date, *ids: str, rows: pl.DataFrame | None = None) -> int:
    header = {
        "as_of": as_of,
        "created_at": NOW,
        "person": "eva",
        "settings_version": 1,
        "code_version": "x",
        "freshness": {"usage_events": "2026-03-01"},
        "stages": {"read": 0.5},
        "notes": {},
    }
    weeks = pl.DataFrame(
        {"account_id": list(ids), "events": [[1, 2]] * len(ids), "active_days": [[1, 1]] * len(ids)},
        schema=WEEKS.schema,
    )
    with store.database.write() as connection:
        scores = scored(*ids) if rows is None else rows
        return snapshots.write(connection, header=header, scored=scores, frames={"weeks": weeks})


def test_migrations_make_the_schema_and_run_twice_unharmed(store: Store) -> None:
    migrate(store.database)
    with store.database.read() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []


def test_a_store_of_a_newer_version_is_refused(store: Store) -> None:
    with store.database.write() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match="newer Rounds"):
        migrate(store.database)


@pytest.mark.parametrize("name", [name for name in FACTS if FACTS[name] is not USAGE_EVENTS])
def test_every_fact_comes_back_as_it_was_written(store: Store, name: str) -> None:
    contract = FACTS[name]
    samples: dict[str, Any] = {
        "String": ODD,
        "Date": date(2024, 2, 29),
        "Float64": 0.1,
        "Int64": 2**40,
        "Boolean": True,
    }
    full = {
        c.name: samples.get(str(c.dtype), datetime(2024, 2, 29, 23, 59, 59, 123456)) for c in contract.columns
    }
    bare = {
        c.name: f"{value} 2" if isinstance(value := full[c.name], str) else value
        for c in contract.columns
        if c.required or c.name in contract.key
    }
    rows = frame(name, full, bare)
    with store.database.write() as connection:
        write_fact(connection, name, rows)
        write_fact(connection, name, rows)
    assert_frame_equal(fact(store.database, SYSTEM, name), rows, check_row_order=False)
    owner = "referrer_account_id" if name == "referrals" else "account_id"
    mine = rows.filter(pl.col(owner) == ODD) if owner in rows.columns else rows
    row_by_row = fact(store.database, SYSTEM, name, account_id=ODD)
    assert_frame_equal(row_by_row, mine, check_row_order=False)


def test_a_viewer_reads_their_own_books_alone(store: Store) -> None:
    fill(store)
    assert fact(store.database, EVA, "accounts")["account_id"].to_list() == ["a"]
    assert fact(store.database, EVA, "survey_responses")["response_id"].to_list() == ["1"]
    assert fact(store.database, SYSTEM, "accounts").height == 3
    nobody = Viewer("n", "N", "csm", ())
    assert fact(store.database, nobody, "accounts").is_empty()


def test_one_accounts_rows_are_those_of_the_whole(store: Store) -> None:
    """They are read row by row, the whole in bulk: the same columns, types and values on both databases."""
    fill(store)
    made = write_snapshot(store, date(2026, 3, 2), "a", "b")
    for name in ("accounts", "contacts", "survey_responses", "interactions"):
        whole = fact(store.database, SYSTEM, name)
        for one in ("a", "b", "nobody"):
            mine = fact(store.database, SYSTEM, name, account_id=one)
            assert_frame_equal(mine, whole.filter(account_id=one), check_row_order=False)
    history = snapshots.history(store.database, SYSTEM, "a")
    assert_frame_equal(history.select(SCORES.names), scored("a"))
    assert history.select("snapshot_id", "as_of").row(0) == (made, date(2026, 3, 2))


def test_facts_are_cut_after_the_day(store: Store) -> None:
    fill(store)
    answers = fact(store.database, SYSTEM, "survey_responses", as_of=date(2026, 3, 2))
    assert set(answers["response_id"]) == {"1", "2"}
    assert set(fact(store.database, SYSTEM, "accounts", as_of=date(2026, 2, 28))["account_id"]) == {"a", "c"}


def test_managers_see_everyone_below_them(store: Store) -> None:
    fill(store)
    assert people.viewer_of(store.database, " EVA@example.COM ", DAY).books == ("eva",)
    top = people.viewer_of(store.database, "top", DAY)
    assert top.role == "manager"
    assert set(top.books or ()) == {"top", "mo", "eva", "ben"}
    with pytest.raises(NotFound, match="stranger"):
        people.viewer_of(store.database, "stranger@example.com", DAY)


def test_the_newest_snapshot_is_of_the_latest_day_and_then_the_last_made(store: Store) -> None:
    fill(store)
    assert snapshots.newest(store.database) is None
    late = write_snapshot(store, date(2026, 3, 2), "a", "b")
    write_snapshot(store, date(2026, 2, 1), "a")
    again = write_snapshot(store, date(2026, 3, 2), "a", "b")
    newest = snapshots.newest(store.database)
    assert newest is not None
    assert newest.snapshot_id == again != late
    assert newest.stages == {"read": 0.5}
    assert newest.as_of == date(2026, 3, 2)
    earlier = snapshots.newest(store.database, date(2026, 3, 1))
    assert earlier is not None
    assert earlier.as_of == date(2026, 2, 1)
    assert stamps.read(store.database).snapshot == again
    assert snapshots.listing(store.database).height == 3


def test_scores_and_parts_of_a_snapshot_are_scoped(store: Store) -> None:
    fill(store)
    made = write_snapshot(store, date(2026, 3, 2), "a", "b")
    assert_frame_equal(snapshots.scores(store.database, SYSTEM, made).sort("account_id"), scored("a", "b"))
    assert snapshots.scores(store.database, EVA, made)["account_id"].to_list() == ["a"]
    assert snapshots.frame(store.database, EVA, made, "weeks")["account_id"].to_list() == ["a"]
    assert snapshots.history(store.database, EVA, "b").is_empty()
    assert snapshots.history(store.database, EVA, "a")["snapshot_id"].to_list() == [made]
    with pytest.raises(NotFound):
        snapshots.frame(store.database, EVA, made, "nothing")


def test_the_signs_of_risk_are_kept_apart_and_come_back_with_their_scores(store: Store) -> None:
    said = json.dumps([{"term": "quiet", "points": 12.345678901234, "sentence": ODD}])
    rows = scored("b", "a").with_columns(risk_parts=pl.Series([None, said], dtype=pl.String))
    made = write_snapshot(store, date(2026, 3, 2), "a", "b", rows=rows)
    assert_frame_equal(snapshots.scores(store.database, SYSTEM, made), rows, check_row_order=False)
    row = sa.select(account_scores.c.risk_parts).where(account_scores.c.snapshot_id == made)
    with store.database.write() as connection:
        assert connection.execute(row).scalars().all() == [None, None]
        connection.execute(sa.delete(snapshot_frames).where(snapshot_frames.c.name == "risk_parts"))
        connection.execute(sa.update(account_scores).values(risk_parts=said))
    in_the_row = snapshots.scores(store.database, SYSTEM, made)["risk_parts"].to_list()
    assert in_the_row == [said, said], "as an earlier version wrote it"


def test_a_call_is_changed_only_from_the_version_that_was_seen(store: Store) -> None:
    fill(store)
    values = {"account_id": "a", "state": "open", "origin": "hand", "reasons": "[]"}
    with store.database.write() as connection:
        task = tasks.add(connection, EVA, NOW, values)
        assert tasks.change(connection, EVA, NOW, task, 1, "call described", {"note": "first"}) == 2
    with pytest.raises(Conflict, match="eva@example.com"), store.database.write() as connection:
        tasks.change(connection, EVA, NOW, task, 1, "call described", {"note": "second"})
    assert tasks.listing(store.database, EVA)["note"].to_list() == ["first"]


def test_a_call_on_another_book_is_refused(store: Store) -> None:
    fill(store)
    values = {"account_id": "b", "state": "open", "origin": "hand", "reasons": "[]"}
    with pytest.raises(NotFound), store.database.write() as connection:
        tasks.add(connection, EVA, NOW, values)
    auditor = Viewer("au", "Au", "auditor")
    with pytest.raises(NotAllowed), store.database.write() as connection:
        tasks.add(connection, auditor, NOW, values)


def test_an_account_has_one_open_call(store: Store) -> None:
    fill(store)
    values = {"account_id": "a", "state": "open", "origin": "hand", "reasons": "[]"}
    with store.database.write() as connection:
        tasks.add(connection, EVA, NOW, values)
    clash = "wrote the same at the same moment"
    with pytest.raises(Conflict, match=clash), store.database.write() as connection:
        tasks.add(connection, EVA, NOW, values)
    assert tasks.listing(store.database, EVA).height == 1


def test_exceptions_open_stay_and_close(store: Store) -> None:
    fill(store)
    day = date(2026, 3, 2)
    new = pl.DataFrame(
        {
            "account_id": ["a", "b"],
            "kind": ["silent", "silent"],
            "since": [day, day],
            "severity": [0.5, 0.6],
            "sentence": ["s", "t"],
            "evidence": ["{}", "{}"],
            "prescription": ["p", "p"],
            "due_on": [None, day],
            "first_seen": [day, day],
            "last_seen": [day, day],
            "times_opened": [1, 1],
        },
        schema_overrides={"due_on": pl.Date},
    )
    none = pl.DataFrame(schema={"exception_id": pl.Int64})
    with store.database.write() as connection:
        exceptions.advance(connection, new, none, none, day)
    found = exceptions.listing(store.database, EVA)
    assert found["account_id"].to_list() == ["a"]
    assert found["version"].to_list() == [1]
    with store.database.write() as connection:
        exceptions.change(connection, EVA, NOW, found["exception_id"][0], 1, {"verdict": "true"})
    still = found.select("exception_id", sentence=pl.lit("worse"))
    with store.database.write() as connection:
        exceptions.advance(connection, new.clear(), still, none, day)
    after = exceptions.listing(store.database, EVA)
    assert after.select("sentence", "verdict").row(0) == ("worse", "true")
    with store.database.write() as connection:
        exceptions.advance(connection, new.clear(), none, after.select("exception_id"), date(2026, 3, 9))
    assert exceptions.listing(store.database, EVA).is_empty()
    closed = exceptions.listing(store.database, EVA, only_open=False)
    assert closed["closed_on"].to_list() == [date(2026, 3, 9)]
    with store.database.read() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(exceptions_table)).scalar() == 2


def test_every_change_is_in_the_audit_log(store: Store) -> None:
    fill(store)
    with store.database.write() as connection:
        settings.save(connection, EVA, NOW, {"capacity": 8})
        settings.save(connection, EVA, NOW, {"capacity": 9})
    assert settings.current(store.database) == (2, {"capacity": 9})
    with store.database.read() as connection:
        whats = connection.execute(sa.select(audit_log.c.what, audit_log.c.person)).all()
    assert [tuple(row) for row in whats] == [("settings saved", EVA.person)] * 2
    assert stamps.read(store.database).changes == 2


def test_a_failed_block_leaves_nothing(store: Store) -> None:
    with pytest.raises(ZeroDivisionError), store.database.write() as connection:
        settings.save(connection, EVA, NOW, {"capacity": 8})
        raise ZeroDivisionError
    assert settings.current(store.database) == (0, {})


def test_imports_and_their_rejects_are_kept(store: Store) -> None:
    values = {
        "source": "s",
        "fact": "accounts",
        "files": "a.csv",
        "started_at": NOW,
        "finished_at": NOW,
        "person": "eva",
        "rows_read": 2,
        "rows_accepted": 1,
        "rows_unchanged": 0,
        "rows_rejected": 1,
        "newest": NOW,
        "notes": "",
    }
    refused = pl.DataFrame(
        {"file": ["a.csv"], "line": [3], "column": ["x"], "value": ["=1"], "reason": ["bad"], "row": ["{}"]}
    )
    with store.database.write() as connection:
        import_id = imports.add(connection, values, refused)
    assert imports.rejects(store.database, SYSTEM, import_id).drop("import_id").equals(refused)
    assert imports.listing(store.database)["rows_read"].to_list() == [2]
    assert imports.freshness(store.database) == {"accounts": NOW}


def test_saved_views_belong_to_a_person_and_a_page(store: Store) -> None:
    ben = Viewer("ben@example.com", "Ben", "csm", ("ben",))
    with store.database.write() as connection:
        views.save(connection, EVA, NOW, "accounts", "mine", "q=1")
        views.save(connection, EVA, NOW, "accounts", "mine", "q=2")
        views.save(connection, ben, NOW, "accounts", "mine", "q=3")
    assert views.listing(store.database, EVA, "accounts").rows() == [("mine", "q=2")]
    with store.database.write() as connection:
        views.remove(connection, EVA, NOW, "accounts", "mine")
    assert views.listing(store.database, EVA, "accounts").is_empty()
    assert views.listing(store.database, ben, "accounts").height == 1
