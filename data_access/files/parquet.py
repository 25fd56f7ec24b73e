"""Parquet files: typed columns, row group by row group."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from data_access.files.errors import InputError
from models.mapping import TableMapping
from models.normalise_batch import RawBatch

SUFFIXES = (".parquet", ".pq")
BATCH_ROWS, SMALL_ROWS = 500_000, 20_000


class ParquetFile:
    """One Parquet file, opened: its schema is known, no row is read yet."""

    def __init__(self, path: Path, options: TableMapping | None = None) -> None:
        self.path = path
        self.bytes = path.stat().st_size
        self.notes = [f"{path.name}: Parquet"]
        try:
            with pq.ParquetFile(path) as parquet:
                self.columns: list[str] = parquet.schema_arrow.names
                self.rows_estimate: int = parquet.metadata.num_rows
        except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
            raise InputError(f"{path.name} is not a Parquet file, or a damaged one.") from error

    def batches(self, columns: Sequence[str], *, small: bool = False) -> Iterator[RawBatch]:
        """Yield the named columns in their own types."""
        done = 0
        twice = [name for name in columns if self.columns.count(name) > 1]
        if twice:
            raise InputError(f"{self.path.name} has several columns named '{twice[0]}'. Rename one of them.")
        try:
            with pq.ParquetFile(self.path) as parquet:
                for batch in parquet.iter_batches(SMALL_ROWS if small else BATCH_ROWS, columns=list(columns)):
                    batch.validate(full=True)  # a damaged text must not reach Polars, which trusts it
                    bare = pa.RecordBatch.from_arrays(batch.columns, names=batch.schema.names)
                    rows = pl.DataFrame(bare).select(columns)
                    lines = pl.Series("line", range(done + 1, done + rows.height + 1), dtype=pl.Int64)
                    done += rows.height
                    position = round(self.bytes * done / max(1, self.rows_estimate))
                    yield RawBatch(rows, lines, self.path.name, position=position)
        except (pa.ArrowException, OSError, UnicodeDecodeError, pl.exceptions.PanicException) as error:
            raise InputError(f"{self.path.name} is damaged after row {done:,}. Fetch it again.") from error
