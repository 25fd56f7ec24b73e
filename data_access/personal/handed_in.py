"""One person in the files that were handed in to be imported: which of them tell of the person."""

from __future__ import annotations

import re
import shutil
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import fastexcel
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from data_access.files import excel, parquet
from data_access.files.detect import encoding
from data_access.files.errors import InputError
from data_access.files.streams import TextStream
from data_access.keeping import uploads
from data_access.store import Store
from data_access.suppressions import Suppressed
from models.personal import Traces, candidates, distinct

_ROWS = 20_000
_MOST_KNOWN = 1_000_000
_SEARCHED = ".searched"
_WORD = re.compile(r"[^\s,;|\"'<>{}\[\]()]+")


@dataclass(frozen=True)
class HandedIn:
    """A file below the home that goes with the person; `searched` False: nobody can tell what it holds."""

    path: Path
    name: str
    searched: bool = True

    @property
    def folder(self) -> str:
        """The folder that the log of hand-ins names."""
        return self.path.parent.name

    def __str__(self) -> str:
        return self.name if self.searched else f"{self.name} (can't be searched)"


def about(store: Store, traces: Traces) -> list[HandedIn]:
    """The files that tell of the person, by their contents or their name, or can't be searched."""
    home, pattern = store.configuration.home.absolute(), traces.anywhere()
    if not pattern:
        return []
    found = []
    every = (home / "uploads").rglob("*")
    for path in sorted(one for one in every if one.is_file() and one.name != _SEARCHED):
        name = path.relative_to(home).as_posix()
        try:
            if _named(path, pattern) or any(_tells(text, pattern) for text in texts(path)):
                found.append(HandedIn(path, name))
        except (InputError, OSError):
            found.append(HandedIn(path, name, searched=False))
    return found


def again(
    store: Store, folder: Path, suppressed: Suppressed, telling: Collection[str] = ()
) -> list[HandedIn]:
    """The files of a folder that tell of somebody who was erased before, or can't be searched.

    By key, address or number; and those of `telling`, names of files in which an import met such a person.
    """
    home, found = store.configuration.home.absolute(), []
    for path in sorted(one for one in folder.glob("*") if one.is_file() and one.name != _SEARCHED):
        name = path.relative_to(home).as_posix()
        try:
            if path.name in telling or any(map(suppressed.has, _marks(path))):
                found.append(HandedIn(path, name))
        except (InputError, OSError):
            found.append(HandedIn(path, name, searched=False))
    return found


def waiting(store: Store, first: date) -> list[Path]:
    """Folders handed in before a day that were not searched by `again` since."""
    return [one for one in uploads(store, first) if not (one / _SEARCHED).exists()]


def searched(folder: Path) -> None:
    """Remember that `again` need not look there another time: who is erased later is looked for then."""
    if folder.is_dir():
        (folder / _SEARCHED).touch()


def drop(files: list[HandedIn]) -> None:
    """Delete them, and folders that are empty then."""
    for file in files:
        file.path.unlink(missing_ok=True)
        if all(one.name == _SEARCHED for one in file.path.parent.iterdir()):
            shutil.rmtree(file.path.parent)


def texts(path: Path) -> Iterator[str]:
    """All that a file says, piece by piece, whatever its kind; `InputError` where that can't be told."""
    suffix = path.name.lower()
    if suffix.endswith(excel.SUFFIXES):
        yield from _workbook(path)
    elif suffix.endswith(parquet.SUFFIXES):
        yield from _parquet(path)
    else:
        yield from _text(path)


def _marks(path: Path) -> Iterator[str]:
    """Every key, address and number in a file that could tell somebody, as `Suppressed` knows them."""
    known: set[str] = set()
    for text in texts(path):
        words = {word for word in _WORD.findall(text) if distinct(word)}
        fresh = words.union(mark for _, _, mark in candidates(text, "")) - known
        yield from fresh
        known = fresh if len(known) > _MOST_KNOWN else known | fresh


def _named(path: Path, pattern: str) -> bool:
    """Whether the file is called after the person; signs in its name have become underscores."""
    return any(_tells(re.sub(r"_+", sign, path.name), pattern) for sign in (" ", "@"))


def _tells(text: str, pattern: str) -> bool:
    return bool(pl.Series([text]).str.contains(pattern)[0])


def _text(path: Path) -> Iterator[str]:
    stream = TextStream(path)
    stream.encoding = encoding(path.name, stream.head())
    for lines in stream.blocks():
        if lines.refused:
            raise InputError(f"{path.name} has a line that is too long to be searched.")
        yield lines.data.decode("utf-8", "replace")


def _workbook(path: Path) -> Iterator[str]:
    excel.refuse_bomb(path)
    try:
        book = fastexcel.read_excel(path)
        for name in book.sheet_names:
            yield name
            yield _told(book.load_sheet(name, header_row=None, skip_rows=0, dtypes="string").to_polars())
    except fastexcel.FastExcelError as error:
        raise InputError(f"{path.name} is not a workbook that can be read.") from error


def _parquet(path: Path) -> Iterator[str]:
    try:
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(_ROWS):
                batch.validate(full=True)
                yield _told(pl.DataFrame(pa.RecordBatch.from_arrays(batch.columns, names=batch.schema.names)))
    except (pa.ArrowException, OSError, UnicodeDecodeError, pl.exceptions.PanicException) as error:
        raise InputError(f"{path.name} is not a Parquet file that can be read.") from error


def _told(frame: pl.DataFrame) -> str:
    return frame.write_ndjson()
