"""A mapping: which column of whose file fills which column of which fact."""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping as Dict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from difflib import get_close_matches

import polars as pl

from models.contracts import Column, Contract
from models.facts import FACTS

TEXT_OPTIONS = ("file", "url", "query", "sheet", "delimiter", "encoding")
OPTIONS = (*TEXT_OPTIONS, "nulls")
"""What a table says about its source; every other key names a column of the fact."""

RULE_KEYS = ("column", "format", "values", "value")

DERIVED: dict[str, tuple[str, ...]] = {
    "contacts": ("contact_id",),
    "usage_events": ("quantity",),
    "survey_responses": ("response_id",),
    "interactions": ("interaction_id",),
    "community_posts": ("post_id",),
}
"""Required columns that are worked out when nothing is mapped to them."""

_NO_FILES = ("idna", "punycode", "undefined", "unicode_escape", "raw_unicode_escape")
"""Encodings of Python's that no file is written in."""

TIME_WORDS = ("epoch", "epoch_ms", "excel")
NUMBER_FORMATS = ("1,234.56", "1.234,56")


class MappingError(ValueError):
    """The mapping asks for what does not exist; the message says what does."""


@dataclass(frozen=True)
class ColumnRule:
    """How one canonical column is filled: from `column`, or with the constant `value`."""

    name: str
    column: str | None = None
    format: str | None = None
    values: Dict[str, str] = field(default_factory=dict)
    value: str | None = None


@dataclass(frozen=True)
class TableMapping:
    """One source of one fact: `file` (a glob beside the mapping), or `url` with `query`."""

    table: str
    columns: tuple[ColumnRule, ...]
    file: str | None = None
    url: str | None = None
    query: str | None = None
    sheet: str | None = None
    delimiter: str | None = None
    encoding: str | None = None
    nulls: tuple[str, ...] | None = None

    @property
    def contract(self) -> Contract:
        return FACTS[self.table]

    @property
    def source_columns(self) -> list[str]:
        """Their columns that are read, each once, in the order of the mapping."""
        return list(dict.fromkeys(rule.column for rule in self.columns if rule.column is not None))

    @property
    def filled(self) -> list[str]:
        """Canonical columns that this source speaks of; it says nothing about the others."""
        return [rule.name for rule in self.columns]


@dataclass(frozen=True)
class Mapping:
    """All sources, parents before children, and the `[settings]` table untouched."""

    tables: tuple[TableMapping, ...]
    settings: Dict[str, object] = field(default_factory=dict)


def parse(document: Dict[str, object]) -> Mapping:
    """Read a loaded TOML document into a `Mapping`.

    A table stands once (`[accounts]`) or several times (`[[accounts]]`), one for each source.
    Raises `MappingError` naming the unknown table, column or option and what is available.

    >>> mapping = parse({"accounts": {"file": "learners.csv", "account_id": "enrolment"}})
    >>> mapping.tables[0].source_columns
    ['enrolment']
    """
    tables: list[TableMapping] = []
    for name in [key for key in document if key != "settings"]:
        if name not in FACTS:
            raise MappingError(f"There is no table [{name}].{_offer(name, list(FACTS), 'Tables')}")
        tables.extend(_table(FACTS[name], entry) for entry in _entries(name, document[name]))
    if not tables:
        raise MappingError("The mapping names no table. Begin with [accounts], a file and account_id.")
    settings = document.get("settings", {})
    if not isinstance(settings, Dict):
        raise MappingError("[settings] must be a table of settings.")
    order = list(FACTS)
    return Mapping(tuple(sorted(tables, key=lambda table: order.index(table.table))), dict(settings))


def _entries(name: str, given: object) -> list[Dict[str, object]]:
    entries: list[object] = given if isinstance(given, list) else [given]
    tables = [entry for entry in entries if isinstance(entry, Dict)]
    if not tables or len(tables) < len(entries):
        raise MappingError(f"[{name}] must be a table with a file (or url and query) and columns.")
    return tables


def _table(contract: Contract, entry: Dict[str, object]) -> TableMapping:
    names = [key for key in entry if key not in OPTIONS]
    for key in names:
        if key not in contract.names:
            offer = _offer(key, contract.names, "Columns") + f" Options: {', '.join(OPTIONS)}."
            raise MappingError(f"[{contract.name}] has no column '{key}'.{offer}")
    rules = tuple(_rule(contract, contract.column(key), entry[key]) for key in names)
    derived = DERIVED.get(contract.name, ())
    missing = [key for key in contract.required if key not in names and key not in derived]
    if missing:
        raise MappingError(
            f"[{contract.name}] does not say where {' and '.join(missing)} comes from: "
            f'add {missing[0]} = "their column", or {missing[0]} = {{ value = "…" }} for a constant.'
        )
    texts = {key: _text(f"[{contract.name}] {key}", entry[key]) for key in TEXT_OPTIONS if key in entry}
    _check_source(contract.name, texts)
    return TableMapping(
        contract.name,
        rules,
        file=texts.get("file"),
        url=texts.get("url"),
        query=texts.get("query"),
        sheet=texts.get("sheet"),
        delimiter=texts.get("delimiter"),
        encoding=texts.get("encoding"),
        nulls=_nulls(contract.name, entry["nulls"]) if "nulls" in entry else None,
    )


def _check_source(name: str, texts: Dict[str, str]) -> None:
    if ("file" in texts) == ("url" in texts):
        both = "file" in texts
        raise MappingError(f"[{name}] needs {'only one of' if both else 'either'} file or url.")
    if ("url" in texts) != ("query" in texts):
        raise MappingError(f"[{name}] needs url and query together.")
    if len(texts.get("delimiter", ",")) != 1:
        raise MappingError(f'[{name}] delimiter must be one character, such as ";" or "\\t".')
    try:
        codecs.getincrementaldecoder(_text_encoding(texts.get("encoding", "utf-8")))("replace").decode(
            b"a,b\n"
        )
    except (LookupError, ValueError):
        known = "utf-8, utf-16, cp1252, iso-8859-15, cp1251, shift_jis"
        raise MappingError(
            f"[{name}] encoding '{texts['encoding']}' is not known. Try one of {known}."
        ) from None


def _text_encoding(name: str) -> str:
    """The encoding, if files are written in it: others turn bytes into bytes, or names into addresses."""
    "".encode(name)
    if codecs.lookup(name).name.replace("-", "_") in _NO_FILES:
        raise LookupError(name)
    return name


def _nulls(name: str, given: object) -> tuple[str, ...]:
    if not isinstance(given, list) or not all(isinstance(item, str) for item in given):
        raise MappingError(f'[{name}] nulls must be a list of texts, such as ["NA", "?"].')
    return tuple(given)


def _rule(contract: Contract, column: Column, given: object) -> ColumnRule:
    where = f"[{contract.name}] {column.name}"
    if isinstance(given, str):
        return ColumnRule(column.name, column=given)
    if not isinstance(given, Dict):
        raise MappingError(f'{where} must be "their column", {{ column = "…" }} or {{ value = … }}.')
    for key in given:
        if key not in RULE_KEYS:
            raise MappingError(f"{where} has no option '{key}'.{_offer(key, RULE_KEYS, 'Options')}")
    if ("column" in given) == ("value" in given):
        many = "only one of" if "value" in given else "either"
        raise MappingError(f"{where} needs {many} column or value.")
    if "value" in given:
        return ColumnRule(column.name, value=_scalar(where, given["value"]))
    return ColumnRule(
        column.name,
        column=_text(f"{where} column", given["column"]),
        format=_format(where, column.dtype, given["format"]) if "format" in given else None,
        values=_values(where, given.get("values", {})),
    )


def _values(where: str, given: object) -> dict[str, str]:
    if not isinstance(given, Dict):
        raise MappingError(f'{where} values must be a table, such as {{ Yes = "true" }}.')
    return {str(key): _scalar(f"{where} values.{key}", item) for key, item in given.items()}


def _format(where: str, dtype: pl.DataType, given: object) -> str:
    text = _text(f"{where} format", given)
    if dtype.is_temporal():
        if text not in TIME_WORDS and not _names_a_day(text):
            raise MappingError(
                f"{where}: format '{text}' does not name a day. "
                f'Write it like "%d/%m/%Y" or "%Y-%m-%d %H:%M:%S", or one of {", ".join(TIME_WORDS)}.'
            )
    elif not dtype.is_numeric():
        raise MappingError(f"{where} takes no format: it is not a date, a time or a number.")
    elif text not in NUMBER_FORMATS:
        raise MappingError(f"{where}: format '{text}' is not one of {' or '.join(NUMBER_FORMATS)}.")
    return text


def _names_a_day(text: str) -> bool:
    parts = set(re.findall(r"%[-_0]?([A-Za-z])", text))
    month = parts & {"m", "b", "B", "h"}
    day = parts & {"d", "e"}
    whole = parts & {"F", "D", "s", "c", "x"}
    return bool(whole or (parts & {"Y", "y"} and ((month and day) or "j" in parts)))


def _scalar(where: str, given: object) -> str:
    if isinstance(given, bool):
        return "true" if given else "false"
    if isinstance(given, date | datetime):
        return given.isoformat()
    if isinstance(given, str | int | float):
        return str(given)
    raise MappingError(f"{where} must be a text, a number, true or false, or a date.")


def _text(where: str, given: object) -> str:
    if not isinstance(given, str) or not given:
        raise MappingError(f"{where} must be a text.")
    return given


def _offer(name: str, available: Sequence[str], label: str) -> str:
    close = get_close_matches(name, available, n=1)
    return f"{f' Did you mean {close[0]}?' if close else ''} {label}: {', '.join(available)}."
