"""Delimited text: any delimiter and encoding, packed or not, in batches with true line numbers.

Well-formed blocks are split with numpy and read by Polars. Ragged lines are cut out and rejected;
a block whose quotes are not well formed is read record by record instead.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from data_access.files import detect, loose
from data_access.files.errors import InputError
from data_access.files.streams import BLOCK, LINE_LIMIT, TextStream
from data_access.files.structure import Records, analyse
from models.mapping import TableMapping
from models.normalise_batch import RawBatch, rejected

TOO_LONG = "the line is longer than 1 MiB, which no line of a table is"
DAMAGED = "the line holds NUL characters: the file is damaged here"

Reject = tuple[int, str, str]
"""Line, reason, text."""


class DelimitedFile:
    """One CSV file, opened: its header is known, no row is read yet."""

    def __init__(self, path: Path, options: TableMapping | None = None) -> None:
        self.path = path
        self.bytes = path.stat().st_size
        head = TextStream(path).head()
        if not head.strip():
            raise InputError(f"{path.name} is empty.")
        encoding = (options and options.encoding) or detect.encoding(path.name, head)
        self.stream = TextStream(path, encoding)
        lines = detect.head_lines(path.name, head, encoding, LINE_LIMIT)
        top = next((at for at, line in enumerate(lines) if line.strip()), -1)
        if top < 0:
            raise InputError(f"{path.name} holds no line with anything in it.")
        asked = options and options.delimiter
        if lines[top].lower().startswith("sep=") and len(lines[top]) == 5:
            asked, top = asked or lines[top][4], top + 1
        self.delimiter = asked or detect.delimiter(lines[top:], options.source_columns if options else [])
        self.columns, taken = self._header(lines, top)
        self.header_lines = top + taken
        self.rows_estimate = self.stream.estimate(head)

    @property
    def notes(self) -> list[str]:
        """How the file is read; exact once it has been read to its end."""
        split = f"split at {detect.NAMES.get(self.delimiter, repr(self.delimiter))}"
        if self.stream.encoding:
            return [f"{self.path.name}: {self.stream.encoding}, {split}"]
        if not self.stream.foreign:
            return [f"{self.path.name}: UTF-8, {split}"]
        many = f"{self.stream.foreign:,} of {self.stream.lines:,} lines are not UTF-8"
        return [f"{self.path.name}: {many}: read as Windows-1252; {split}"]

    def batches(self, columns: Sequence[str], *, small: bool = False) -> Iterator[RawBatch]:
        """Yield the named columns as text, about 16 MiB of the file at a time."""
        indices = [self.columns.index(name) for name in columns]
        rest, first = b"", self.header_lines + 1
        for block in self.stream.blocks(LINE_LIMIT if small else BLOCK):
            data = _without_lines(block.data, self.header_lines) if block.first == 1 else block.data
            if block.refused:
                if rest:
                    yield self._read(rest, first, indices, final=True)[0]
                long = rejected(self.path.name, [(line, TOO_LONG, "") for line in block.refused])
                yield self._batch(_no_rows(indices), [], indices, long)
                rest, first = b"", block.first
            if data:
                data = rest + data
                batch, used = self._read(data, first, indices, final=False)
                rest, first = data[used:], first + data.count(b"\n", 0, used)
                yield batch
        if rest:
            yield self._read(rest, first, indices, final=True)[0]

    def _header(self, lines: list[str], top: int) -> tuple[list[str], int]:
        record, taken = loose.record_at(lines, top, self.delimiter)
        if record is None or record.fields is None:
            reason = record.reason if record else loose.UNCLOSED
            raise InputError(f"{self.path.name}: its header cannot be read: {reason}.")
        return [name.strip() for name in record.fields], taken

    def _read(self, data: bytes, first: int, indices: list[int], *, final: bool) -> tuple[RawBatch, int]:
        """Read whole lines of which the first is line `first`; also says how many bytes were used up."""
        records = analyse(data, self.delimiter)
        if records is None or len(data) - records.end > (0 if final else LINE_LIMIT):
            return self._read_loose(data, first, indices, final=final)
        keep, bad = self._sift(data, records, first)
        rows = _parse(_kept(data, records, keep), indices, len(self.columns), self.delimiter)
        if rows is None or rows.height != int(keep.sum()):
            return self._read_loose(data, first, indices, final=final)
        rejects = rejected(self.path.name, bad)
        return self._batch(rows, first + records.lines[keep], indices, rejects), records.end

    def _sift(self, data: bytes, records: Records, first: int) -> tuple[NDArray[np.bool_], list[Reject]]:
        """Which records can be read, and why the others cannot; blank lines are neither."""
        filled = records.fields > 0
        long = records.stops - records.starts > LINE_LIMIT
        damaged = np.zeros(filled.size, np.bool_)
        if 0 in data and filled.size:
            zeros = np.flatnonzero(np.frombuffer(data, np.uint8) == 0)
            damaged[np.searchsorted(records.starts, zeros, "right") - 1] = True
        bad = filled & (long | damaged | (records.fields != len(self.columns)))
        found: list[Reject] = []
        for at in np.flatnonzero(bad).tolist():
            text = data[records.starts[at] : min(records.stops[at], records.starts[at] + 10_000)]
            why = TOO_LONG if long[at] else DAMAGED if damaged[at] else self._ragged(int(records.fields[at]))
            found.append((first + int(records.lines[at]), why, text.decode("utf-8", "replace")))
        return filled & ~bad, found

    def _ragged(self, fields: int) -> str:
        many = "1 field" if fields == 1 else f"{fields} fields"
        return f"the line has {many} where the header has {len(self.columns)}"

    def _read_loose(
        self, data: bytes, first: int, indices: list[int], *, final: bool
    ) -> tuple[RawBatch, int]:
        lines = data.decode("utf-8", "replace").removesuffix("\n").split("\n")
        found, used = loose.records(lines, self.delimiter, final=final)
        good: list[loose.Loose] = []
        bad: list[Reject] = []
        for record in found:
            if why := self._why_not(record):
                bad.append((first + record.line, why, record.text))
            elif record.text.strip("\r"):
                good.append(record)
        cells = [[record.fields[index] or None for record in good if record.fields] for index in indices]
        rows = pl.DataFrame(cells, schema={str(index): pl.String for index in indices}, orient="col")
        places = [first + record.line for record in good]
        size = sum(len(line.encode()) + 1 for line in lines[:used])
        return self._batch(rows, places, indices, rejected(self.path.name, bad)), min(size, len(data))

    def _why_not(self, record: loose.Loose) -> str:
        if not record.text.strip("\r"):
            return ""
        if len(record.text) > LINE_LIMIT:
            return TOO_LONG
        if "\0" in record.text:
            return DAMAGED
        if record.fields is not None and len(record.fields) != len(self.columns):
            return self._ragged(len(record.fields))
        return record.reason

    def _batch(
        self,
        rows: pl.DataFrame,
        lines: Sequence[int] | NDArray[np.int64],
        indices: list[int],
        rejects: pl.DataFrame,
    ) -> RawBatch:
        names = {str(index): self.columns[index] for index in indices}
        places = pl.Series("line", lines, dtype=pl.Int64)
        return RawBatch(rows.rename(names), places, self.path.name, rejects, self.stream.position)


def _parse(data: bytes, indices: list[int], width: int, delimiter: str) -> pl.DataFrame | None:
    """The cells as text; None when Polars sees other fields than we did."""
    if not data:
        return _no_rows(indices)
    try:
        return pl.read_csv(
            io.BytesIO(data),
            has_header=False,
            schema={str(index): pl.String for index in range(width)},
            columns=indices,
            separator=delimiter,
            quote_char='"' if b'"' in data else None,
        )
    except pl.exceptions.PolarsError:
        return None


def _no_rows(indices: list[int]) -> pl.DataFrame:
    return pl.DataFrame(schema={str(index): pl.String for index in indices})


def _kept(data: bytes, records: Records, keep: NDArray[np.bool_]) -> bytes:
    """The bytes of the kept records, copied only where others lie between them."""
    if keep.all():
        return data[: records.end]
    edges = np.flatnonzero(np.diff(keep.astype(np.int8), prepend=0, append=0))
    bounds = np.append(records.starts, records.end)
    runs = zip(edges[0::2].tolist(), edges[1::2].tolist(), strict=True)
    return b"".join(data[bounds[start] : bounds[stop]] for start, stop in runs)


def _without_lines(data: bytes, count: int) -> bytes:
    at = 0
    for _ in range(count):
        at = data.index(b"\n", at) + 1
    return data[at:]
