"""What a warehouse says when it can't do what is asked."""

from __future__ import annotations

import time
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa

from data_access.errors import ConfigurationError, StoreError
from data_access.schema import usage_events
from data_access.usage.warehouse import SqlUsage
from data_access.usage.warehouse_writer import SqlUsageWriter
from tests.data_access.usage.stores import PostgresStore, events, moment

DAY = date(2024, 2, 1)


def test_a_warehouse_that_does_not_answer_is_named_without_its_password(tmp_path: Path) -> None:
    engine = sa.create_engine(f"postgresql+psycopg://ann:hush@/usage?host={tmp_path}")
    source = SqlUsage(engine, usage_events)
    address = r"postgresql\+psycopg://ann:\*\*\*@/usage.*ROUNDS_USAGE_URL"
    with pytest.raises(StoreError, match=address) as bulk:
        source.account_days(None, DAY)
    with pytest.raises(StoreError, match=address) as few:
        source.events_of(["a"], None, DAY, 1)
    assert "hush" not in f"{bulk.value} {few.value}"


def test_after_the_server_was_away_the_next_question_is_answered(postgres_database: str) -> None:
    engine = sa.create_engine(postgres_database, pool_pre_ping=True)
    usage_events.create(engine)
    source = SqlUsage(engine, usage_events)
    assert source.months().is_empty()
    with engine.connect() as connection:
        others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
        connection.execute(sa.text(f"{others} AND datname = current_database()"))
    with pytest.raises(StoreError, match="can't be read"):
        source.months()
    assert source.months().is_empty()
    engine.dispose()


def test_sources_of_one_engine_share_its_connections(postgres_database: str) -> None:
    engine = sa.create_engine(postgres_database)
    usage_events.create(engine)
    for _ in range(4):
        SqlUsage(engine, usage_events).months()
    assert _connected(engine) <= 2
    engine.dispose()
    # A server process takes a moment to notice that its client has gone.
    deadline = time.monotonic() + 10
    while _connected(engine) > 1 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert _connected(engine) == 1
    engine.dispose()


def _connected(engine: sa.Engine) -> int:
    count = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
    with engine.connect() as connection:
        return int(connection.execute(sa.text(count)).scalar_one())


def test_a_warehouse_without_the_table_says_which_is_missing(postgres_database: str) -> None:
    engine = sa.create_engine(postgres_database)
    with pytest.raises(StoreError, match='relation "usage_events" does not exist'):
        SqlUsage(engine, usage_events).event_spans(None, DAY)
    engine.dispose()


def test_only_postgresql_is_written_to(tmp_path: Path) -> None:
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'x.sqlite'}")
    with engine.connect() as connection, pytest.raises(ConfigurationError, match="imported into sqlite"):
        SqlUsageWriter(connection, usage_events)
    engine.dispose()


def test_a_table_without_rights_is_a_store_error(postgres_store: PostgresStore) -> None:
    postgres_store.clear()
    with postgres_store.engine.connect() as connection:
        connection.execute(sa.text("SET TRANSACTION READ ONLY"))
        writer = SqlUsageWriter(connection, usage_events)
        frame = events(("a", "u", "x", moment("2024-02-01"), 1.0)).with_columns(nth=0)
        with pytest.raises(StoreError, match="February 2024 can't be written: .*read-only"):
            writer.merge(DAY, frame)


def test_a_table_that_some_pipeline_fills_needs_no_nth_and_may_have_nameless_users(
    postgres_database: str,
) -> None:
    engine = sa.create_engine(postgres_database)
    with engine.begin() as connection:
        connection.execute(
            sa.text(
                "CREATE TABLE clicks AS SELECT 'a' AS account_id, NULL::text AS user_id, 'x' AS event, "
                "TIMESTAMP '2024-02-01 09:00' AS occurred_at, 2::numeric AS quantity "
                "FROM generate_series(1, 2)"
            )
        )
        table = sa.Table("clicks", sa.MetaData(), autoload_with=connection)
    source = SqlUsage(engine, table)
    assert source.months()["rows"].to_list() == [2]
    assert source.account_days(None, DAY).rows() == [("a", DAY, 2, 4.0, 0)]
    assert source.events_of(["a"], None, DAY, 1).rows() == [("a", "", "x", moment("2024-02-01T09"), 2.0)]
    engine.dispose()
