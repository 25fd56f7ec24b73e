"""Both ways of splitting records agree with the standard library on well-formed text, and with each other."""

from __future__ import annotations

import csv
import io

from hypothesis import given, settings
from hypothesis import strategies as st

from data_access.files import loose
from data_access.files.structure import analyse

CELL = st.text(st.sampled_from('ab,"\n;'), max_size=6)
ROWS = st.lists(st.lists(CELL, min_size=2, max_size=4), min_size=1, max_size=8)
ROUGH = st.text(st.sampled_from('a,"\n'), max_size=40).map(lambda text: text + "\n")


def text_of(rows: list[list[str]]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


@given(ROWS)
def test_records_and_fields_are_those_of_the_standard_library(rows: list[list[str]]) -> None:
    text = text_of(rows)
    records = analyse(text.encode(), ",")
    assert records is not None
    assert records.fields.tolist() == [len(row) for row in rows]
    assert records.end == len(text)
    at, lines = 0, []
    for row in rows:
        lines.append(at)
        at += 1 + sum(cell.count("\n") for cell in row)
    assert records.lines.tolist() == lines


@given(ROWS)
def test_loose_reading_gives_the_same_cells(rows: list[list[str]]) -> None:
    lines = text_of(rows).removesuffix("\n").split("\n")
    found, used = loose.records(lines, ",", final=True)
    assert [record.fields for record in found] == rows
    assert used == len(lines)


@settings(max_examples=300)
@given(ROUGH)
def test_where_quotes_are_well_formed_both_ways_agree(text: str) -> None:
    records = analyse(text.encode(), ",")
    if records is None or records.end < len(text):
        return
    found, _ = loose.records(text.removesuffix("\n").split("\n"), ",", final=True)
    filled = [(record.line, len(record.fields or [])) for record in found if record.text]
    assert filled == [
        (line, fields)
        for line, fields in zip(records.lines.tolist(), records.fields.tolist(), strict=True)
        if fields
    ]


@given(ROUGH)
def test_no_text_stops_loose_reading(text: str) -> None:
    lines = text.split("\n")
    found, used = loose.records(lines, ",", final=True)
    assert used == len(lines)
    assert all(record.fields is not None or record.reason for record in found)
