"""One batch of raw rows into typed columns, and what is wrong with which row."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import polars as pl

from models.contracts import Column
from models.mapping import ColumnRule
from models.normalise_batch import REJECTS, VALUE_LIMIT, RawBatch
from models.normalise_plan import Plan
from models.normalise_rules import rules
from models.normalise_text import FREE_TEXT, blank_to_null, natively, read_text, to_text

FILLS: dict[str, dict[str, str | float]] = {
    "usage_events": {"user_id": "", "quantity": 1.0},
    "survey_invitations": {"contact_id": ""},
}
"""What stands for "not known" where null may not."""

LOWER = {"survey_invitations": ("kind",), "survey_responses": ("kind",)}

Spellings = Counter[tuple[str, str]]
"""How often each spelling of "not known" was met, by canonical column."""


@dataclass(frozen=True)
class Fault:
    """Rows of a batch (`broken`) that cannot be taken, and why; `column` is canonical."""

    column: str
    broken: pl.Series
    reason: str


def read_rows(batch: RawBatch, plan: Plan, met: Spellings) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The good rows (the fact's columns, then `file` and `line`) and the `REJECTS` of a batch.

    A row with several faults is one reject: the first bad column, and all reasons.
    """
    faults: list[Fault] = []
    contract = plan.table.contract
    frame = pl.DataFrame([_column(batch, plan, column, faults, met) for column in contract.columns])
    faults += _broken_rules(frame, plan)
    frame = frame.with_columns(file=pl.lit(batch.file), line=batch.lines.cast(pl.Int64))
    if not faults:
        return frame, REJECTS.empty()
    broken = pl.DataFrame([fault.broken.alias(str(at)) for at, fault in enumerate(faults)])
    bad = broken.select(pl.any_horizontal(pl.all())).to_series()
    return frame.filter(~bad), _rejects(batch, plan, faults, broken, bad)


def _column(batch: RawBatch, plan: Plan, column: Column, faults: list[Fault], met: Spellings) -> pl.Series:
    """One canonical column; what is wrong with it is added to `faults`."""
    fill = FILLS.get(plan.table.table, {}).get(column.name)
    rule = next((rule for rule in plan.table.columns if rule.name == column.name), None)
    if rule is None:
        return pl.Series(column.name, [fill], dtype=column.dtype).new_from_index(0, batch.rows.height)
    found, broken, reason = _filled(batch, plan, column, rule, met)
    if broken.any():
        faults.append(Fault(column.name, broken, f"{column.name} {reason}"))
    empty = found.is_null() & ~broken
    if fill is not None:
        found = found.set(empty, fill)
    elif column.required and empty.any():
        faults.append(Fault(column.name, empty, f"{column.name} is empty"))
    return found.alias(column.name)


def _filled(
    batch: RawBatch, plan: Plan, column: Column, rule: ColumnRule, met: Spellings
) -> tuple[pl.Series, pl.Series, str]:
    """A mapped column or a constant: its values, which of them could not be read, and why."""
    if rule.column is None:
        value, reason = read_text(pl.Series([rule.value]), column.dtype, (), exact=False)
        found = value.new_from_index(0, batch.rows.height)
        return found, found.is_null() & found.is_not_null(), reason
    raw = batch.rows[rule.column]
    plain = not rule.values and rule.format is None
    typed = natively(raw, column.dtype) if plain and raw.dtype != pl.String else None
    if typed is not None:
        return typed, typed.is_null() & raw.is_not_null(), "is not a finite number"
    text = to_text(raw)
    if rule.values:
        text = text.str.strip_chars().fill_null("").replace(dict(rule.values))
    known = blank_to_null(text, plan.nulls, trim=rule.name not in FREE_TEXT)
    _count_nulls(text, known, column.name, met)
    if rule.name in LOWER.get(plan.table.table, ()):
        known = known.str.to_lowercase()
    found, reason = read_text(
        known, column.dtype, plan.formats.get(rule.name, ()), exact=rule.format is not None
    )
    return found, found.is_null() & known.is_not_null(), reason


def _count_nulls(text: pl.Series, known: pl.Series, name: str, met: Spellings) -> None:
    """Count the cells that say "not known" in words."""
    spelled = text.filter(known.is_null() & text.is_not_null()).str.strip_chars()
    for spelling, count in spelled.filter(spelled != "").alias("it").value_counts().rows():
        met[name, spelling] += count


def _broken_rules(frame: pl.DataFrame, plan: Plan) -> list[Fault]:
    filled = plan.table.filled
    used = [rule for rule in rules(plan.table.contract) if rule.column in filled]
    found = frame.select(rule.broken.fill_null(value=False).alias(str(at)) for at, rule in enumerate(used))
    return [
        Fault(rule.column, found[str(at)], f"{rule.column} {rule.reason}")
        for at, rule in enumerate(used)
        if found[str(at)].any()
    ]


def _rejects(
    batch: RawBatch, plan: Plan, faults: list[Fault], broken: pl.DataFrame, bad: pl.Series
) -> pl.DataFrame:
    mapped = {rule.name: rule for rule in plan.table.columns}
    texts = pl.DataFrame([to_text(column) for column in batch.rows.filter(bad).get_columns()])
    flags = broken.filter(bad)
    values: list[pl.Expr] = []
    for at, fault in enumerate(faults):
        rule = mapped[fault.column]
        cell = pl.lit(rule.value) if rule.column is None else pl.col(f"cell {rule.column}")
        values.append(pl.when(pl.col(str(at))).then(cell.fill_null("")))
    labels = [_when(at, mapped[fault.column].column or fault.column) for at, fault in enumerate(faults)]
    reasons = [_when(at, fault.reason) for at, fault in enumerate(faults)]
    row = texts.select(pl.struct(pl.all()).struct.json_encode()).to_series() if texts.width else None
    return flags.hstack(texts.select(pl.all().name.prefix("cell "))).select(
        pl.lit(batch.file).alias("file"),
        batch.lines.filter(bad).cast(pl.Int64).alias("line"),
        pl.coalesce(labels).alias("column"),
        pl.coalesce(values).str.slice(0, VALUE_LIMIT).alias("value"),
        pl.concat_str(reasons, separator="; ", ignore_nulls=True).alias("reason"),
        (pl.lit(None, dtype=pl.String) if row is None else row.str.slice(0, 10_000)).alias("row"),
    )


def _when(at: int, text: str) -> pl.Expr:
    return pl.when(pl.col(str(at))).then(pl.lit(text))
