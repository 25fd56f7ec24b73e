"""Short ways to write a file and read it through a mapping, for these tests."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from data_access.files import open_table
from data_access.files.csv import DelimitedFile
from models.mapping import TableMapping, parse
from models.normalise import Normaliser, plan
from models.normalise_batch import REJECTS


def table(fact: str, /, **entry: object) -> TableMapping:
    return parse({fact: entry}).tables[0]


def write(folder: Path, data: bytes | str, name: str = "a.csv") -> Path:
    path = folder / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def cells(opened: DelimitedFile, *, small: bool = False) -> tuple[pl.DataFrame, pl.Series, pl.DataFrame]:
    """Rows, line numbers and rejects of a whole file."""
    batches = list(opened.batches(opened.columns, small=small))
    empty = pl.Series("line", [], dtype=pl.Int64)
    lines = pl.concat([empty, *(batch.lines for batch in batches)])
    rejects = pl.concat([REJECTS.empty(), *(batch.rejects for batch in batches)])
    return pl.concat([batch.rows for batch in batches]), lines, rejects


class Run:
    """One table of a mapping, read to its end; checks that every row is accounted for."""

    def __init__(self, mapped: TableMapping, base: Path) -> None:
        source = open_table(mapped, base)
        normaliser = Normaliser(plan(mapped, source.batches(small=True)))
        steps = list(normaliser.steps(source.batches()))
        self.good = pl.concat([step.good for step in steps])
        self.rejects = pl.concat([step.rejects for step in steps])
        self.read = sum(step.read for step in steps)
        self.repeats = sum(step.repeats for step in steps)
        self.notes = [*source.notes, *normaliser.notes]
        assert self.read == self.good.height + self.rejects.height + self.repeats
        mapped.contract.check(self.good)
