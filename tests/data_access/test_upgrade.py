"""A store of an earlier schema, with data in every table it had: opened by this version it holds the same."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory

from actions import calls
from actions.refresh import refresh
from data_access import bulk
from data_access.backup import table_frames
from data_access.config import Configuration
from data_access.database import Database
from data_access.migrate import head, is_current, migrate
from data_access.schema import METADATA, audit_log
from data_access.store import Store, open_store
from data_access.viewer import SYSTEM
from tests.actions.forgotten import NOW, lived

SHIPPED = "0003"
"""The schema that the first servers run."""


def last() -> str:
    """The schema before this version's."""
    script = ScriptDirectory(str(Path(__file__).parents[2] / "data_access" / "migrations"))
    before = script.get_revision(head() or "").down_revision
    assert isinstance(before, str)
    return before


@dataclass(frozen=True)
class Lived:
    """A company of this version, to copy from: its home, and every row by table."""

    home: Path
    rows: dict[str, pl.DataFrame]


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Lived:
    home = tmp_path_factory.mktemp("upgrade") / "home"
    store = open_store(Configuration(home=home))
    lived(store, home.parent)
    rows = held(store.database)
    store.close()
    return Lived(home, rows)


@pytest.fixture(params=["sqlite", "postgres"])
def place(
    request: pytest.FixtureRequest, tmp_path: Path, new_postgres_database: Callable[[], str]
) -> Configuration:
    """Where the earlier version kept its data; nothing yet."""
    url = new_postgres_database() if request.param == "postgres" else ""
    return Configuration(home=tmp_path / "home", database_url=url)


def held(database: Database) -> dict[str, pl.DataFrame]:
    """Every row of every table."""
    with database.read() as connection:
        every = {table.name: list(table_frames(connection, table)) for table in METADATA.sorted_tables}
    return {name: pl.concat(frames) for name, frames in every.items() if frames}


def filled(place: Configuration, revision: str, company: Lived) -> dict[str, pl.DataFrame]:
    """Make a store of that schema with the company's rows in the tables and columns it had; gives those."""
    shutil.copytree(company.home / "lake", place.home / "lake")
    database, given = Database(place.database), {}
    migrate(database, revision)
    with database.write() as connection:
        there = sa.inspect(connection)
        for name in set(there.get_table_names()) & set(company.rows):
            had = [column["name"] for column in there.get_columns(name)]
            given[name] = company.rows[name].select(one for one in had if one in METADATA.tables[name].c)
            bulk.insert(connection, METADATA.tables[name], given[name])
            counted_on(connection, METADATA.tables[name])
    assert not is_current(database)
    database.dispose()
    return given


def counted_on(connection: sa.Connection, table: sa.Table) -> None:
    """PostgreSQL numbers new rows after these, as after rows that it numbered itself."""
    counted = table.autoincrement_column
    if connection.dialect.name == "postgresql" and counted is not None:
        sequence = sa.func.pg_get_serial_sequence(table.name, counted.name)
        connection.execute(
            sa.select(sa.func.setval(sequence, sa.select(sa.func.max(counted)).scalar_subquery()))
        )


@pytest.mark.parametrize("revision", sorted({SHIPPED, last()}))
def test_a_store_of_an_earlier_schema_comes_with_its_data(
    revision: str, place: Configuration, company: Lived
) -> None:
    given = filled(place, revision, company)
    assert {"accounts", "contacts", "tasks", "audit_log", "snapshots", "usage_files"} <= set(given)
    store = open_store(place)
    try:
        assert is_current(store.database)
        now = held(store.database)
        for name, rows in given.items():
            assert now[name].select(rows.columns).sort(pl.all()).equals(rows.sort(pl.all())), name
        assert int(store.usage().months()["rows"].sum()) == 6
        goes_on(store)
    finally:
        store.close()


def goes_on(store: Store) -> None:
    """What people and the night do works, and the log is still only added to."""
    before = refresh(store, SYSTEM, NOW).snapshot_id
    task = calls.log(store, SYSTEM, NOW, calls.Call("A2"), "reached")
    calls.undo(store, SYSTEM, NOW, task, 1)
    assert refresh(store, SYSTEM, NOW).snapshot_id > before
    with pytest.raises(Exception, match="only ever added to"), store.database.write() as connection:
        connection.execute(sa.delete(audit_log))
