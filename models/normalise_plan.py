"""How each column of one source is to be read, settled before a row is stored."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from models.contracts import Column
from models.mapping import ColumnRule, MappingError, TableMapping
from models.normalise_batch import RawBatch
from models.normalise_numbers import number_style
from models.normalise_repeats import IDENTITIES
from models.normalise_text import NULLS, blank_to_null, read_text, to_text
from models.normalise_times import time_style

SAMPLE = 200_000
FEW = 10
"""So few different values that are no dates are rejected row by row; more mean a wrongly mapped column."""


@dataclass(frozen=True)
class Plan:
    """The mapping of one source with every format settled, and what is worth telling about it."""

    table: TableMapping
    formats: dict[str, tuple[str, ...]]
    notes: tuple[str, ...] = ()

    @property
    def nulls(self) -> tuple[str, ...]:
        return NULLS if self.table.nulls is None else self.table.nulls


def plan(table: TableMapping, batches: Iterable[RawBatch]) -> Plan:
    """Settle the format of every column of `table`, reading only as many batches as that takes.

    Dates, times and numbers without a given format are told from their values; one batch is enough
    unless a column is still ambiguous, then the next ones are looked at too. Raises `MappingError`
    for a column that stays ambiguous, holds nothing of its type, or has a constant that is not of its type.
    """
    formats: dict[str, tuple[str, ...]] = {rule.name: (rule.format,) for rule in table.columns if rule.format}
    for rule in table.columns:
        _check_constant(table, rule)
    open_rules = [rule for rule in table.columns if _undecided(table, rule)]
    notes: dict[str, str] = {}
    doubts: dict[str, str] = {}
    seen: dict[str, pl.Series] = {}
    for batch in batches:
        _refuse_nested(table, batch)
        for rule in open_rules:
            values = _different(batch.rows[rule.column or ""], rule, table)
            seen[rule.name] = values.append(seen[rule.name]) if rule.name in seen else values
            found, note, doubt = _style(seen[rule.name].unique(maintain_order=True), _column(table, rule))
            formats[rule.name], notes[rule.name], doubts[rule.name] = found, note, doubt
        open_rules = [rule for rule in open_rules if doubts[rule.name]]
        if not open_rules:
            break
    for rule in open_rules:
        if doubts.get(rule.name):
            raise MappingError(f"[{table.table}] {rule.name}: column '{rule.column}': {doubts[rule.name]}")
    told = tuple(f"{name}: column '{_their(table, name)}' {note}" for name, note in notes.items() if note)
    return Plan(table, {name: found for name, found in formats.items() if found}, (*told, *_derived(table)))


def _undecided(table: TableMapping, rule: ColumnRule) -> bool:
    dtype = _column(table, rule).dtype
    return rule.column is not None and rule.format is None and (dtype.is_temporal() or dtype.is_numeric())


def _column(table: TableMapping, rule: ColumnRule) -> Column:
    return table.contract.column(rule.name)


def _their(table: TableMapping, name: str) -> str:
    return next(rule.column or "" for rule in table.columns if rule.name == name)


def _different(column: pl.Series, rule: ColumnRule, table: TableMapping) -> pl.Series:
    """The different texts of a column after `values` and nulls; none when it comes typed."""
    counted = _column(table, rule).dtype.is_temporal() and column.dtype.is_integer()
    if column.dtype != pl.String and not counted:
        return pl.Series(dtype=pl.String)
    nulls = NULLS if table.nulls is None else table.nulls
    text = to_text(column.drop_nulls().unique(maintain_order=True).head(SAMPLE))
    if rule.values:
        text = text.filter(~text.is_in(list(rule.values)))
    return blank_to_null(text, nulls, trim=True).drop_nulls()


def _refuse_nested(table: TableMapping, batch: RawBatch) -> None:
    for name, dtype in batch.rows.schema.items():
        if dtype.is_nested() or dtype in (pl.Binary, pl.Object):
            raise MappingError(f"[{table.table}] column '{name}' holds {dtype}, not single values.")


def _style(values: pl.Series, column: Column) -> tuple[tuple[str, ...], str, str]:
    """Formats, note and doubt of one column's different values."""
    if column.dtype.is_temporal():
        times = time_style(values)
        if times.doubt and not times.offers and values.len() <= FEW:
            return (), "", ""
        offers = " or ".join(f'format = "{offer}"' for offer in times.offers)
        ask = f"; add {offers}" if offers else ""
        return times.formats, times.note, times.doubt and f"{times.doubt} (such as {times.example}){ask}."
    numbers = number_style(values)
    if numbers.doubt and numbers.guess and column.dtype == pl.Int64():
        return (numbers.guess,), f"read as {numbers.guess}", ""
    ask = 'add format = "1,234.56" or format = "1.234,56"'
    doubt = numbers.doubt and f"{numbers.doubt} (such as {numbers.example}); {ask}."
    return ((numbers.form,) if numbers.form else ()), numbers.note, doubt


def _check_constant(table: TableMapping, rule: ColumnRule) -> None:
    if rule.value is None:
        return
    read, reason = read_text(pl.Series([rule.value]), _column(table, rule).dtype, (), exact=False)
    if read[0] is None:
        raise MappingError(f"[{table.table}] {rule.name}: the value '{rule.value}' {reason}.")


def _derived(table: TableMapping) -> list[str]:
    if table.table == "usage_events" and "quantity" not in table.filled:
        return ["quantity: no column is mapped, so every event counts 1"]
    made = IDENTITIES.get(table.table)
    if made is None or made.name in table.filled:
        return []
    return [f"{made.name}: made from {', '.join(made.parts)}"]
