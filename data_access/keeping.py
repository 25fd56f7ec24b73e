"""Raw data that is older than it is kept: counted, and taken away in the caller's transaction."""

from __future__ import annotations

import io
import json
import re
import shutil
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import sqlalchemy as sa

from data_access.append_only import unlocked
from data_access.schema import (
    FACT_TABLES,
    audit_log,
    exceptions,
    import_rejects,
    imports,
    snapshot_frames,
    snapshots,
    usage_events,
    usage_files,
)
from data_access.store import Store

WORDS = {"survey_responses": ("comment", "responded_at"), "interactions": ("subject", "opened_at")}
"""The columns with people's own words, and when they were written."""

QUOTED_FOR = timedelta(days=62)
"""An answer is quoted in findings for a month; twice that is surely past."""

_QUOTE = re.compile(r": “.*?”", re.DOTALL)


def usage_rows(store: Store, connection: sa.Connection, first: date) -> int:
    """Usage events before a day (the first of a month); 0 where a warehouse of the company's own has them."""
    if store.configuration.lake is not None:
        rows = sa.select(sa.func.coalesce(sa.func.sum(usage_files.c.rows), 0))
        return int(connection.execute(rows.where(usage_files.c.month < first)).scalar_one())
    if store.warehouse not in (None, store.database):
        return 0
    rows = sa.select(sa.func.count()).select_from(usage_events)
    return int(connection.execute(rows.where(usage_events.c.occurred_at < _begin(first))).scalar_one())


def drop_usage(store: Store, connection: sa.Connection, first: date) -> list[Path]:
    """Unlist or delete them; gives the lake's files that nobody lists any more once this is committed."""
    if store.configuration.lake is None:
        connection.execute(sa.delete(usage_events).where(usage_events.c.occurred_at < _begin(first)))
        return []
    old = usage_files.c.month < first
    paths = list(connection.execute(sa.select(usage_files.c.path).where(old)).scalars())
    connection.execute(sa.delete(usage_files).where(old))
    return [store.configuration.lake / path for path in paths]


def words_rows(connection: sa.Connection, first: date) -> int:
    """Answers and tickets before a day that still have words."""
    return sum(
        int(connection.execute(sa.select(sa.func.count()).select_from(table).where(old)).scalar_one())
        for table, _, old in _worded(first)
    )


def drop_words(connection: sa.Connection, first: date) -> None:
    """Empty them, also where exceptions and the findings of snapshots quote them; scores stay."""
    for table, column, old in _worded(first):
        connection.execute(sa.update(table).where(old).values({column: None}))
    quoting = exceptions.c.evidence.contains('"comment"', autoescape=True)
    for row in connection.execute(sa.select(exceptions).where(quoting)).mappings().all():
        told = unquoted(row["evidence"], row["sentence"], first)
        if told is not None:
            here = exceptions.c.exception_id == row["exception_id"]
            values = {"evidence": told[0], "sentence": told[1], "version": row["version"] + 1}
            connection.execute(sa.update(exceptions).where(here).values(**values))
    _unquote_findings(connection, first)


def unquoted(evidence: str, sentence: str, first: date) -> tuple[str, str] | None:
    """Evidence and sentence without the comment of an answer before a day; None where there is none.

    >>> evidence = '{"comment": "Slow", "responded_at": "2020-01-01 00:00:00"}'
    >>> unquoted(evidence, "3 of 10: “Slow”", date(2021, 1, 1))
    ('{"comment": null, "responded_at": "2020-01-01 00:00:00"}', '3 of 10')
    """
    told: dict[str, Any] = json.loads(evidence)
    if not told.get("comment") or str(told.get("responded_at") or "9") >= first.isoformat():
        return None
    return json.dumps({**told, "comment": None}, ensure_ascii=False), _QUOTE.sub("", sentence)


def reject_rows(connection: sa.Connection, first: date) -> int:
    """Refused rows of imports that ended before a day."""
    rows = sa.select(sa.func.count()).select_from(import_rejects)
    return int(connection.execute(rows.where(_of_old_imports(first))).scalar_one())


def drop_rejects(connection: sa.Connection, first: date) -> None:
    """Delete them; how many an import refused stays in its own row."""
    connection.execute(sa.delete(import_rejects).where(_of_old_imports(first)))


def entry_rows(connection: sa.Connection, first: date) -> int:
    """Entries of the audit log before a day."""
    rows = sa.select(sa.func.count()).select_from(audit_log).where(audit_log.c.at < _begin(first))
    return int(connection.execute(rows).scalar_one())


def drop_entries(connection: sa.Connection, first: date) -> None:
    """Delete them: the lock is lifted for exactly this; the caller's own entry says how many went."""
    with unlocked(connection):
        connection.execute(sa.delete(audit_log).where(audit_log.c.at < _begin(first)))


def uploads(store: Store, first: date) -> list[Path]:
    """Folders of files that were handed in before a day."""
    every = (store.configuration.home.absolute() / "uploads").glob("*")
    return sorted(folder for folder in every if folder.is_dir() and folder.name[:10] < first.isoformat())


def drop_folders(folders: list[Path]) -> None:
    """Delete folders with everything in them."""
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


def _begin(day: date) -> datetime:
    return datetime.combine(day, time.min)


def _worded(first: date) -> Iterator[tuple[sa.Table, str, sa.ColumnElement[bool]]]:
    for name, (column, at) in WORDS.items():
        table = FACT_TABLES[name]
        yield table, column, (table.c[at] < _begin(first)) & table.c[column].is_not(None)


def _of_old_imports(first: date) -> sa.ColumnElement[bool]:
    old = sa.select(imports.c.import_id).where(imports.c.finished_at < _begin(first))
    return import_rejects.c.import_id.in_(old)


def _unquote_findings(connection: sa.Connection, first: date) -> None:
    of = snapshot_frames.c
    old = sa.select(snapshots.c.snapshot_id).where(snapshots.c.as_of < first + QUOTED_FOR)
    here = (of.name == "findings") & of.snapshot_id.in_(old)
    for snapshot_id, body in connection.execute(sa.select(of.snapshot_id, of.body).where(here)).all():
        frame = pl.read_parquet(io.BytesIO(body))
        pairs = list(frame.select("evidence", "sentence").iter_rows())
        told = [unquoted(evidence, sentence, first) for evidence, sentence in pairs]
        if any(told):
            new = [one or pair for one, pair in zip(told, pairs, strict=True)]
            buffer = io.BytesIO()
            frame.with_columns(
                pl.Series("evidence", [one[0] for one in new], dtype=pl.String),
                pl.Series("sentence", [one[1] for one in new], dtype=pl.String),
            ).write_parquet(buffer, compression="zstd", row_group_size=1000)
            connection.execute(
                sa.update(snapshot_frames)
                .where(of.snapshot_id == snapshot_id, of.name == "findings")
                .values(body=buffer.getvalue())
            )
