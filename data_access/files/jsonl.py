"""JSON lines: one object a line, its mapped keys as text."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import polars as pl

from data_access.files import detect
from data_access.files.csv import TOO_LONG
from data_access.files.errors import InputError
from data_access.files.streams import BLOCK, LINE_LIMIT, Lines, TextStream
from models.mapping import TableMapping
from models.normalise_batch import RawBatch, rejected

SUFFIXES = (".jsonl", ".ndjson", ".jsonl.gz", ".ndjson.gz", ".json", ".json.gz")
NOT_JSON = "the line is not JSON"
NOT_OBJECT = "the line is JSON but not an object {…}"


class JsonLinesFile:
    """One file of JSON objects; its columns are all keys of its first MiB of lines."""

    def __init__(self, path: Path, options: TableMapping | None = None) -> None:
        self.path = path
        self.bytes = path.stat().st_size
        head = TextStream(path).head()
        if not head.strip():
            raise InputError(f"{path.name} is empty.")
        encoding = (options and options.encoding) or detect.encoding(path.name, head)
        self.stream = TextStream(path, encoding)
        lines = detect.head_lines(path.name, head, encoding, LINE_LIMIT)
        objects = [found for line in lines if isinstance(found := _load(line), dict)]
        if not objects:
            raise InputError(f"{path.name} has no line with a JSON object: write one object {{…}} a line.")
        self.columns = list(dict.fromkeys(key for found in objects for key in found))
        self.rows_estimate = self.stream.estimate(head)

    @property
    def notes(self) -> list[str]:
        foreign = self.stream.foreign
        many = f"{foreign:,} of {self.stream.lines:,} lines are not UTF-8: read as Windows-1252"
        return [f"{self.path.name}: JSON lines{', ' + many if foreign else ''}"]

    def batches(self, columns: Sequence[str], *, small: bool = False) -> Iterator[RawBatch]:
        """Yield the named keys as text; a key that a line lacks is null there."""
        for block in self.stream.blocks(LINE_LIMIT if small else BLOCK):
            yield self._batch(block, columns)

    def _batch(self, block: Lines, columns: Sequence[str]) -> RawBatch:
        bad = [(line, TOO_LONG, "") for line in block.refused]
        cells: dict[str, list[str | None]] = {name: [] for name in columns}
        places: list[int] = []
        for number, line in enumerate(block.data.decode("utf-8", "replace").split("\n"), block.first):
            if not line.strip():
                continue
            found = _load(line) if len(line) <= LINE_LIMIT else None
            if not isinstance(found, dict):
                why = TOO_LONG if len(line) > LINE_LIMIT else NOT_JSON if found is None else NOT_OBJECT
                bad.append((number, why, line))
                continue
            places.append(number)
            for name in columns:
                cells[name].append(_text(found.get(name)))
        return RawBatch(
            pl.DataFrame(cells, schema=dict.fromkeys(columns, pl.String)),
            pl.Series("line", places, dtype=pl.Int64),
            self.path.name,
            rejected(self.path.name, bad),
            self.stream.position,
        )


def _load(line: str) -> object:
    try:
        found: object = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if isinstance(found, dict) and "\\u" in line:
        return {_whole(name): value for name, value in found.items()}
    return "null" if found is None else found


def _text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return None if value is None else _whole(value)
    return _whole(json.dumps(value, ensure_ascii=False))


def _whole(text: str) -> str:
    """Text without halves of characters, which JSON can write and nobody can store: each becomes U+FFFD."""
    return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
