"""Every kind of source gives the same facts, and says in one sentence what is wrong with it."""

from __future__ import annotations

import json
import sqlite3
from datetime import UTC, date, datetime
from pathlib import Path

import openpyxl
import polars as pl
import pytest

from data_access.files import InputError, open_table, sample
from models.mapping import MappingError, TableMapping
from models.normalise import plan
from tests.data_access.files.reading import Run, table, write

ROWS = [
    ("a-1", date(2024, 1, 31), 12.5, True),
    ("007", date(2024, 2, 1), None, False),
    ("ü", None, 3.0, None),
]


def mapped(file: str, **more: object) -> TableMapping:
    return table(
        "accounts",
        **{"file": file, "account_id": "id", "signed_on": "day", "acquisition_cost": "cost", **more},
    )


def as_parquet(path: Path) -> None:
    pl.DataFrame(ROWS, schema=["id", "day", "cost", "flag"], orient="row").write_parquet(path)


def as_workbook(path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in [["id", "day", "cost", "flag"], *map(list, ROWS)]:
        sheet.append(row)
    book.create_sheet("other").append(["x"])
    book.save(path)


def as_json(path: Path) -> None:
    names = ("id", "day", "cost", "flag")
    lines = (json.dumps(dict(zip(names, row, strict=True)), default=str) for row in ROWS)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def as_csv(path: Path) -> None:
    pl.DataFrame(ROWS, schema=["id", "day", "cost", "flag"], orient="row").write_csv(path, separator=";")


WRITERS = {"a.parquet": as_parquet, "a.xlsx": as_workbook, "a.jsonl": as_json, "a.csv": as_csv}


@pytest.mark.parametrize("name", WRITERS)
def test_every_kind_of_file_gives_the_same_facts(tmp_path: Path, name: str) -> None:
    WRITERS[name](tmp_path / name)
    run = Run(mapped(name), tmp_path)
    assert run.good["account_id"].to_list() == [row[0] for row in ROWS]
    assert run.good["signed_on"].to_list() == [row[1] for row in ROWS]
    assert run.good["acquisition_cost"].to_list() == [row[2] for row in ROWS]
    assert run.good["file"].unique().to_list() == [name]
    first = 1 if name in ("a.parquet", "a.jsonl") else 2
    assert run.good["line"].to_list() == [first, first + 1, first + 2]


@pytest.mark.parametrize("name", WRITERS)
def test_a_missing_column_is_named_with_those_there_are(tmp_path: Path, name: str) -> None:
    WRITERS[name](tmp_path / name)
    with pytest.raises(
        InputError, match=r"no column 'dai'\. Did you mean 'day'\? It has: id, day, cost, flag\."
    ):
        open_table(mapped(name, signed_on="dai"), tmp_path)


@pytest.mark.parametrize("name", ["a.parquet", "a.xlsx", "a.jsonl", "a.csv"])
def test_empty_and_damaged_files_get_one_sentence(tmp_path: Path, name: str) -> None:
    write(tmp_path, b"", name)
    with pytest.raises(InputError, match=rf"^{name} is "):
        open_table(mapped(name), tmp_path)
    write(tmp_path, b"\0\1\2\3" * 50, name)
    with pytest.raises(InputError, match=rf"^{name} (is|has) "):
        open_table(mapped(name), tmp_path)


def test_a_repeated_header_is_refused_when_it_is_mapped(tmp_path: Path) -> None:
    write(tmp_path, "id,day,day,cost,cost2\n1,2024-01-01,2024-01-01,1,2\n")
    with pytest.raises(InputError, match="a.csv has 2 columns named 'day'"):
        open_table(mapped("a.csv"), tmp_path)
    assert Run(table("accounts", file="a.csv", account_id="id"), tmp_path).good.height == 1


def test_one_column_only_points_at_the_delimiter(tmp_path: Path) -> None:
    write(tmp_path, "id~day~cost\n1~2024-01-01~3\n")
    with pytest.raises(InputError, match=r"is the delimiter right\? add delimiter"):
        open_table(mapped("a.csv"), tmp_path)
    assert Run(mapped("a.csv", delimiter="~"), tmp_path).good["acquisition_cost"].to_list() == [3.0]


def test_a_glob_takes_all_files_and_leaves_out_empty_ones(tmp_path: Path) -> None:
    write(tmp_path, "id,day,cost\n1,2024-01-01,1\n", "x1.csv")
    write(tmp_path, "cost,id,day\n2,2,2024-01-02\n", "x2.csv")
    write(tmp_path, "", "x3.csv")
    run = Run(mapped("x*.csv"), tmp_path)
    assert run.good.select("account_id", "acquisition_cost", "file", "line").rows() == [
        ("1", 1.0, "x1.csv", 2),
        ("2", 2.0, "x2.csv", 2),
    ]
    assert "x3.csv: empty, left out" in run.notes


def test_a_file_that_is_not_there_is_told_with_those_that_are(tmp_path: Path) -> None:
    write(tmp_path, "a\n1\n", "learners.csv")
    with pytest.raises(InputError, match=r"There is no file learner\.csv .* Did you mean learners\.csv\?"):
        open_table(mapped("learner.csv"), tmp_path)


def test_names_are_relative_to_the_base_or_absolute(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    path = write(tmp_path / "sub", "id,day,cost\n1,2024-01-01,1\n")
    assert Run(mapped("sub/a.csv"), tmp_path).read == 1
    assert Run(mapped(str(path)), Path("/")).read == 1


def test_json_lines_reject_what_is_no_object(tmp_path: Path) -> None:
    lines = [
        '{"id": 1, "day": "2024-01-01", "cost": 1.5}',
        "",
        "[1]",
        "{broken",
        '{"id": "b", "x": {"y": 1}}',
    ]
    write(tmp_path, "\n".join(lines), "a.jsonl")
    run = Run(mapped("a.jsonl"), tmp_path)
    assert run.good.select("account_id", "acquisition_cost", "line").rows() == [("1", 1.5, 1), ("b", None, 5)]
    assert run.rejects.select("line", "reason").rows() == [
        (3, "the line is JSON but not an object {…}"),
        (4, "the line is not JSON"),
    ]


def test_a_sheet_is_chosen_by_name(tmp_path: Path) -> None:
    as_workbook(tmp_path / "a.xlsx")
    with pytest.raises(InputError, match=r"no sheet 'nope'; it has Sheet, other"):
        open_table(mapped("a.xlsx", sheet="nope"), tmp_path)
    notes = open_table(mapped("a.xlsx", sheet="Sheet"), tmp_path).notes
    assert notes == ["a.xlsx: sheet 'Sheet' (of 2: Sheet, other)"]


def test_typed_columns_stay_typed(tmp_path: Path) -> None:
    at = datetime(2024, 3, 1, 23, 30, tzinfo=UTC)
    frame = pl.DataFrame({"id": [7.0], "event": ["e"], "at": [at], "n": [2]}).with_columns(
        pl.col("at").dt.convert_time_zone("America/New_York")
    )
    frame.write_parquet(tmp_path / "a.parquet")
    run = Run(
        table(
            "usage_events", file="a.parquet", account_id="id", event="event", occurred_at="at", quantity="n"
        ),
        tmp_path,
    )
    assert run.good.select("account_id", "occurred_at", "quantity").rows() == [
        ("7", datetime(2024, 3, 1, 23, 30), 2.0)
    ]
    day = Run(table("accounts", file="a.parquet", account_id="id", signed_on="at"), tmp_path)
    assert day.good["signed_on"].to_list() == [date(2024, 3, 1)]


def test_nested_columns_are_refused(tmp_path: Path) -> None:
    pl.DataFrame({"id": [[1, 2]]}).write_parquet(tmp_path / "a.parquet")
    source = open_table(table("accounts", file="a.parquet", account_id="id"), tmp_path)
    with pytest.raises(MappingError, match="holds List"):
        plan(source.table, source.batches())


@pytest.fixture
def database(tmp_path: Path) -> Path:
    with sqlite3.connect(tmp_path / "crm.db") as connection:
        connection.execute('create table "Customer" (id, day, cost)')
        rows = [("a", "2024-01-31", 12.5), ("b", None, "x"), (None, "2024-02-01", 1)]
        connection.executemany('insert into "Customer" values (?, ?, ?)', rows)
    return tmp_path


def test_a_table_or_a_query_of_a_database(database: Path) -> None:
    entry = {"url": "sqlite:///crm.db", "account_id": "id", "signed_on": "day", "acquisition_cost": "cost"}
    whole = Run(table("accounts", query="Customer", **entry), database)
    assert whole.good.select("account_id", "acquisition_cost", "line").rows() == [("a", 12.5, 1)]
    assert whole.rejects.select("line", "column", "value", "reason").rows() == [
        (2, "cost", "x", "acquisition_cost is not a number"),
        (3, "id", "", "account_id is empty"),
    ]
    part = Run(
        table("accounts", query="select * from Customer where cost > 5 and id = 'a';", **entry), database
    )
    assert part.read == 1


def test_a_query_of_postgresql_comes_typed(postgres_database: str, tmp_path: Path) -> None:
    query = (
        "select g::text as id, date '2024-01-01' + g as day, (g * 1.5)::numeric as cost "
        "from generate_series(1, 25000) g where 'a%b' like 'a%'"
    )
    columns = {"account_id": "id", "signed_on": "day", "acquisition_cost": "cost"}
    run = Run(table("accounts", url=postgres_database, query=query, **columns), tmp_path)
    assert (run.good.height, run.good["acquisition_cost"].sum()) == (25_000, 1.5 * 25_000 * 25_001 / 2)
    assert run.good["signed_on"][0] == date(2024, 1, 2)


@pytest.mark.parametrize(
    ("url", "query", "sentence"),
    [
        ("sqlite:///nope.db", "x", "There is no database file nope.db"),
        ("sqlite:///crm.db", "nope", "no such table: nope"),
        ("not a url", "x", "url is not a database address"),
        ("nodb://host/x", "x", "No driver for nodb:// is installed here"),
    ],
)
def test_a_database_that_does_not_answer(database: Path, url: str, query: str, sentence: str) -> None:
    with pytest.raises(InputError, match="^.+$") as caught:
        open_table(table("accounts", url=url, query=query, account_id="id"), database)
    assert sentence in str(caught.value)


def test_a_password_is_taken_from_the_environment_and_never_shown(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRM_FILE", "crm.db")
    source = open_table(
        table("accounts", url="sqlite:///$CRM_FILE", query="Customer", account_id="id"), database
    )
    assert source.parts[0].columns == ["id", "day", "cost"]
    with pytest.raises(InputError) as caught:
        open_table(
            table("accounts", url="postgresql://me:secret@127.0.0.1:1/x", query="t", account_id="id"),
            database,
        )
    assert "secret" not in str(caught.value)


def test_a_sample_is_cut_and_says_so(tmp_path: Path) -> None:
    path = write(tmp_path, "id,v\n" + "".join(f"{at},x\n" for at in range(50)))
    assert (sample(path).rows.height, sample(path).whole) == (50, True)
    cut = sample(path, rows=10)
    assert (cut.rows.height, cut.whole, cut.name) == (10, False, "a.csv")
