"""Bring a store's tables to this version's schema, whichever version it holds."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from data_access.database import Database
from data_access.errors import StoreError
from data_access.schema import METADATA

_SCRIPTS = Path(__file__).parent / "migrations"
_LOCK = 7_305_001


def migrate(database: Database, to: str = "head") -> None:
    """Run the migrations that are missing; two processes starting at once take turns."""
    config = _config()
    if _revision(database) == (head() if to == "head" else to):
        return
    with database.write() as connection:
        if not database.is_sqlite:
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
        found = MigrationContext.configure(connection).get_current_revision()
        if found is not None and found not in _known(config):
            raise StoreError(
                f"The store was written by a newer Rounds (schema {found}); update Rounds to open it."
            )
        config.attributes["connection"] = connection
        if to not in (*_known(config), "head"):
            raise StoreError(
                f"There is no schema {to} in this version of Rounds; it was made by a newer one."
            )
        command.upgrade(config, to)


def is_current(database: Database) -> bool:
    """Whether a database holds this version's schema."""
    return _revision(database) == head()


def missing_tables(database: Database) -> list[str]:
    """Tables of this version's schema that a database lacks, by name; none where it is whole."""
    with database.read() as connection:
        there = set(sa.inspect(connection).get_table_names())
    return sorted(set(METADATA.tables) - there)


def head() -> str | None:
    """The newest schema that this version of Rounds knows."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def revision_in(connection: sa.Connection) -> str | None:
    """The schema that a database holds; None where it has no tables yet."""
    return MigrationContext.configure(connection).get_current_revision()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS))
    return config


def _revision(database: Database) -> str | None:
    with database.read() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def _known(config: Config) -> set[str]:
    return {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
