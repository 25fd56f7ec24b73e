"""Workbooks (XLSX, XLS, ODS): one sheet as text, its header in the first row that is not blank."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import fastexcel
import polars as pl

from data_access.files.errors import InputError
from models.mapping import TableMapping
from models.normalise_batch import RawBatch

SUFFIXES = (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods")
UNPACKED_LIMIT = 2 << 30
PACKED_AT_MOST, SURELY_FINE = 100, 20 << 20
"""A sheet of real rows packs to a fifteenth; one that unpacks to a hundred times its size is a trap."""


class WorkbookFile:
    """One sheet of a workbook, read whole (a sheet holds a million rows at most)."""

    def __init__(self, path: Path, options: TableMapping | None = None) -> None:
        self.path = path
        self.bytes = path.stat().st_size
        if not self.bytes:
            raise InputError(f"{path.name} is empty.")
        refuse_bomb(path)
        sheet, self.notes = _choose(path, options.sheet if options else None)
        cells = sheet.filter(~pl.all_horizontal(pl.col("*").exclude("row").is_null()))
        if cells.is_empty():
            raise InputError(f"{path.name}: the sheet is empty.")
        self.lines = cells["row"][1:]
        header = cells.drop("row").row(0)
        self.columns = [str(name or "").strip() for name in header]
        self.cells = cells.drop("row")[1:]
        self.rows_estimate = self.cells.height

    def batches(self, columns: Sequence[str], *, small: bool = False) -> Iterator[RawBatch]:
        """Yield the named columns as text; dates come as ISO 8601."""
        series = [self.cells.to_series(self.columns.index(name)).alias(name) for name in columns]
        yield RawBatch(pl.DataFrame(series), self.lines, self.path.name, position=self.bytes)


def _choose(path: Path, wanted: str | None) -> tuple[pl.DataFrame, list[str]]:
    try:
        book = fastexcel.read_excel(path)
        names: list[str] = book.sheet_names
        if wanted is not None and wanted not in names:
            raise InputError(f"{path.name} has no sheet '{wanted}'; it has {', '.join(names)}.")
        name = wanted or names[0]
        sheet = book.load_sheet(name, header_row=None, skip_rows=0, dtypes="string").to_polars()
    except fastexcel.FastExcelError as error:
        raise InputError(f"{path.name} is not a workbook that can be read: it may be damaged.") from error
    others = f" (of {len(names)}: {', '.join(names)})" if len(names) > 1 else ""
    return sheet.with_row_index("row", offset=1), [f"{path.name}: sheet '{name}'{others}"]


def refuse_bomb(path: Path) -> None:
    """Raise `InputError` for an archive that would fill the memory when it is unpacked."""
    if not zipfile.is_zipfile(path):
        return
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        raise InputError(f"{path.name} is not a workbook that can be read: it may be damaged.") from error
    if sum(entry.file_size for entry in entries) > UNPACKED_LIMIT:
        raise InputError(f"{path.name} unpacks to more than 2 GiB. Export it as CSV or Parquet.")
    for entry in entries:
        times = entry.file_size / max(1, entry.compress_size)
        if entry.file_size > SURELY_FINE and times > PACKED_AT_MOST:
            raise InputError(
                f"{path.name} unpacks to {times:,.0f} times its size, which no table does. "
                "If it is sound, export it as CSV or Parquet."
            )
