"""One contact is found, given out and forgotten everywhere, on both databases, for good."""

from __future__ import annotations

import json
import re
from pathlib import Path

import polars as pl
import pytest
import sqlalchemy as sa

from actions import personal
from actions.backup import backup, restore
from actions.import_files import import_files
from actions.import_report import TableReport
from data_access import audit, imports
from data_access.config import Configuration
from data_access.errors import DataError, NotAllowed, NotFound
from data_access.facts import fact
from data_access.schema import audit_log, notes, tasks
from data_access.store import Store, open_store
from data_access.viewer import SYSTEM, Viewer
from models.mapping import parse
from tests.actions.forgotten import FILES, KEY, MAIL, MAPPING, NAME, NOW, PHONE, brought_in, every_text, lived

THEIRS = re.compile(
    rf"{KEY}|zoe\.özgür|{re.escape(PHONE)}|1234-5678|0151 12345678|map is far too slow|Broken export of mine"
    r"|%C3%96zg",
    re.IGNORECASE,
)


@pytest.fixture
def company(store: Store, tmp_path: Path) -> Store:
    lived(store, tmp_path)
    return store


def totals(store: Store) -> dict[str, int]:
    rows = {name: fact(store.database, SYSTEM, name).height for name in ("survey_responses", "interactions")}
    return rows | {"usage": int(store.usage().months()["rows"].sum())}


def test_everything_of_theirs_is_given_out(company: Store) -> None:
    body, rows = personal.export(company, SYSTEM, NOW, MAIL.upper())
    told = json.loads(body)
    assert rows >= 12
    assert [row["name"] for row in told["tables"]["contacts"]] == [NAME]
    assert {row["user_id"] for row in told["usage_events"]} == {KEY, MAIL}
    assert {"survey_responses", "interactions", "tasks", "pulses", "notes"} <= set(told["tables"])
    assert "K-2" not in {row["contact_id"] for row in told["tables"]["survey_responses"] if row["score"] == 2}
    assert "Bolt sings" not in body.decode()


def test_nothing_is_left_and_what_is_not_theirs_stays(company: Store) -> None:
    before = totals(company)
    done = personal.erase(company, SYSTEM, NOW, KEY)
    assert done.whole
    assert done.left == {}
    assert done.found["usage events"] == 3
    assert done.copies == 1
    assert done.deleted == ("uploads/2026-03-01-000000-abc/contacts.csv",)
    left = every_text(company)
    assert THEIRS.findall(left) == []
    assert totals(company) == before
    contacts = fact(company.database, SYSTEM, "contacts")
    assert sorted(contacts["contact_id"]) == ["K-2", "K-3"]
    assert contacts.filter(contact_id="K-3")["name"].item() == NAME
    assert "Zoë Özgür of Bolt sings" in left
    assert "Acme Works" in left
    answers = fact(company.database, SYSTEM, "survey_responses").sort("response_id")
    assert answers["score"].to_list() == [2, 9, 8]
    assert answers["contact_id"].to_list() == [None, "K-2", "K-3"]
    assert answers["comment"].to_list() == [None, "[erased] was right about it", "Fine"]
    with company.database.read() as connection:
        assert connection.execute(sa.select(notes.c.body).order_by(notes.c.note_id)).scalars().first() == (
            "Lunch with [erased]"
        )
        note = connection.execute(sa.select(tasks.c.note)).scalar_one()
    assert note == "[erased] rings back, [erased] or [erased]"


def test_no_file_holds_them_any_more(company: Store) -> None:
    personal.erase(company, SYSTEM, NOW, KEY)
    home = company.configuration.home
    held = [path for path in home.rglob("*") if path.is_file() and KEY.encode() in path.read_bytes()]
    assert held == []


def test_a_file_that_was_handed_in_goes_whole_and_is_named_before_and_after(company: Store) -> None:
    name = "uploads/2026-03-01-000000-abc/contacts.csv"
    assert name in personal.look(company, SYSTEM, KEY)[1].files_in_words()
    done = personal.erase(company, SYSTEM, NOW, KEY)
    assert f"Files handed in, deleted whole: {name}." in done.in_words()
    home = company.configuration.home
    assert not (home / name).exists()
    assert (home / "uploads/2026-03-01-000000-abc/accounts.csv").exists()
    assert not list((home / "incoming").rglob("*.csv"))
    entry = audit.listing(company.database, SYSTEM, what="contact erased").row(0, named=True)
    assert json.loads(entry["after"])["files handed in, deleted"] == {"2026-03-01-000000-abc": 1}


def test_a_second_import_brings_nobody_back_and_says_so(company: Store, tmp_path: Path) -> None:
    personal.erase(company, SYSTEM, NOW, KEY)
    held = totals(company)
    report = brought_in(company, tmp_path)
    by_fact: dict[str, TableReport] = {table.fact: table for table in report.tables}
    assert by_fact["contacts"].rejected == 2
    assert by_fact["contacts"].left_out == ("1 row left out: the person was erased here on request",)
    for name in ("survey_responses", "survey_invitations", "interactions", "usage_events"):
        assert by_fact[name].accepted == 0, name
        assert "kept without the person" in by_fact[name].left_out[0]
    for table in report.tables:
        assert table.read == table.accepted + table.unchanged + table.rejected
    assert "erased here on request" in report.in_words()
    assert THEIRS.findall(every_text(company)) == []
    assert totals(company) == held


def test_a_broken_row_of_theirs_is_not_kept_for_repair(company: Store, tmp_path: Path) -> None:
    personal.erase(company, SYSTEM, NOW, KEY)
    (tmp_path / "contacts.csv").write_text(
        f"key,account,name,mail\n{KEY},A1,Zoë,{MAIL},too,many\nx,A9,Ed,{MAIL}\n"
    )
    mapping = {
        "contacts": {
            name: at for name, at in MAPPING["contacts"].items() if name not in ("phone", "is_champion")
        }
    }
    import_files(company, SYSTEM, NOW, parse(mapping), tmp_path)
    assert THEIRS.findall(every_text(company)) == []


def test_the_log_says_that_it_was_done_but_not_to_whom(company: Store) -> None:
    before = audit.listing(company.database, SYSTEM).sort("entry_id")
    done = personal.erase(company, SYSTEM, NOW, KEY)
    after = audit.listing(company.database, SYSTEM).sort("entry_id")
    added = after.tail(1).row(0, named=True)
    assert (added["what"], added["subject"]) == ("contact erased", done.reference)
    assert json.loads(added["after"])["entries of this log with texts replaced"] == list(done.entries)
    assert done.entries
    names = ["entry_id", "at", "person", "what", "rows"]
    assert after.head(before.height).select(names).equals(before.select(names))
    same = ~pl.col("entry_id").is_in(list(done.entries))
    assert after.head(before.height).filter(same).equals(before.filter(same))
    with pytest.raises(Exception, match="only ever added to"), company.database.write() as connection:
        connection.execute(sa.update(audit_log).values(subject="x"))


def test_a_restore_of_an_older_backup_erases_again(company: Store, tmp_path: Path) -> None:
    backup(company, SYSTEM, NOW, tmp_path / "old.rounds")
    done = personal.erase(company, SYSTEM, NOW, KEY)
    assert done.backups == (str(tmp_path / "old.rounds"),)
    assert "hold them until you delete them" in done.in_words()
    restore(company, SYSTEM, NOW, tmp_path / "old.rounds", replace=True)
    assert THEIRS.findall(every_text(company)) == []
    assert brought_in(company, tmp_path).tables[1].left_out


def test_only_an_admin_may(company: Store) -> None:
    for role in ("csm", "manager", "auditor"):
        with pytest.raises(NotAllowed, match="is for admins"):
            personal.erase(company, Viewer("x@x.example", "X", role), NOW, KEY)
    assert fact(company.database, SYSTEM, "contacts").height == 3


def test_nobody_and_several_are_told_apart(company: Store, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="Nothing here names"):
        personal.erase(company, SYSTEM, NOW, "K-999999")
    shared = "key,account,name,mail\nS-1,A1,Al,info@acme.example\nS-2,A1,Bo,info@acme.example\n"
    (tmp_path / "shared.csv").write_text(shared)
    columns = {"contact_id": "key", "account_id": "account", "name": "name", "email": "mail"}
    import_files(company, SYSTEM, NOW, parse({"contacts": {"file": "shared.csv", **columns}}), tmp_path)
    with pytest.raises(DataError, match="S-1, S-2"):
        personal.erase(company, SYSTEM, NOW, "info@acme.example")
    personal.erase(company, SYSTEM, NOW, "S-1")
    assert fact(company.database, SYSTEM, "contacts").filter(contact_id="S-2")["email"].item()


def test_rejected_rows_and_imports_still_add_up(company: Store) -> None:
    before = imports.listing(company.database)
    personal.erase(company, SYSTEM, NOW, KEY)
    after = imports.listing(company.database)
    assert after.select("rows_read", "rows_accepted").equals(before.select("rows_read", "rows_accepted"))


def test_a_file_in_the_home_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    opened = open_store(Configuration(home=tmp_path / "home"))
    try:
        assert FILES["accounts.csv"]
        with pytest.raises(NotFound):
            personal.erase(opened, SYSTEM, NOW, KEY)
    finally:
        opened.close()
