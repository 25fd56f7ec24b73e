"""One table of a mapping, opened: every file it names, checked before a row is read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Protocol

from data_access.files import excel, jsonl, parquet
from data_access.files.csv import DelimitedFile
from data_access.files.errors import InputError
from data_access.files.excel import WorkbookFile
from data_access.files.jsonl import JsonLinesFile
from data_access.files.parquet import ParquetFile
from data_access.files.sql import QuerySource
from models.mapping import TableMapping
from models.normalise_batch import RawBatch


class Opened(Protocol):
    """What every kind of file or query can do once it is open."""

    columns: list[str]
    bytes: int
    rows_estimate: int

    @property
    def notes(self) -> list[str]: ...

    def batches(self, columns: Sequence[str], *, small: bool = False) -> Iterator[RawBatch]: ...


@dataclass(frozen=True)
class Source:
    """The sources of one table of a mapping, in order of their names.

    `bytes` and `rows_estimate` are for a progress bar (0 when not known: a query); a batch's
    `position` counts up to `bytes`, or the rows of a query.
    """

    table: TableMapping
    parts: tuple[Opened, ...]
    skipped: tuple[str, ...] = ()

    @property
    def bytes(self) -> int:
        return sum(part.bytes for part in self.parts)

    @property
    def rows_estimate(self) -> int:
        return sum(part.rows_estimate for part in self.parts)

    @property
    def notes(self) -> list[str]:
        """How each file is read; what was counted on the way is exact after the last batch."""
        return [*self.skipped, *(note for part in self.parts for note in part.notes)]

    def batches(self, *, small: bool = False) -> Iterator[RawBatch]:
        """Yield all rows from the start, with the mapped columns only; may be called again.

        `small` batches (about 1 MiB) are for looking at the first rows, as `models.normalise.plan` does.
        """
        before = 0
        for part in self.parts:
            for batch in part.batches(self.table.source_columns, small=small):
                yield RawBatch(batch.rows, batch.lines, batch.file, batch.rejects, before + batch.position)
            before += part.bytes


def open_table(table: TableMapping, base: Path) -> Source:
    """Open the file(s) or the query of one table; `base` is the folder its file names are relative to.

    Raises `InputError` when nothing is there, nothing can be read, or a mapped column is missing or
    stands twice, naming the columns there are.
    """
    if table.url is not None:
        return _checked(Source(table, (QuerySource(table, base),)))
    parts: list[Opened] = []
    skipped: list[str] = []
    paths = find(table.file or "", base)
    for path in paths:
        if len(paths) > 1 and path.stat().st_size == 0:
            skipped.append(f"{path.name}: empty, left out")
        else:
            parts.append(open_file(path, table))
    if not parts:
        raise InputError(f"All {len(paths)} files of {table.file} are empty.")
    return _checked(Source(table, tuple(parts), tuple(skipped)))


def open_file(path: Path, options: TableMapping | None = None) -> Opened:
    """Open one file by what its name ends in; any other name is taken for delimited text."""
    opened = _opened(path, options)
    if any("\0" in column for column in opened.columns):
        raise InputError(f"{path.name} has a NUL character in a column's name: it is damaged.")
    return opened


def _opened(path: Path, options: TableMapping | None) -> Opened:
    name = path.name.lower()
    try:
        if name.endswith(excel.SUFFIXES):
            return WorkbookFile(path, options)
        if name.endswith(parquet.SUFFIXES):
            return ParquetFile(path, options)
        if name.endswith(jsonl.SUFFIXES):
            return JsonLinesFile(path, options)
        return DelimitedFile(path, options)
    except OSError as error:
        raise InputError(f"{path.name} cannot be opened: {error.strerror or error}.") from error


def find(pattern: str, base: Path) -> list[Path]:
    """The files that a name or a glob means, sorted; raises `InputError` naming what lies there."""
    try:
        return _found(pattern, base)
    except (OSError, ValueError, IndexError, NotImplementedError) as error:  # too long, NUL, no glob
        raise InputError(
            f"'{pattern[:100]}' names no file: {error.strerror if isinstance(error, OSError) else error}."
        ) from error


def _found(pattern: str, base: Path) -> list[Path]:
    given = Path(pattern).expanduser()
    folder, rest = (Path(given.anchor), given.relative_to(given.anchor)) if given.anchor else (base, given)
    plain = folder / rest
    found = [plain] if plain.is_file() else sorted(path for path in folder.glob(str(rest)) if path.is_file())
    if found:
        return found
    there = plain.parent if plain.parent.is_dir() else base
    names = sorted(path.name for path in there.iterdir() if path.is_file()) if there.is_dir() else []
    close = get_close_matches(given.name, names, n=1)
    hint = f" Did you mean {close[0]}?" if close else ""
    lying = ", ".join(names[:12]) + (" …" if len(names) > 12 else "")
    raise InputError(f"There is no file {pattern} in {base}.{hint} Files there: {lying or 'none'}.")


def _checked(source: Source) -> Source:
    table = source.table
    for part in source.parts:
        name = part.notes[0].split(":")[0]
        for column in table.source_columns:
            count = part.columns.count(column)
            if count > 1:
                raise InputError(f"{name} has {count} columns named '{column}'. Rename one of them.")
            if not count:
                raise InputError(f"{name} has no column '{column}'.{_columns(column, part.columns)}")
    return source


def _columns(wanted: str, available: list[str]) -> str:
    close = get_close_matches(wanted, available, n=1)
    shown = ", ".join(available[:40]) + (" …" if len(available) > 40 else "")
    if len(available) == 1:
        shown += ' (only one: is the delimiter right? add delimiter = ";" or the like)'
    return f"{f' Did you mean {close[0]!r}?' if close else ''} It has: {shown}."
