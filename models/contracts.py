"""What a frame promises: its columns, their types, which may be null, and its key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl


class ContractError(ValueError):
    """A frame lacks a promised column, has it in another type, or repeats its key."""


@dataclass(frozen=True)
class Column:
    """One column: its Polars type, whether every row must fill it, and what it means."""

    name: str
    dtype: pl.DataType
    required: bool = False
    doc: str = ""


@dataclass(frozen=True)
class Contract:
    """A named set of columns and the key that tells two rows apart.

    >>> days = Contract("days", (Column("n", pl.Int64(), required=True),), key=("n",))
    >>> days.check(pl.DataFrame({"n": [1, 2]})).height
    2
    """

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()

    @property
    def names(self) -> list[str]:
        return [column.name for column in self.columns]

    @property
    def schema(self) -> pl.Schema:
        return pl.Schema({column.name: column.dtype for column in self.columns})

    @property
    def required(self) -> list[str]:
        return [column.name for column in self.columns if column.required]

    def column(self, name: str) -> Column:
        for column in self.columns:
            if column.name == name:
                return column
        raise ContractError(_missing(self.name, [name], self.names))

    def empty(self) -> pl.DataFrame:
        return pl.DataFrame(schema=self.schema)

    def check(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return `frame` cut to the promised columns in order, or raise `ContractError`."""
        have = frame.schema
        missing = [name for name in self.names if name not in have]
        if missing:
            raise ContractError(_missing(self.name, missing, frame.columns))
        wrong = [
            f"{column.name} is {have[column.name]}, not {column.dtype}"
            for column in self.columns
            if have[column.name] != column.dtype
        ]
        if wrong:
            raise ContractError(f"{self.name}: " + "; ".join(wrong))
        empty = [name for name in self.required if frame[name].null_count()]
        if empty:
            raise ContractError(f"{self.name}: null in {', '.join(empty)}")
        if self.key and frame.select(pl.struct(self.key).is_duplicated().any()).item():
            raise ContractError(f"{self.name}: two rows share one {', '.join(self.key)}")
        return frame.select(self.names)


def _missing(contract: str, missing: Sequence[str], available: Sequence[str]) -> str:
    return f"{contract} lacks {', '.join(missing)}; it has {', '.join(sorted(available)) or 'no columns'}"
