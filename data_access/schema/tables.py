"""The tables of facts, snapshots and what people write; the facts come from their contracts."""

from __future__ import annotations

import sqlalchemy as sa

from data_access.schema.base import ID, METADATA, SQL_TYPES
from models.contracts import Contract
from models.facts import FACTS, USAGE_EVENTS
from models.snapshot import MOVES, SCORES


def _fact(contract: Contract) -> sa.Table:
    """A fact's table: its contract's columns, its natural key, and an index on the account."""
    columns = [
        sa.Column(
            column.name,
            SQL_TYPES[column.dtype],
            primary_key=column.name in contract.key,
            nullable=not column.required and column.name not in contract.key,
        )
        for column in contract.columns
    ]
    table = sa.Table(contract.name, METADATA, *columns)
    if "account_id" in contract.names and contract.key != ("account_id",):
        sa.Index(None, table.c.account_id)
    return table


FACT_TABLES: dict[str, sa.Table] = {
    name: _fact(contract) for name, contract in FACTS.items() if contract is not USAGE_EVENTS
}

usage_events = sa.Table(
    "usage_events",
    METADATA,
    sa.Column("account_id", sa.Text, primary_key=True),
    sa.Column("user_id", sa.Text, primary_key=True),
    sa.Column("event", sa.Text, primary_key=True),
    sa.Column("occurred_at", sa.DateTime, primary_key=True, index=True),
    sa.Column("nth", sa.BigInteger, primary_key=True),
    sa.Column("quantity", sa.Double, nullable=False),
)

usage_files = sa.Table(
    "usage_files",
    METADATA,
    sa.Column("path", sa.Text, primary_key=True),
    sa.Column("month", sa.Date, nullable=False, index=True),
    sa.Column("rows", sa.BigInteger, nullable=False),
    sa.Column("bytes", sa.BigInteger, nullable=False),
    sa.Column("checksum", sa.Text, nullable=False),
    sa.Column("import_id", ID, nullable=False),
)

imports = sa.Table(
    "imports",
    METADATA,
    sa.Column("import_id", ID, primary_key=True, autoincrement=True),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("fact", sa.Text, nullable=False),
    sa.Column("files", sa.Text, nullable=False),
    sa.Column("started_at", sa.DateTime, nullable=False),
    sa.Column("finished_at", sa.DateTime, nullable=False),
    sa.Column("person", sa.Text, nullable=False),
    sa.Column("rows_read", sa.BigInteger, nullable=False),
    sa.Column("rows_accepted", sa.BigInteger, nullable=False),
    sa.Column("rows_unchanged", sa.BigInteger, nullable=False),
    sa.Column("rows_rejected", sa.BigInteger, nullable=False),
    sa.Column("newest", sa.DateTime),
    sa.Column("notes", sa.Text, nullable=False),
)

import_rejects = sa.Table(
    "import_rejects",
    METADATA,
    sa.Column("reject_id", ID, primary_key=True, autoincrement=True),
    sa.Column("import_id", ID, nullable=False, index=True),
    sa.Column("file", sa.Text, nullable=False),
    sa.Column("line", sa.BigInteger),
    sa.Column("column", sa.Text),
    sa.Column("value", sa.Text),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("row", sa.Text),
)

settings = sa.Table(
    "settings",
    METADATA,
    sa.Column("version", ID, primary_key=True, autoincrement=True),
    sa.Column("saved_at", sa.DateTime, nullable=False),
    sa.Column("person", sa.Text, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
)

snapshots = sa.Table(
    "snapshots",
    METADATA,
    sa.Column("snapshot_id", ID, primary_key=True, autoincrement=True),
    sa.Column("as_of", sa.Date, nullable=False, index=True),
    sa.Column("created_at", sa.DateTime, nullable=False),
    sa.Column("person", sa.Text, nullable=False),
    sa.Column("accounts", sa.BigInteger, nullable=False),
    sa.Column("settings_version", ID, nullable=False),
    sa.Column("code_version", sa.Text, nullable=False),
    sa.Column("freshness", sa.Text, nullable=False),
    sa.Column("stages", sa.Text, nullable=False),
    sa.Column("notes", sa.Text, nullable=False),
    sa.Column("previous_snapshot_id", ID),
)

account_scores = sa.Table(
    "account_scores",
    METADATA,
    sa.Column("snapshot_id", ID, primary_key=True),
    sa.Column("account_id", sa.Text, primary_key=True, index=True),
    *(
        sa.Column(column.name, SQL_TYPES[column.dtype], nullable=not column.required)
        for column in SCORES.columns
        if column.name != "account_id"
    ),
)

account_moves = sa.Table(
    "account_moves",
    METADATA,
    sa.Column("snapshot_id", ID, primary_key=True),
    sa.Column("account_id", sa.Text, primary_key=True, index=True),
    *(
        sa.Column(column.name, SQL_TYPES[column.dtype], nullable=not column.required)
        for column in MOVES.columns
        if column.name != "account_id"
    ),
)

snapshot_frames = sa.Table(
    "snapshot_frames",
    METADATA,
    sa.Column("snapshot_id", ID, primary_key=True),
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("rows", sa.BigInteger, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
)

exceptions = sa.Table(
    "exceptions",
    METADATA,
    sa.Column("exception_id", ID, primary_key=True, autoincrement=True),
    sa.Column("account_id", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("first_seen", sa.Date, nullable=False),
    sa.Column("last_seen", sa.Date, nullable=False),
    sa.Column("closed_on", sa.Date),
    sa.Column("times_opened", sa.BigInteger, nullable=False),
    sa.Column("severity", sa.Double, nullable=False),
    sa.Column("sentence", sa.Text, nullable=False),
    sa.Column("evidence", sa.Text, nullable=False),
    sa.Column("prescription", sa.Text, nullable=False),
    sa.Column("due_on", sa.Date),
    sa.Column("since", sa.Date, nullable=False),
    sa.Column("verdict", sa.Text),
    sa.Column("verdict_by", sa.Text),
    sa.Column("verdict_at", sa.DateTime),
    sa.Column("snoozed_until", sa.Date),
    sa.Column("snooze_reason", sa.Text),
    sa.Column("version", sa.BigInteger, nullable=False),
)
sa.Index(
    "uq_exceptions_open",
    exceptions.c.account_id,
    exceptions.c.kind,
    unique=True,
    sqlite_where=exceptions.c.closed_on.is_(None),
    postgresql_where=exceptions.c.closed_on.is_(None),
)

tasks = sa.Table(
    "tasks",
    METADATA,
    sa.Column("task_id", ID, primary_key=True, autoincrement=True),
    sa.Column("account_id", sa.Text, nullable=False, index=True),
    sa.Column("contact_id", sa.Text),
    sa.Column("csm_id", sa.Text),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("origin", sa.Text, nullable=False),
    sa.Column("reasons", sa.Text, nullable=False),
    sa.Column("due_on", sa.Date),
    sa.Column("outcome", sa.Text),
    sa.Column("helped", sa.Boolean),
    sa.Column("next_step", sa.Text),
    sa.Column("next_on", sa.Date),
    sa.Column("note", sa.Text),
    sa.Column("created_at", sa.DateTime, nullable=False),
    sa.Column("created_by", sa.Text, nullable=False),
    sa.Column("done_at", sa.DateTime, index=True),
    sa.Column("done_by", sa.Text),
    sa.Column("version", sa.BigInteger, nullable=False),
)
sa.Index(
    "uq_tasks_open_account",
    tasks.c.account_id,
    unique=True,
    sqlite_where=tasks.c.state == "open",
    postgresql_where=tasks.c.state == "open",
)

saved_views = sa.Table(
    "saved_views",
    METADATA,
    sa.Column("view_id", ID, primary_key=True, autoincrement=True),
    sa.Column("person", sa.Text, nullable=False),
    sa.Column("page", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("query", sa.Text, nullable=False),
    sa.UniqueConstraint("person", "page", "name"),
)

notes = sa.Table(
    "notes",
    METADATA,
    sa.Column("note_id", ID, primary_key=True, autoincrement=True),
    sa.Column("account_id", sa.Text, nullable=False, index=True),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("created_at", sa.DateTime, nullable=False),
    sa.Column("created_by", sa.Text, nullable=False),
    sa.Column("version", sa.BigInteger, nullable=False),
)

audit_log = sa.Table(
    "audit_log",
    METADATA,
    sa.Column("entry_id", ID, primary_key=True, autoincrement=True),
    sa.Column("at", sa.DateTime, nullable=False, index=True),
    sa.Column("person", sa.Text, nullable=False),
    sa.Column("what", sa.Text, nullable=False),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("rows", sa.BigInteger, nullable=False),
    sa.Column("before", sa.Text),
    sa.Column("after", sa.Text),
)

pulses = sa.Table(
    "pulses",
    METADATA,
    sa.Column("pulse_id", ID, primary_key=True, autoincrement=True),
    sa.Column("account_id", sa.Text, nullable=False, index=True),
    sa.Column("level", sa.BigInteger, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("given_at", sa.DateTime, nullable=False),
    sa.Column("given_by", sa.Text, nullable=False),
    sa.Column("withdrawn_at", sa.DateTime),
    sa.Column("version", sa.BigInteger, nullable=False),
)

playbooks = sa.Table(
    "playbooks",
    METADATA,
    sa.Column("playbook_id", ID, primary_key=True, autoincrement=True),
    sa.Column("name", sa.Text, nullable=False, index=True),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("saved_at", sa.DateTime, nullable=False),
    sa.Column("saved_by", sa.Text, nullable=False),
)

content = sa.Table(
    "content",
    METADATA,
    sa.Column("content_id", ID, primary_key=True, autoincrement=True),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("purpose", sa.Text, nullable=False),
    sa.Column("link", sa.Text),
    sa.Column("event", sa.Text),
    sa.Column("retired_at", sa.DateTime),
    sa.Column("saved_at", sa.DateTime, nullable=False),
    sa.Column("saved_by", sa.Text, nullable=False),
    sa.Column("version", sa.BigInteger, nullable=False),
)
