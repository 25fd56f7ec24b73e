"""The PostgreSQL that the tests run on: one server, databases that do not see each other."""

from __future__ import annotations

import os
from collections.abc import Callable

import psycopg
import pytest

from tests import postgres


def _plain(url: str) -> str:
    return url.replace("+psycopg", "")


def test_everyone_in_the_run_gets_the_same_server(postgres_url: str) -> None:
    assert postgres.server_url() == postgres_url
    with psycopg.connect(_plain(postgres_url)) as connection:
        folder = connection.execute("show data_directory").fetchone()
    assert folder == (os.environ[postgres.FOLDER] + "/data",)


def test_databases_are_apart(new_postgres_database: Callable[[], str]) -> None:
    first, second = new_postgres_database(), new_postgres_database()
    with psycopg.connect(_plain(first)) as connection:
        connection.execute("create table t (a int)")
    with psycopg.connect(_plain(second)) as connection:
        assert connection.execute("select to_regclass('t')").fetchone() == (None,)


def test_a_dropped_database_is_gone_even_while_somebody_is_connected(postgres_url: str) -> None:
    with postgres.database(postgres_url) as url:
        left_open = psycopg.connect(_plain(url))
    left_open.close()
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        psycopg.connect(_plain(url))


def test_a_server_that_cannot_start_is_an_error(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("broken")
    (folder / "data").write_text("a file where the data folder should be")
    monkeypatch.setenv(postgres.FOLDER, str(folder))
    with pytest.raises(RuntimeError, match="initdb failed"):
        postgres.server_url()
