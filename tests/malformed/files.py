"""Tables as files that are damaged, mislabelled, packed too well or written in another century's encoding."""

from __future__ import annotations

import csv
import gzip
import io
import json
import random
import zipfile
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq

from tests.malformed.cells import ODD, Sheet

Write = Callable[[random.Random, Sheet, Path], str]
"""Writes a table into a folder; gives the file's name."""

ENCODINGS = (
    "utf-8",
    "utf-8-sig",
    "utf-16",
    "utf-16-le",
    "cp1252",
    "latin-1",
    "shift_jis",
    "cp1251",
    "utf-32",
    "cp500",
)


def text_file(lot: random.Random, table: Sheet, folder: Path) -> str:
    """Delimited text in any dialect."""
    out = io.StringIO()
    dialect = lot.choice(("excel", "unix"))
    ends = lot.choice(("\n", "\r\n", "\r"))
    delimiter = lot.choice(",;\t|")
    writer = csv.writer(out, dialect, delimiter=delimiter, lineterminator=ends)
    writer.writerow(table.headers)
    writer.writerows(table.rows)
    data = out.getvalue().encode(lot.choice(ENCODINGS), "replace")
    name = lot.choice(("t.csv", "t.txt", "t.tsv", "t", "t.CSV"))
    return _put(folder, name, _hurt(lot, data))


def ragged(lot: random.Random, table: Sheet, folder: Path) -> str:
    """Lines of any number of fields, quotes left open, blank lines, NULs and very long lines."""
    lines = [",".join(table.headers)]
    for row in table.rows:
        cells = [str(cell).replace("\n", " ") for cell in row]
        match lot.randrange(8):
            case 0:
                cells = cells[: lot.randrange(len(cells))]
            case 1:
                cells += ["more"] * lot.randrange(1, 60)
            case 2:
                cells[0] = '"' + cells[0]
            case 3:
                cells = [""]
            case 4:
                cells[-1] = cells[-1] + "\0"
            case 5:
                cells[0] = "x" * lot.choice((10, 100_000, 1_200_000))
        lines.append(",".join(cells))
    return _put(folder, "t.csv", _hurt(lot, "\n".join(lines).encode("utf-8", "replace")))


def json_lines(lot: random.Random, table: Sheet, folder: Path) -> str:
    """Objects, and what is none: deep, huge, repeated, not JSON, halves of characters."""
    lines = [json.dumps(dict(zip(table.headers, row, strict=True))) for row in table.rows]
    deep = lot.choice((3, 2_000, 100_000))
    odd = ["[1,2]", "null", "1", '"x"', "{", '{"account_id": NaN}', '{"account_id": 1e999}', "", "{}"]
    odd += ['{"account_id":' + "[" * deep + "]" * deep + "}", '{"account_id": {"a": [1, {"b": null}]}}']
    odd += [
        '{"account_id": "\\ud800", "event": "\\udfff"}',
        '{"account_id":' + "9" * 5000 + "}",
        '{"account_id": true}',
    ]
    odd += ['{"account_id": "A1", "account_id": "A2"}', "\ufeff{}", json.dumps({"x" * 1000: 1})]
    for _ in range(lot.randrange(6)):
        lines.insert(lot.randrange(len(lines) + 1), lot.choice(odd))
    data = "\n".join(lines)
    if lot.random() < 0.2:
        data = "[" + ",".join(lines) + "]"
    name = lot.choice(("t.jsonl", "t.ndjson", "t.json"))
    return _put(folder, name, _hurt(lot, data.encode("utf-8", "replace")))


def parquet(lot: random.Random, table: Sheet, folder: Path) -> str:
    """Typed columns of types nobody expects, and damaged pages."""
    height = max(1, len(table.rows))
    kinds: list[Callable[[], pa.Array]] = [
        lambda: pa.array([lot.choice(ODD) for _ in range(height)]),
        lambda: pa.array([lot.randrange(2**63) for _ in range(height)], pa.uint64()),
        lambda: pa.array([lot.choice((float("nan"), float("inf"), 1e300, None)) for _ in range(height)]),
        lambda: pa.array([Decimal("12345678901234567890.5")] * height),
        lambda: pa.array([[1, 2]] * height),
        lambda: pa.array([{"a": 1}] * height),
        lambda: pa.array([b"\xff\x00"] * height),
        lambda: pa.array(["x"] * height).dictionary_encode(),
        lambda: pa.array([datetime(9999, 12, 31)] * height, pa.timestamp("us", "Europe/Berlin")),
        lambda: pa.array([timedelta(days=1)] * height),
        lambda: pa.array([date(1, 1, 1)] * height),
        lambda: pa.nulls(height),
        lambda: pa.array([True, False] * height)[:height],
        lambda: pa.array([2**62] * height, pa.timestamp("ns")),
        lambda: pa.array([5] * height, pa.time64("us")),
    ]
    sound = [pa.array([str(row[at]) for row in table.rows] or [""]) for at in range(len(table.headers))]
    arrays = [lot.choice(kinds)() if lot.random() < 0.3 else one for one in sound]
    path = folder / lot.choice(("t.parquet", "t.pq"))
    pq.write_table(
        pa.table(arrays, names=table.headers), path, compression=lot.choice(("none", "snappy", "zstd"))
    )
    path.write_bytes(_hurt(lot, path.read_bytes()))
    return path.name


def workbook(lot: random.Random, table: Sheet, folder: Path) -> str:
    """A workbook with cells of mixed kinds, empty rows, several sheets, and damage."""
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    for _ in range(lot.randrange(3)):
        page.append([])
    page.append(
        [
            lot.choice((name, name, name, None, 7)) if lot.random() < 0.1 else _cell(name)
            for name in table.headers
        ]
    )
    extra: list[Any] = [1, 2.5, True, datetime(2026, 1, 1), date(1900, 1, 1), "#DIV/0!", "=1/0", None, -1e300]
    for row in table.rows:
        page.append([lot.choice(extra) if lot.random() < 0.1 else _cell(cell) for cell in row])
    if lot.random() < 0.2:
        book.create_sheet("other")
    path = folder / "t.xlsx"
    book.save(path)
    path.write_bytes(_hurt(lot, path.read_bytes()))
    return path.name


def mislabelled(lot: random.Random, table: Sheet, folder: Path) -> str:
    """A file that is not what its name says, or nothing at all."""
    name = lot.choice(("t.csv", "t.xlsx", "t.parquet", "t.jsonl", "t.csv.gz", "t.ods", "t.xls"))
    whole = [b"", b"\n\n\n", b"\0" * 500, b"PK\x03\x04", b"PAR1" * 10, b"%PDF-1.7", b"SQLite format 3\0" * 9]
    cut = [
        b"\x1f\x8b\x08",
        b"\xff\xfe",
        b"\xef\xbb\xbf",
        gzip.compress(b"", mtime=0)[:9],
        b",,,,\n,,,,\n",
        b"id\n" * 3,
    ]
    data = lot.choice([*whole, *cut, lot.randbytes(3000)])
    return _put(folder, name, data)


def packed(lot: random.Random, table: Sheet, folder: Path) -> str:
    """Gzip: whole, cut, doubled, or a few bytes that unpack to many."""
    text = "\n".join([",".join(table.headers), *(",".join(map(str, row)) for row in table.rows)]).encode(
        "utf-8", "replace"
    )
    match lot.randrange(5):
        case 0:
            data = gzip.compress(text)
        case 1:
            data = gzip.compress(text)[: lot.randrange(5, 60)]
        case 2:
            data = gzip.compress(text) + gzip.compress(text)
        case 3:
            data = gzip.compress(text + b"\n" + b"x" * 50_000_000)
        case _:
            data = gzip.compress(text) + b"trailing rubbish"
    return _put(folder, "t.csv.gz", data)


def bomb(lot: random.Random, table: Sheet, folder: Path) -> str:
    """A workbook of a few hundred kilobytes whose sheet unpacks to very much more."""
    path = folder / "t.xlsx"
    book = openpyxl.Workbook()
    book.save(path)
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    cell = lot.choice((b" " * 1000, b'<row r="1"><c t="inlineStr"><is><t>x</t></is></c></row>', b"<row/>"))
    size = lot.choice((30_000_000, 400_000_000))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, data in members.items():
            if name.endswith("sheet1.xml"):
                with archive.open(name, "w", force_zip64=True) as out:
                    out.write(data.split(b"<sheetData")[0] + b"<sheetData>")
                    block = cell * (1_000_000 // len(cell))
                    for _ in range(size // len(block)):
                        out.write(block)
                    out.write(b"</sheetData></worksheet>")
            else:
                archive.writestr(name, data)
    return path.name


WRITERS: dict[str, tuple[Write, int]] = {
    "text": (text_file, 30),
    "ragged": (ragged, 20),
    "json": (json_lines, 15),
    "parquet": (parquet, 12),
    "workbook": (workbook, 12),
    "mislabelled": (mislabelled, 6),
    "packed": (packed, 4),
    "bomb": (bomb, 1),
}
"""Every kind of file and how often it is drawn, of 100."""


def _hurt(lot: random.Random, data: bytes) -> bytes:
    """The bytes as they are, mostly; else cut short, with bytes turned, or with a piece repeated."""
    match lot.randrange(12):
        case 0:
            return data[: lot.randrange(len(data) + 1)]
        case 1:
            turned = bytearray(data)
            for _ in range(lot.randrange(1, 8)):
                if turned:
                    turned[lot.randrange(len(turned))] = lot.randrange(256)
            return bytes(turned)
        case 2:
            at = lot.randrange(len(data) + 1)
            return data[:at] + data[max(0, at - 50) :]
    return data


def _cell(value: object) -> str:
    return str(openpyxl.cell.cell.ILLEGAL_CHARACTERS_RE.sub("?", str(value)))[:32_000]


def _put(folder: Path, name: str, data: bytes) -> str:
    (folder / name).write_bytes(data)
    return name
