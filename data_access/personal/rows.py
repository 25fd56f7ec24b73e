"""One person in the tables: rows that are theirs, and texts that name them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl
import sqlalchemy as sa

from data_access.backup import frame_schema
from data_access.schema import METADATA
from models.personal import ID_COLUMNS, Traces, without

_BATCH = 50_000

ELSEWHERE = ("snapshot_frames", "usage_events", "usage_files", "restores", "erasures", "suppressions")
"""Tables that are searched otherwise, or hold no text of anybody's."""

COLLEAGUES = ("people", "csms", "grants", "call_claims")
"""Who works here: their addresses and names are not the customer's."""

COMPANIES = ("accounts",)
"""What the customer is called is not taken away from the customer."""

AUTHORED = {
    "survey_responses": ("comment",),
    "interactions": ("subject",),
    "import_rejects": ("value", "row"),
}
"""Columns that are emptied where the row is the person's: they wrote them, or a whole row is kept there."""

DELETED = ("contacts",)

MADE_OF_WORDS = ("exceptions", "tasks", "audit_log")
"""Tables whose sentences quote what people wrote."""

SUBJECTS = {
    "tasks": "task",
    "pulses": "pulse",
    "exceptions": "exception",
    "renewal_results": "renewal result",
}
"""How the audit log names the rows of an account."""


@dataclass(frozen=True)
class Hit:
    """A row that holds something of the person: its table and key, and in which columns."""

    table: str
    key: tuple[Any, ...]
    columns: tuple[str, ...]


@dataclass(frozen=True)
class Patterns:
    """The patterns of a person, made once: what is sure, of no account, of their account, quoting them."""

    sure: str
    loose: str
    near: str
    quoting: str
    subjects: frozenset[str]


def patterns(connection: sa.Connection, traces: Traces) -> Patterns:
    """The person's patterns, and the audit log's subjects that are rows of their accounts."""
    subjects = set(traces.accounts)
    for name, word in SUBJECTS.items():
        table = METADATA.tables[name]
        key = next(iter(table.primary_key.columns))
        rows = sa.select(key).where(table.c.account_id.in_(traces.accounts))
        subjects.update(f"{word} {number}" for number in connection.execute(rows).scalars())
    return Patterns(traces.sure(), traces.loose(), traces.near(), traces.quoting(), frozenset(subjects))


def find(connection: sa.Connection, traces: Traces) -> list[Hit]:
    """Every row of every table that is the person's or names them."""
    known = patterns(connection, traces)
    skipped = (*ELSEWHERE, *COLLEAGUES, *COMPANIES)
    tables = [table for table in METADATA.sorted_tables if table.name not in skipped]
    return [hit for table in tables for hit in _hits(connection, table, traces, known)]


def kept(connection: sa.Connection, traces: Traces) -> list[Hit]:
    """Rows that name the person and stay: a colleague of that address, a customer of that name."""
    known = patterns(connection, traces)
    tables = [METADATA.tables[name] for name in (*COLLEAGUES, *COMPANIES)]
    return [hit for table in tables for hit in _hits(connection, table, traces, known, every=True)]


def clean(connection: sa.Connection, traces: Traces, hits: Iterable[Hit]) -> None:
    """Delete, empty or rewrite the rows that were found, in the caller's transaction."""
    known = patterns(connection, traces)
    for hit in hits:
        table = METADATA.tables[hit.table]
        here = sa.and_(*(c == v for c, v in zip(table.primary_key.columns, hit.key, strict=True)))
        found = connection.execute(sa.select(table).where(here)).mappings().first()
        if found is None:
            continue
        row = dict(found)
        if hit.table in DELETED and _is_theirs(row, traces):
            connection.execute(sa.delete(table).where(here))
            continue
        values = _cleaned(table, row, traces, known)
        moved = {name: value for name, value in values.items() if table.c[name].primary_key}
        if moved and _stands(connection, table, {**row, **values}):
            connection.execute(sa.delete(table).where(here))
        elif values:
            connection.execute(sa.update(table).where(here).values(**values, **_next(table, row)))


def whole(connection: sa.Connection, hits: Iterable[Hit]) -> dict[str, list[dict[str, Any]]]:
    """The rows that were found, whole, by table."""
    found: dict[str, list[dict[str, Any]]] = {}
    for hit in hits:
        table = METADATA.tables[hit.table]
        here = sa.and_(*(c == v for c, v in zip(table.primary_key.columns, hit.key, strict=True)))
        row = connection.execute(sa.select(table).where(here)).mappings().first()
        if row is not None:
            found.setdefault(hit.table, []).append(dict(row))
    return found


def searched(table: sa.Table) -> list[str]:
    """The columns of a table that may hold words about a contact: texts, less keys and colleagues' names."""
    return [
        name
        for name in _texts(table)
        if not table.c[name].primary_key
        and name not in (*ID_COLUMNS, "account_id", "person")
        and not name.endswith("_by")
    ]


def _texts(table: sa.Table) -> list[str]:
    return [column.name for column in table.columns if isinstance(column.type, sa.Text)]


def _owner(table: sa.Table) -> str:
    """The column that says whose account a row is; in the audit log the subject does."""
    names = ("subject",) if table.name == "audit_log" else ("account_id", "referrer_account_id")
    return next((name for name in names if name in table.c), "")


def _hits(
    connection: sa.Connection, table: sa.Table, traces: Traces, known: Patterns, *, every: bool = False
) -> Iterator[Hit]:
    key = [column.name for column in table.primary_key.columns]
    ids = [name for name in ID_COLUMNS if name in table.c]
    texts = _texts(table) if every else searched(table)
    wanted = list(dict.fromkeys(filter(None, [*key, *ids, *texts, _owner(table)])))
    if not ids and not texts:
        return
    types = frame_schema(table)
    rows = connection.execute(
        sa.select(*(table.c[name] for name in wanted)), execution_options={"stream_results": True}
    )
    for part in rows.partitions(_BATCH):
        frame = pl.DataFrame(
            [tuple(row) for row in part], schema={name: types[name] for name in wanted}, orient="row"
        )
        found = frame.select(
            *key,
            *(traces.named(name).alias(f"in {name}") for name in ids),
            *(_matches(table, name, known, traces).alias(f"in {name}") for name in texts),
        ).filter(pl.any_horizontal(pl.col("^in .*$")))
        for row in found.iter_rows(named=True):
            columns = tuple(name for name in dict.fromkeys((*ids, *texts)) if row[f"in {name}"])
            yield Hit(table.name, tuple(row[name] for name in key), columns)


def _matches(table: sa.Table, name: str, known: Patterns, traces: Traces) -> pl.Expr:
    """Whether a text names the person, or is JSON that holds their key."""
    own, other = _two(table, known)
    text, owner = pl.col(name), _owner(table)
    keyed = text.str.contains(_keyed(traces))
    there = pl.col(owner).is_in(_accounts_of(table, known, traces)) if owner else pl.lit(value=False)
    found = pl.when(there).then(_contains(text, own)).otherwise(_contains(text, other))
    return (found | keyed).fill_null(value=False)


def _contains(text: pl.Expr, pattern: str) -> pl.Expr:
    return text.str.contains(pattern) if pattern else pl.lit(value=False)


def _keyed(traces: Traces) -> str:
    """JSON that names one of the person's keys as a contact or a user."""
    names = "|".join(ID_COLUMNS)
    keys = "|".join(pl.escape_regex(json.dumps(key, ensure_ascii=False)) for key in traces.ids)
    return rf'"(?:{names})": ?(?:{keys})'


def _accounts_of(table: sa.Table, known: Patterns, traces: Traces) -> list[str]:
    return sorted(known.subjects) if table.name == "audit_log" else list(traces.accounts)


def _two(table: sa.Table, known: Patterns) -> tuple[str, str]:
    """The pattern for rows of the person's accounts, and for all others."""
    own = known.quoting if table.name in MADE_OF_WORDS else known.near
    return own, known.sure if _owner(table) and table.name != "audit_log" else known.loose


def _is_theirs(row: Mapping[str, Any], traces: Traces) -> bool:
    return any(traces.is_named(row.get(name)) for name in ID_COLUMNS)


def _cleaned(table: sa.Table, row: Mapping[str, Any], traces: Traces, known: Patterns) -> dict[str, Any]:
    """The values of a row that change."""
    values: dict[str, Any] = {}
    for name in ID_COLUMNS:
        if traces.is_named(row.get(name)):
            values[name] = None if table.c[name].nullable else ""
    own, other = _two(table, known)
    owner = row.get(_owner(table))
    pattern = own if owner in _accounts_of(table, known, traces) else other
    for name in searched(table):
        if row[name] is not None:
            text = without(row[name], traces, pattern)
            if text != row[name]:
                values[name] = text
    if _is_theirs(row, traces) or (table.name == "import_rejects" and values):
        values |= {name: None for name in AUTHORED.get(table.name, ()) if row[name] is not None}
    return values


def _stands(connection: sa.Connection, table: sa.Table, row: Mapping[str, Any]) -> bool:
    """Whether a row of that key is there already."""
    here = sa.and_(*(column == row[column.name] for column in table.primary_key.columns))
    return connection.execute(sa.select(sa.literal(1)).where(here)).first() is not None


def _next(table: sa.Table, row: Mapping[str, Any]) -> dict[str, int]:
    """The next version of a row that people edit, so that nobody saves what they still have open."""
    return {"version": row["version"] + 1} if "version" in table.c and not table.c.version.primary_key else {}
