"""Ready while the database answers, figures without anybody's data, logs without values."""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
import sqlalchemy as sa
from starlette.responses import Response

from data_access.database import Database
from data_access.migrate import is_current
from shell import sign_in, watching


def answered(route: Any) -> Response:
    """What a route answers, in a thread of its own: a browser test may have left a loop in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(lambda: asyncio.run(route(Mock()))).result()  # type: ignore[no-any-return]  # as above


def test_ready_while_the_database_answers(demo_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROUNDS_HOME", str(demo_home))
    assert answered(watching.ready).status_code == 200
    (demo_home / "rounds.sqlite").write_bytes(b"no database at all, but long enough to look like one" * 40)
    said = answered(watching.ready)
    assert said.status_code == 503
    assert json.loads(bytes(said.body))["ready"] is False


def test_a_new_server_makes_its_schema_before_it_is_ready_and_is_not_while_postgresql_is_away(
    postgres_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ROUNDS_DATABASE_URL", postgres_database)
    monkeypatch.setenv("ROUNDS_HOME", str(tmp_path))
    monkeypatch.setenv("ROUNDS_METRICS", "1")
    assert "rounds_up 0" in bytes(answered(watching.metrics).body).decode()
    assert answered(watching.ready).status_code == 200
    database = Database(postgres_database)
    assert is_current(database)
    with database.write() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    database.dispose()
    assert answered(watching.ready).status_code == 503, "a newer version's store is not ours to change"
    monkeypatch.setenv("ROUNDS_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nothing")
    assert answered(watching.ready).status_code == 503


def test_figures_only_when_asked_for_and_nobodys(demo_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROUNDS_HOME", str(demo_home))
    assert answered(watching.metrics).status_code == 404
    monkeypatch.setenv("ROUNDS_METRICS", "1")
    lines = bytes(answered(watching.metrics).body).decode().splitlines()
    figures = dict(line.split() for line in lines if not line.startswith("#"))
    assert figures["rounds_up"] == "1"
    assert float(figures["rounds_snapshot_age_days"]) == pytest.approx(
        float(figures["rounds_usage_age_days"]), abs=1.1
    )
    assert int(figures["rounds_open_exceptions"]) > 0


def test_a_log_line_tells_what_and_where_but_no_values() -> None:
    try:
        raise ValueError("maria.keller@example.com said no")
    except ValueError:
        record = logging.LogRecord(
            "rounds", logging.ERROR, __file__, 1, "a page failed", None, sys.exc_info()
        )
    record.told = {"page": "today"}
    line = json.loads(watching.AsJson().format(record))
    assert (line["what"], line["page"], line["error"]) == ("a page failed", "today", "ValueError")
    assert line["where"][0].startswith(__file__)
    assert "maria" not in json.dumps(line)


def test_sign_in_needs_all_of_its_variables() -> None:
    whole = {sign_in.PREFIX + name: name.lower() for name in sign_in.NAMES}
    assert sign_in.secrets(whole)["auth"]["server_metadata_url"] == "metadata_url"
    for name in whole:
        with pytest.raises(ValueError, match=name):
            sign_in.secrets({**whole, name: ""})
