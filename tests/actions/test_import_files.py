"""Importing files into a real store, on SQLite with a lake and on PostgreSQL for both bindings."""

from __future__ import annotations

import gzip
import os
import signal
import subprocess
import sys
import time
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from actions.import_files import import_files
from actions.import_report import ImportReport, TableReport
from data_access import imports, settings
from data_access.errors import Busy, NotAllowed
from data_access.facts import fact
from data_access.files import InputError
from data_access.locks import exclusive
from data_access.store import Store
from data_access.viewer import SYSTEM, Viewer
from models.mapping import MappingError, parse

NOW = datetime(2026, 3, 2, 9, 0)

ACCOUNTS = "id,who,started,left\na1,Ann GmbH,2025-01-31,\na2,Béla,2025-02-28,2025-12-01\n"
CLICKS = (
    "id,what,at,n\na1,login,2026-02-01 10:00:00,1\na1,login,2026-02-01 10:00:00,1\na2,save,2025-11-30,2\n"
)

MAPPING: dict[str, Any] = {
    "accounts": {
        "file": "accounts.csv",
        "account_id": "id",
        "name": "who",
        "signed_on": "started",
        "churned_on": "left",
    },
    "usage_events": {
        "file": "clicks*",
        "account_id": "id",
        "event": "what",
        "occurred_at": "at",
        "quantity": "n",
    },
    "settings": {"success": {"kind": "renewed"}},
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "accounts.csv").write_text(ACCOUNTS, encoding="utf-8")
    (tmp_path / "clicks.csv").write_text(CLICKS, encoding="utf-8")
    return tmp_path


def run(store: Store, folder: Path, mapping: dict[str, Any] | None = None) -> ImportReport:
    return import_files(store, SYSTEM, NOW, parse(mapping or MAPPING), folder)


def told(report: ImportReport, name: str) -> TableReport:
    return next(table for table in report.tables if table.fact == name)


def counts(report: ImportReport, name: str) -> tuple[int, int, int, int]:
    table = told(report, name)
    return table.read, table.accepted, table.unchanged, table.rejected


def events(store: Store) -> int:
    return int(store.usage().months()["rows"].sum())


def test_files_land_and_the_same_again_changes_nothing(store: Store, folder: Path) -> None:
    first = run(store, folder)
    assert counts(first, "accounts") == (2, 2, 0, 0)
    assert counts(first, "usage_events") == (3, 3, 0, 0)
    again = run(store, folder)
    assert counts(again, "accounts") == (2, 0, 2, 0)
    assert counts(again, "usage_events") == (3, 0, 3, 0)
    assert events(store) == 3
    assert settings.current(store.database) == (1, {"success": {"kind": "renewed"}})
    spans = store.usage().event_spans(None, date(2026, 12, 31))
    assert spans.filter(event="login")["events"].to_list() == [2]


def test_a_corrected_file_updates_by_natural_key_and_keeps_what_it_does_not_name(
    store: Store, folder: Path
) -> None:
    run(store, folder)
    (folder / "regions.csv").write_text("id,where\na1,North\n")
    run(store, folder, {"accounts": {"file": "regions.csv", "account_id": "id", "region": "where"}})
    (folder / "accounts.csv").write_text(ACCOUNTS.replace("Ann GmbH", "Ann AG"))
    (folder / "clicks.csv").write_text(CLICKS.replace("save,2025-11-30,2", "save,2025-11-30,5"))
    report = run(store, folder)
    assert counts(report, "accounts") == (2, 1, 1, 0)
    assert counts(report, "usage_events") == (3, 1, 2, 0)
    row = fact(store.database, SYSTEM, "accounts").filter(account_id="a1").row(0, named=True)
    assert (row["name"], row["region"], row["signed_on"]) == ("Ann AG", "North", date(2025, 1, 31))
    assert store.usage().event_spans(None, date(2026, 12, 31))["quantity"].sum() == 7.0


def test_overlapping_exports_count_each_event_once(store: Store, folder: Path) -> None:
    (folder / "clicks2.csv").write_text(CLICKS + "a1,login,2026-02-02,1\n")
    report = run(store, folder)
    assert counts(report, "usage_events") == (7, 4, 3, 0)
    assert events(store) == 4


BAD_ROWS = {
    "a date that is none": ("accounts.csv", ACCOUNTS + "a3,Cy,2025-13-45,\n", "accounts", "started"),
    "an end before the beginning": (
        "subs.csv",
        "id,p,from,to,m\na1,x,2025-01-01,2024-01-01,5\na1,y,2025-01-01,,5\n",
        "subscriptions",
        "before",
    ),
    "a negative MRR": (
        "subs.csv",
        "id,p,from,to,m\na1,x,2025-01-01,,-5\na1,y,2025-01-01,,5\n",
        "subscriptions",
        "negative",
    ),
    "an account nobody knows": ("clicks.csv", CLICKS + "zz,login,2026-02-02,1\n", "usage_events", "zz"),
    "an empty key": ("accounts.csv", ACCOUNTS + ",Cy,2025-01-01,\n", "accounts", "empty"),
    "two rows of one key": (
        "accounts.csv",
        ACCOUNTS.replace("a2,", "a1,", 1),
        "accounts",
        "again",
    ),
    "too many fields": ("accounts.csv", ACCOUNTS + "a3,Cy,2025-01-01,,x,y\n", "accounts", "fields"),
}


@pytest.mark.parametrize("case", BAD_ROWS)
def test_a_bad_row_is_told_and_the_good_ones_land(store: Store, folder: Path, case: str) -> None:
    name, text, table, word = BAD_ROWS[case]
    (folder / name).write_text(text)
    mapping = {**MAPPING}
    if table == "subscriptions":
        columns = {"account_id": "id", "product": "p", "starts_on": "from", "ends_on": "to", "mrr": "m"}
        mapping["subscriptions"] = {"file": "subs.csv", **columns}
    report = run(store, folder, mapping)
    read, accepted, unchanged, rejected = counts(report, table)
    assert rejected == 1
    assert accepted + unchanged + rejected == read
    assert accepted >= 1
    refused = imports.rejects(store.database, SYSTEM, told(report, table).import_id).row(0, named=True)
    line = text.splitlines()[refused["line"] - 1]
    said = f"{refused['column']} {refused['value']} {refused['reason']}"
    assert word in said
    assert refused["file"] == name
    assert refused["value"] is None or str(refused["value"]) in line


BAD_FILES: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "empty"),
    "binary": (bytes(range(256)) * 64, "accounts.csv"),
    "a column missing": (b"id,who,begun,left\na1,Ann,2025-01-31,\n", "started"),
    "another delimiter inside": (b"id who started left\na1 Ann 2025-01-31 x\n", "id who started left"),
    "dates of unclear order": (b"id,who,started,left\na1,Ann,01/02/2025,\n", "format"),
}


@pytest.mark.parametrize("case", BAD_FILES)
def test_a_bad_file_is_named_before_a_row_is_read(store: Store, folder: Path, case: str) -> None:
    body, word = BAD_FILES[case]
    (folder / "accounts.csv").write_bytes(body)
    with pytest.raises((InputError, MappingError)) as error:
        run(store, folder)
    assert word in str(error.value)
    assert len(str(error.value).splitlines()) == 1
    assert fact(store.database, SYSTEM, "accounts").is_empty()
    assert events(store) == 0


def test_another_delimiter_is_detected(store: Store, folder: Path) -> None:
    (folder / "accounts.csv").write_text(ACCOUNTS.replace(",", ";"))
    report = run(store, folder)
    assert counts(report, "accounts") == (2, 2, 0, 0)
    assert any("semicolon" in note for note in told(report, "accounts").notes)


def test_a_line_of_200_megabytes_is_refused_and_the_rest_lands(store: Store, folder: Path) -> None:
    with (folder / "accounts.csv").open("wb") as file:
        file.write(ACCOUNTS.encode())
        for _ in range(200):
            file.write(b"x" * 1_000_000)
        file.write(b"\na3,Cy,2025-03-31,\n")
    report = run(store, folder)
    assert counts(report, "accounts") == (4, 3, 0, 1)
    refused = imports.rejects(store.database, SYSTEM, told(report, "accounts").import_id)
    assert refused["line"].to_list() == [4]


def test_formula_cells_are_kept_as_text(store: Store, folder: Path) -> None:
    (folder / "accounts.csv").write_text(ACCOUNTS + "a3,=cmd()|'x'!A1,2025-03-31,\n")
    run(store, folder)
    assert "=cmd()|'x'!A1" in fact(store.database, SYSTEM, "accounts")["name"].to_list()


def test_packed_files_and_other_kinds_read_alike(store: Store, folder: Path) -> None:
    run(store, folder)
    frame = pl.read_csv(folder / "clicks.csv", infer_schema=False)
    (folder / "clicks.csv").unlink()
    for name in ("clicks.csv.gz", "clicks.parquet", "clicks.jsonl", "clicks.xlsx"):
        if name.endswith("gz"):
            (folder / name).write_bytes(gzip.compress(CLICKS.encode()))
        elif name.endswith("parquet"):
            frame.write_parquet(folder / name)
        elif name.endswith("jsonl"):
            frame.write_ndjson(folder / name)
        else:
            frame.write_excel(folder / name)
        assert counts(run(store, folder), "usage_events") == (3, 0, 3, 0), name
        (folder / name).unlink()


def test_a_query_of_a_database_is_imported(store: Store, folder: Path) -> None:
    import sqlite3

    with sqlite3.connect(folder / "shop.sqlite") as connection:
        connection.execute("CREATE TABLE shops (id TEXT, who TEXT)")
        connection.execute("INSERT INTO shops VALUES ('q1', 'Query Ltd')")
    connection.close()
    source = {"url": f"sqlite:///{folder / 'shop.sqlite'}", "query": "SELECT id, who FROM shops"}
    report = run(store, folder, {"accounts": {**source, "account_id": "id", "name": "who"}})
    assert counts(report, "accounts") == (1, 1, 0, 0)
    assert fact(store.database, SYSTEM, "accounts")["name"].to_list() == ["Query Ltd"]


def test_two_imports_take_turns(store: Store, folder: Path) -> None:
    with exclusive(store, "import"), pytest.raises(Busy, match="Another import"):
        run(store, folder)
    assert counts(run(store, folder), "accounts")[1] == 2


def test_an_auditor_imports_nothing(store: Store, folder: Path) -> None:
    with pytest.raises(NotAllowed):
        import_files(store, Viewer("a", "A", "auditor"), NOW, parse(MAPPING), folder)
    assert imports.listing(store.database).is_empty()


KILLED = """
import sys
from datetime import datetime
from pathlib import Path
from actions.import_files import import_files
from data_access.config import Configuration
from data_access.store import open_store
from data_access.viewer import SYSTEM
from models.mapping import parse
import tomllib
home, folder, url = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
store = open_store(Configuration(home=home, database_url=url, usage_url=url))
print("ready", flush=True)
sys.stdin.readline()
mapping = parse(tomllib.loads((folder / "mapping.toml").read_text()))
import_files(store, SYSTEM, datetime(2026, 3, 2), mapping, folder)
print("done", flush=True)
"""


def test_a_killed_import_leaves_what_was_there(store: Store, folder: Path) -> None:
    run(store, folder)
    many = [f"a1,login,2026-01-{1 + n % 28:02d} 10:00:{n % 60:02d}.{n:06d},1" for n in range(150_000)]
    (folder / "clicks3.csv").write_text("\n".join(["id,what,at,n", *many]) + "\n")
    (folder / "mapping.toml").write_text(
        '[usage_events]\nfile = "clicks3.csv"\naccount_id = "id"\nevent = "what"\n'
        'occurred_at = "at"\nquantity = "n"\n'
    )
    script = folder / "killed.py"
    script.write_text(KILLED)
    config = store.configuration
    root = Path(__file__).parent.parent.parent
    for delay in (0.05, 0.3, 0.6):
        arguments = [sys.executable, str(script), str(config.home), str(folder), config.database_url]
        child = subprocess.Popen(
            arguments,
            cwd=root,
            env={**os.environ, "PYTHONPATH": str(root)},
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert child.stdin is not None
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
        child.stdin.write("go\n")
        child.stdin.flush()
        time.sleep(delay)
        child.send_signal(signal.SIGKILL)
        finished = "done" in child.communicate()[0]
        assert events(store) == (150_003 if finished else 3)
    report = run(store, folder, {"usage_events": {**MAPPING["usage_events"], "file": "clicks3.csv"}})
    assert sum(counts(report, "usage_events")[1:3]) == 150_000
    assert events(store) == 150_003
