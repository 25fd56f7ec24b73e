"""A backup is one moment's state, goes back to either database, and is refused when it is damaged."""

from __future__ import annotations

import io
import json
import tarfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import polars as pl
import pytest
import sqlalchemy as sa

from actions.backup import backup, restore
from actions.refresh import refresh
from data_access import bulk, snapshots, stamps
from data_access.backup import KEPT_APART, MANIFEST, Manifest, Member, sha256_of, table_frames, unpack
from data_access.config import Configuration
from data_access.errors import Conflict, DataError, NotAllowed, StoreError
from data_access.schema import METADATA, audit_log, notes
from data_access.store import Store, open_store
from data_access.viewer import SYSTEM, Viewer

NOW = datetime(2026, 11, 21, 9)
LATER = datetime(2026, 11, 22, 9)


@pytest.fixture
def company(demo_home: Path) -> Iterator[Store]:
    """The demo company, its usage in a lake."""
    opened = open_store(Configuration(home=demo_home))
    yield opened
    opened.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def target(
    request: pytest.FixtureRequest, tmp_path: Path, new_postgres_database: Callable[[], str]
) -> Iterator[Store]:
    """An empty store of either database, its usage in a lake."""
    url = new_postgres_database() if request.param == "postgresql" else ""
    opened = open_store(Configuration(home=tmp_path / "target", database_url=url))
    yield opened
    opened.close()


def contents(store: Store) -> dict[str, pl.DataFrame]:
    """Every table's rows in an order of their own, but what a restore itself adds."""
    held = {}
    with store.database.read() as connection:
        for table in METADATA.sorted_tables:
            if table.name in KEPT_APART or table is audit_log:
                continue
            frames = list(table_frames(connection, table))
            rows = pl.concat(frames) if frames else pl.DataFrame()
            held[table.name] = rows.sort(pl.all()) if not rows.is_empty() else rows
    return held


def entries(store: Store) -> list[str]:
    with store.database.read() as connection:
        return list(connection.execute(sa.select(audit_log.c.what).order_by(audit_log.c.entry_id)).scalars())


def test_a_backup_goes_to_either_database_and_back(company: Store, target: Store, tmp_path: Path) -> None:
    made = backup(company, SYSTEM, NOW, tmp_path / "all.rounds")
    assert made.rows > 1000
    assert made.files > 0
    done = restore(target, SYSTEM, LATER, tmp_path / "all.rounds")
    assert done.tables == made.tables
    mine, theirs = contents(company), contents(target)
    for name, rows in mine.items():
        assert rows.equals(theirs[name]), name
    assert entries(target) == [*entries(company)[:-1], "restore"]
    assert target.usage().months().equals(company.usage().months())
    assert stamps.read(target.database).restores == 1
    backup(target, SYSTEM, NOW, tmp_path / "second.rounds")
    third = open_store(Configuration(home=tmp_path / "third"))
    restore(third, SYSTEM, LATER, tmp_path / "second.rounds")
    held = contents(third)
    third.close()
    assert all(rows.equals(held[name]) for name, rows in mine.items())
    again = refresh(target, SYSTEM, LATER)
    assert again.snapshot_id > max(theirs["snapshots"]["snapshot_id"])


def test_it_is_one_moment_though_others_write_meanwhile(company: Store, tmp_path: Path) -> None:
    """Somebody writes notes, each with its audit entry in one transaction: never one without the other."""
    stop = threading.Event()
    writer = open_store(company.configuration)

    def write() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            with writer.database.write() as connection:
                connection.execute(
                    sa.insert(notes).values(
                        account_id="x", body=str(number), created_at=NOW, created_by="me", version=1
                    )
                )
                connection.execute(
                    sa.insert(audit_log).values(
                        at=NOW, person="me", what="noted", subject=str(number), rows=1
                    )
                )

    thread = threading.Thread(target=write)
    thread.start()
    try:
        made = [backup(company, SYSTEM, NOW, tmp_path / f"{at}.rounds") for at in range(3)]
    finally:
        stop.set()
        thread.join()
        writer.close()
    assert made[0].tables.get("notes", 0) < made[2].tables["notes"]
    for at in range(3):
        unpack(tmp_path / f"{at}.rounds", tmp_path / f"open{at}")
        tables = tmp_path / f"open{at}" / "tables"
        noted = pl.read_parquet(str(tables / "audit_log" / "*.parquet")).filter(pl.col("what") == "noted")
        parts = list((tables / "notes").glob("*.parquet"))
        written = (
            pl.concat([pl.read_parquet(part) for part in parts]) if parts else pl.DataFrame({"body": []})
        )
        assert sorted(noted["subject"]) == sorted(written["body"])


def test_a_store_with_data_is_replaced_only_when_told(company: Store, tmp_path: Path) -> None:
    backup(company, SYSTEM, NOW, tmp_path / "a.rounds")
    before = contents(company)
    newest = refresh(company, SYSTEM, LATER).snapshot_id
    with pytest.raises(Conflict, match="--replace"):
        restore(company, SYSTEM, LATER, tmp_path / "a.rounds")
    assert snapshots.newest(company.database).snapshot_id == newest  # type: ignore[union-attr]  # there is one
    restore(company, SYSTEM, LATER, tmp_path / "a.rounds", replace=True)
    after = contents(company)
    assert all(before[name].equals(after[name]) for name in before)


@pytest.mark.parametrize("kind", ["cut short", "one byte", "not a tar", "a member gone"])
def test_a_damaged_backup_is_refused_and_nothing_changes(
    company: Store, target: Store, tmp_path: Path, kind: str
) -> None:
    path = tmp_path / "a.rounds"
    backup(company, SYSTEM, NOW, path)
    data = path.read_bytes()
    if kind == "cut short":
        path.write_bytes(data[: len(data) // 2])
    elif kind == "one byte":
        at = data.index(b"PAR1") + 40
        path.write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
    elif kind == "not a tar":
        path.write_bytes(b"PK" + data[:100])
    else:
        _without_one_member(path)
    with pytest.raises(DataError, match=r"a\.rounds"):
        restore(target, SYSTEM, LATER, path)
    assert not any(rows.height for rows in contents(target).values())


def _without_one_member(path: Path) -> None:
    kept = io.BytesIO()
    with tarfile.open(path) as old, tarfile.open(fileobj=kept, mode="w") as new:
        for position, member in enumerate(old.getmembers()):
            if position != 1:
                new.addfile(member, old.extractfile(member))
    path.write_bytes(kept.getvalue())


def test_rows_that_do_not_read_back_equal_undo_the_restore(
    company: Store, target: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backup(company, SYSTEM, NOW, tmp_path / "a.rounds")
    insert = bulk.insert

    def losing(connection: sa.Connection, table: sa.Table, frame: pl.DataFrame) -> None:
        insert(connection, table, frame.head(-1) if table.name == "contacts" else frame)

    monkeypatch.setattr(bulk, "insert", losing)
    with pytest.raises(StoreError, match="contacts did not read back"):
        restore(target, SYSTEM, LATER, tmp_path / "a.rounds")
    assert not any(rows.height for rows in contents(target).values())


def test_a_failed_backup_leaves_the_last_one(company: Store, tmp_path: Path) -> None:
    path = tmp_path / "a.rounds"
    backup(company, SYSTEM, NOW, path)
    whole = path.read_bytes()
    lake = company.configuration.lake
    assert lake is not None
    victim = lake / company.live_files()[0].path
    victim.write_bytes(b"damaged")
    with pytest.raises(StoreError, match="damaged"):
        backup(company, SYSTEM, NOW, path)
    assert path.read_bytes() == whole
    assert [file.name for file in tmp_path.iterdir() if file.name.endswith(".part")] == []


def test_only_admins_back_up(company: Store, tmp_path: Path) -> None:
    csm = Viewer("a@b.c", "A", "csm", ("c1",))
    with pytest.raises(NotAllowed, match="everybody"):
        backup(company, csm, NOW, tmp_path / "a.rounds")
    with pytest.raises(NotAllowed, match="everybody"):
        restore(company, csm, NOW, tmp_path / "a.rounds", replace=True)


def test_a_backup_of_an_earlier_schema_is_migrated(tmp_path: Path, target: Store) -> None:
    """A store of the first schema with a note in it, copied as that schema, comes back in today's."""
    note = pl.DataFrame(
        {
            "note_id": [5],
            "account_id": ["a"],
            "body": ["as it was"],
            "created_at": [NOW],
            "created_by": ["me"],
            "version": [1],
        }
    )
    folder = tmp_path / "made" / "tables" / "notes"
    folder.mkdir(parents=True)
    part = folder / "00001.parquet"
    note.write_parquet(part)
    member = Member("tables/notes/00001.parquet", 1, sha256_of(part))
    manifest = Manifest("0001", lake=True, members=(member,))
    path = tmp_path / "old.rounds"
    with tarfile.open(path, "w") as tar:
        tar.add(part, arcname=member.name)
        told = tmp_path / MANIFEST
        told.write_text(json.dumps(asdict(manifest)))
        tar.add(told, arcname=MANIFEST)
    restore(target, SYSTEM, LATER, path)
    assert contents(target)["notes"]["body"].to_list() == ["as it was"]


def test_the_database_refuses_to_change_the_audit_log(store: Store) -> None:
    with store.database.write() as connection:
        connection.execute(sa.insert(audit_log).values(at=NOW, person="a", what="b", subject="c", rows=1))
    for statement in (
        sa.update(audit_log).values(person="somebody else"),
        sa.delete(audit_log),
        sa.text(
            "INSERT OR REPLACE INTO audit_log (entry_id, at, person, what, subject, rows) "
            "VALUES (1, '2026-01-01', 'x', 'x', 'x', 1)"
            if store.database.is_sqlite
            else "TRUNCATE audit_log"
        ),
    ):
        with pytest.raises(StoreError, match="only ever added to"), store.database.write() as connection:
            connection.execute(statement)
    assert entries(store) == ["b"]
