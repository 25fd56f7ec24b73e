"""Delimited text whose quotes are not well formed, record by record: slower, and finds the bad line."""

from __future__ import annotations

from dataclasses import dataclass

from data_access.files.streams import LINE_LIMIT

RECORD_LINES = 200
"""A quoted field that runs over more lines is taken for a quote that was never closed."""

UNCLOSED = "a quotation mark opens here and is never closed"
STRAY = "a quotation mark stands inside a quoted field; write it twice"


@dataclass(frozen=True)
class Loose:
    """One record: the line it begins on (from 0), its text, and its fields or what is wrong."""

    line: int
    text: str
    fields: list[str] | None
    reason: str = ""


def records(lines: list[str], delimiter: str, *, final: bool) -> tuple[list[Loose], int]:
    """Split lines into records; also says how many lines were used up.

    Unless `final`, a quoted field still open at the end is left for the next block. A quote that is
    never closed costs its own line only: reading goes on with the line below it.

    >>> found, used = records(['1,"a', '2,b'], ",", final=True)
    >>> [(record.line, record.fields) for record in found], used
    ([(0, None), (1, ['2', 'b'])], 2)
    """
    found: list[Loose] = []
    at = 0
    while at < len(lines):
        record, taken = record_at(lines, at, delimiter)
        if record is None:
            if not final and _may_go_on(lines[at:]):
                break
            record = Loose(at, lines[at], None, UNCLOSED)
        found.append(record)
        at += taken
    return found, at


def _may_go_on(lines: list[str]) -> bool:
    return len(lines) < RECORD_LINES and sum(map(len, lines)) < LINE_LIMIT


def record_at(lines: list[str], at: int, delimiter: str) -> tuple[Loose | None, int]:
    """The record that begins at line `at`, or None when its quote is open to the end of what is here."""
    text = lines[at]
    for taken in range(1, min(RECORD_LINES, len(lines) - at) + 1):
        if taken > 1:
            text += "\n" + lines[at + taken - 1]
        fields, closed = fields_of(text, delimiter)
        if fields is not None:
            return Loose(at, text, fields), taken
        if closed:
            return Loose(at, lines[at], None, STRAY if taken == 1 else UNCLOSED), 1
    return None, 1


def fields_of(text: str, delimiter: str) -> tuple[list[str] | None, bool]:
    """The fields of one record; else None and whether its quotes were at least closed.

    >>> fields_of('a,"b, c",5" wide', ",")
    (['a', 'b, c', '5" wide'], True)
    """
    text = text.removesuffix("\r")
    fields: list[str] = []
    at = 0
    while True:
        if text.startswith('"', at):
            stop = _closing(text, at + 1)
            if stop < 0:
                return None, False
            if stop + 1 < len(text) and text[stop + 1] != delimiter:
                return None, True
            fields.append(text[at + 1 : stop].replace('""', '"'))
            at = stop + 1
        else:
            stop = text.find(delimiter, at)
            stop = len(text) if stop < 0 else stop
            fields.append(text[at:stop])
            at = stop
        if at >= len(text):
            return fields, True
        at += 1


def _closing(text: str, at: int) -> int:
    """Where the quoted field that began before `at` closes, or -1."""
    while (at := text.find('"', at)) >= 0 and text.startswith('"', at + 1):
        at += 2
    return at
