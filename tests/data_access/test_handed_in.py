"""Files that were handed in: those that tell of a person are found, whatever their kind; others stay."""

from __future__ import annotations

import gzip
import io
import zipfile
from pathlib import Path

import openpyxl
import polars as pl
import pytest

from actions.formats import table_bytes
from data_access.config import Configuration
from data_access.personal import handed_in
from data_access.store import open_store
from models.personal import Traces

ZOE = Traces(
    ("7",),
    ("zoe@acme.example",),
    ("Zoë Özgür",),
    ("+4915112345678",),
    accounts=("A1",),
    quotes=("The map is far too slow",),
)
TABLE = pl.DataFrame({"key": ["1", "2"], "said": ["Fine", "zoe@acme.example"]})
OTHERS = "key;name\n1;Ida Berg\n17;Zoë Berg\n"


@pytest.fixture
def home(tmp_path: Path, migrated: Path) -> Path:
    home = tmp_path / "home"
    (home / "uploads" / "2026-03-01-000000-abc").mkdir(parents=True)
    (home / "rounds.sqlite").write_bytes(migrated.read_bytes())
    return home


def kept(home: Path, name: str, body: bytes) -> Path:
    path = home / "uploads" / "2026-03-01-000000-abc" / name
    path.write_bytes(body)
    return path


def found(home: Path) -> list[str]:
    store = open_store(Configuration(home=home))
    try:
        return [str(one).rpartition("/")[2] for one in handed_in.about(store, ZOE)]
    finally:
        store.close()


def two_sheets() -> bytes:
    body = io.BytesIO()
    pl.DataFrame({"key": ["1"]}).write_excel(body, worksheet="first")
    book = openpyxl.load_workbook(io.BytesIO(body.getvalue()))
    book.create_sheet("second").append(["late", "Zoë Özgür"])
    again = io.BytesIO()
    book.save(again)
    return again.getvalue()


def packed() -> bytes:
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as archive:
        archive.writestr("a.csv", OTHERS)
    return body.getvalue()


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("key.csv", b"key;name\n1;Ida\n7;\n"),
        ("mail.csv", b"a,b\nx,ZOE@acme.example\n"),
        ("name.csv", "first,last\nZoë,Özgür\n".encode()),
        ("turned.csv", "name\nÖzgür  Zoë\n".encode()),
        ("phone.jsonl", b'{"phone": "0151 1234-5678"}\n'),
        ("words.csv", b"said\nthe map is far too slow\n"),
        ("near.csv", "account,said\nA1,Ask Zoë\n".encode()),
        ("wide.csv", "name\nZoë Özgür\n".encode("utf-16")),
        ("western.csv", "name\nZoë Özgür\n".encode("cp1252")),
        ("packed.csv.gz", gzip.compress("name\nZoë Özgür\n".encode(), mtime=0)),
        ("table.parquet", table_bytes(TABLE, "parquet")),
        ("sheet.xlsx", two_sheets()),
        ("Zoë_Özgür.csv", b"a\n1\n"),
    ],
    ids=lambda value: value if isinstance(value, str) else "file",
)
def test_a_file_that_tells_of_the_person_is_found(home: Path, name: str, body: bytes) -> None:
    kept(home, name, body)
    kept(home, "others.csv", OTHERS.encode())
    kept(home, "others.parquet", table_bytes(TABLE.head(1), "parquet"))
    kept(home, "empty.csv", b"")
    assert found(home) == [name]


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("a.zip", packed()),
        ("bad.parquet", b"PAR1 and no more"),
        ("bad.xlsx", b"no workbook"),
        ("bad.csv.gz", gzip.compress(OTHERS.encode() * 99, mtime=0)[:-20]),
        ("scan.pdf", b"%PDF-1.4\n"),
        ("endless.csv", b"x" * (18 << 20)),
    ],
    ids=lambda value: value if isinstance(value, str) else "file",
)
def test_what_can_not_be_searched_is_named_as_that(home: Path, name: str, body: bytes) -> None:
    kept(home, name, body)
    assert found(home) == [f"{name} (can't be searched)"]


def test_only_those_files_are_deleted_and_folders_that_are_empty_then(home: Path) -> None:
    kept(home, "theirs.csv", b"zoe@acme.example\n")
    other = kept(home, "others.csv", OTHERS.encode())
    alone = home / "uploads" / "2026-03-02-000000-def"
    alone.mkdir()
    (alone / "theirs.csv").write_text("zoe@acme.example\n")
    store = open_store(Configuration(home=home))
    handed_in.drop(handed_in.about(store, ZOE))
    assert handed_in.about(store, ZOE) == []
    store.close()
    assert [path for path in (home / "uploads").rglob("*") if path.is_file()] == [other]
    assert not alone.exists()
