"""The lock on the audit log: the database itself refuses to change or delete an entry."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

_WORDS = "the audit log is only ever added to"
_REFUSE = f"BEGIN SELECT RAISE(ABORT, '{_WORDS}'); END"

ON_SQLITE = {
    "audit_log_keeps_words": "BEFORE UPDATE ON audit_log",
    "audit_log_keeps_rows": "BEFORE DELETE ON audit_log",
    "audit_log_replaces_none": (
        "BEFORE INSERT ON audit_log WHEN EXISTS (SELECT 1 FROM audit_log WHERE entry_id = NEW.entry_id)"
    ),
}
"""When each trigger refuses, by its name; a replacing insert would delete without a word."""

ON_POSTGRES = (
    "CREATE OR REPLACE FUNCTION rounds_append_only() RETURNS trigger LANGUAGE plpgsql AS "
    f"$$ BEGIN RAISE EXCEPTION '{_WORDS}'; END $$",
    "CREATE TRIGGER audit_log_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log "
    "FOR EACH STATEMENT EXECUTE FUNCTION rounds_append_only()",
)


def lock(connection: sa.Connection) -> None:
    """Let the database refuse every change of an entry from now on."""
    if connection.dialect.name == "sqlite":
        for name, when in ON_SQLITE.items():
            connection.exec_driver_sql(f"CREATE TRIGGER {name} {when} {_REFUSE}")
    else:
        for statement in ON_POSTGRES:
            connection.exec_driver_sql(statement)


@contextmanager
def unlocked(connection: sa.Connection) -> Iterator[None]:
    """Let a restore replace the log within the block; part of the caller's transaction, like all of it."""
    if connection.dialect.name == "sqlite":
        locked = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").scalars()
        names = [name for name in locked if name in ON_SQLITE]
        for name in names:
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
        yield
        if names:
            lock(connection)
    else:
        connection.exec_driver_sql("ALTER TABLE audit_log DISABLE TRIGGER audit_log_append_only")
        yield
        connection.exec_driver_sql("ALTER TABLE audit_log ENABLE TRIGGER audit_log_append_only")
