"""Delimited text reads back what was written, numbers its lines truly, and refuses by the line."""

from __future__ import annotations

import csv
import gzip
import io
import tracemalloc
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

import data_access.files.csv as reader
from data_access.files import InputError, streams
from data_access.files.csv import DelimitedFile
from tests.data_access.files.reading import cells, table, write

QUICK = settings(
    max_examples=80,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
WESTERN = st.text(st.sampled_from("ab 01é€ß=+-@\t,;|\"'\n#"), max_size=8)
ANY = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r\ufeff"), max_size=8)


def tables(text: st.SearchStrategy[str]) -> st.SearchStrategy[list[list[str]]]:
    widths = st.integers(2, 4)
    return widths.flatmap(
        lambda width: st.lists(
            st.lists(text, min_size=width, max_size=width).filter(any),
            min_size=1,
            max_size=12,
        )
    )


def written(rows: list[list[str]], delimiter: str, end: str, *, quoted: bool) -> str:
    out = io.StringIO()
    names = [f"column {at}" for at in range(len(rows[0]))]
    csv.writer(
        out, delimiter=delimiter, lineterminator=end, quoting=csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL
    ).writerows([names, *rows])
    return out.getvalue()


def same(frame: pl.DataFrame, rows: list[list[str]]) -> bool:
    return [[cell or "" for cell in row] for row in frame.rows()] == rows


@QUICK
@given(
    rows=tables(ANY),
    delimiter=st.sampled_from(",;\t|"),
    end=st.sampled_from(["\n", "\r\n"]),
    quoted=st.booleans(),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    packed=st.booleans(),
)
def test_what_was_written_is_read_back(
    tmp_path: Path,
    rows: list[list[str]],
    delimiter: str,
    end: str,
    quoted: bool,
    encoding: str,
    packed: bool,
) -> None:
    data = written(rows, delimiter, end, quoted=quoted).encode(encoding)
    path = write(tmp_path, gzip.compress(data, mtime=0) if packed else data)
    frame, _, rejects = cells(DelimitedFile(path))
    assert rejects.is_empty()
    assert same(frame, rows)


def _could_be_utf8(line: bytes) -> bool:
    """Whether a Windows-1252 line also reads as UTF-8 ("ß€" does): nobody could tell which is meant."""
    try:
        return not line.decode("utf-8").isascii()
    except UnicodeDecodeError:
        return False


@QUICK
@given(rows=tables(WESTERN), delimiter=st.sampled_from(",;"), block=st.integers(1, 60))
def test_blocks_may_end_anywhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: list[list[str]], delimiter: str, block: int
) -> None:
    monkeypatch.setattr(reader, "BLOCK", block)
    text = written(rows, delimiter, "\n", quoted=True)
    assume(sum(not letter.isascii() for letter in text) <= 20)
    assume(not any(_could_be_utf8(line) for line in text.encode("cp1252").split(b"\n")))
    frame, lines, rejects = cells(DelimitedFile(write(tmp_path, text.encode("cp1252"))))
    assert rejects.is_empty()
    assert same(frame, rows)
    at = 2
    for number, row in zip(lines.to_list(), rows, strict=True):
        assert number == at
        at += 1 + sum(cell.count("\n") for cell in row)


def test_lines_are_decoded_one_by_one(tmp_path: Path) -> None:
    path = write(tmp_path, "id,word\n1,été\n".encode() + "2,été\n3,plain\n".encode("cp1252"))
    opened = DelimitedFile(path)
    frame, _, _ = cells(opened)
    assert frame["word"].to_list() == ["été", "été", "plain"]
    assert opened.notes == ["a.csv: 1 of 4 lines are not UTF-8: read as Windows-1252; split at comma"]


def test_bytes_that_windows_1252_leaves_out_do_not_stop_it(tmp_path: Path) -> None:
    frame, _, _ = cells(DelimitedFile(write(tmp_path, b"id,word\n1,\x90t\xe9\n")))
    assert frame["word"].to_list() == ["\x90té"]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_any_line_end(tmp_path: Path, end: str) -> None:
    frame, lines, _ = cells(DelimitedFile(write(tmp_path, end.join(["a,b", "1,2", "3,4", ""]))))
    assert frame.rows() == [("1", "2"), ("3", "4")]
    assert lines.to_list() == [2, 3]


def test_ragged_lines_are_rejected_by_their_number(tmp_path: Path) -> None:
    text = 'a,b,c\n1,"two\nlines",3\n4,5\n\n6,7,8,9\n10,11,12\n'
    frame, lines, rejects = cells(DelimitedFile(write(tmp_path, text)))
    assert frame["a"].to_list() == ["1", "10"]
    assert lines.to_list() == [2, 7]
    assert rejects["line"].to_list() == [4, 6]
    assert rejects["reason"].to_list() == [
        "the line has 2 fields where the header has 3",
        "the line has 4 fields where the header has 3",
    ]
    assert rejects["row"].to_list() == ["4,5", "6,7,8,9"]


def test_an_unclosed_quote_costs_its_own_line_only(tmp_path: Path) -> None:
    text = 'a,b\n1,"open\n2,x\n3,"fine, too"\n4,"say "hi" there"\n5,6" wide\n'
    frame, lines, rejects = cells(DelimitedFile(write(tmp_path, text)))
    assert frame.rows() == [("2", "x"), ("3", "fine, too"), ("5", '6" wide')]
    assert lines.to_list() == [3, 4, 6]
    assert rejects["line"].to_list() == [2, 5]
    assert rejects["reason"].to_list() == [
        "a quotation mark opens here and is never closed",
        "a quotation mark stands inside a quoted field; write it twice",
    ]


def test_nul_characters_reject_their_line(tmp_path: Path) -> None:
    rows = "".join(f"{at},{'x' * 40}\n" for at in range(10)).encode()
    frame, _, rejects = cells(DelimitedFile(write(tmp_path, b"a,b\n" + rows + b"10,\0\0\n11,y\n")))
    assert frame.height == 11
    assert rejects.select("line", "reason").rows() == [
        (12, "the line holds NUL characters: the file is damaged here")
    ]


def test_a_damaged_line_does_not_make_a_file_foreign(tmp_path: Path) -> None:
    good = "名前は長いです、とても長い名前です,x\n".encode()
    opened = DelimitedFile(write(tmp_path, b"a,b\n" + good + b"\xff" + good[1:] + good))
    assert cells(opened)[0].height == 3
    assert opened.notes[0].startswith("a.csv: 1 of 4 lines are not UTF-8")


def test_a_line_of_many_megabytes_is_refused_in_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "long.csv.gz"
    piece = b"x" * (1 << 20)
    with gzip.open(path, "wb", compresslevel=1) as stream:
        stream.write(b"a,b\n1,2\n3,")
        for _ in range(200):
            stream.write(piece)
        stream.write(b"\n4,5\n")
    tracemalloc.start()
    frame, lines, rejects = cells(DelimitedFile(path))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert frame.rows() == [("1", "2"), ("4", "5")]
    assert lines.to_list() == [2, 4]
    assert rejects.select("line", "reason").rows() == [
        (3, "the line is longer than 1 MiB, which no line of a table is")
    ]
    assert peak < 120 << 20


def test_a_long_line_within_a_block_is_refused_too(tmp_path: Path) -> None:
    text = "a,b\n1," + "x" * (streams.LINE_LIMIT + 1) + "\n2,y\n"
    frame, lines, rejects = cells(DelimitedFile(write(tmp_path, text)))
    assert (frame.rows(), lines.to_list(), rejects["line"].to_list()) == ([("2", "y")], [3], [2])


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "a.csv is empty."),
        (b" \n\n", "a.csv is empty."),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0", "a.csv is a binary file"),
        (b"PAR1\x15\x04", "looks like a Parquet file: name it .parquet"),
        (b"PK\x03\x04\x14", "looks like a zip archive or a workbook"),
        (b"x" * (1 << 20), "its first line is longer than 1 MiB"),
        ("имя,город\n".encode("cp1251") + "Анна,Москва\n".encode("cp1251") * 20, "encoding ="),
        (b'"a,b\n1,2\n', "its header cannot be read"),
        (gzip.compress(b"a,b\n" + bytes(range(32, 127)) * 99, mtime=0)[:60], "damaged gzip file"),
    ],
)
def test_what_is_no_table_gets_one_sentence(tmp_path: Path, data: bytes, sentence: str) -> None:
    with pytest.raises(InputError, match=r"^a\.csv") as caught:
        DelimitedFile(write(tmp_path, data))
    assert sentence in str(caught.value)


def test_a_gzip_that_breaks_off_is_told(tmp_path: Path) -> None:
    rows = "".join(f"{at},{at * 7919 % 10007}\n" for at in range(900_000))
    path = write(tmp_path, gzip.compress(("a,b\n" + rows).encode(), 1)[:-2000], "a.csv.gz")
    with pytest.raises(InputError, match="damaged gzip"):
        cells(DelimitedFile(path))


def test_header_only_has_no_rows(tmp_path: Path) -> None:
    assert cells_of_header(tmp_path, "a,b\n") == 0
    assert cells_of_header(tmp_path, "a,b") == 0


def cells_of_header(folder: Path, text: str) -> int:
    opened = DelimitedFile(write(folder, text))
    return sum(batch.rows.height for batch in opened.batches(opened.columns))


def test_excel_s_own_first_line_names_the_delimiter(tmp_path: Path) -> None:
    frame, lines, _ = cells(DelimitedFile(write(tmp_path, "sep=;\na;b\n1;2\n")))
    assert (frame.rows(), lines.to_list()) == ([("1", "2")], [3])


def test_the_delimiter_is_the_one_that_finds_the_mapped_columns(tmp_path: Path) -> None:
    text = "account, id;name\n1;Smith, Jones\n2;Doe, Roe\n"
    mapped = table("accounts", file="a.csv", account_id="account, id")
    assert DelimitedFile(write(tmp_path, text), mapped).columns == ["account, id", "name"]


def test_cells_that_a_spreadsheet_would_run_stay_as_they_are(tmp_path: Path) -> None:
    formulas = ["=1+1", "+1", "-1", "@x", "\t=1"]
    text = "a,b\n" + "".join(f'1,"{formula}"\n' for formula in formulas)
    frame, _, _ = cells(DelimitedFile(write(tmp_path, text)))
    assert frame["b"].to_list() == formulas
