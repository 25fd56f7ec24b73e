"""What the doctor says of a store that is not whole."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from actions.doctor import examine
from components.queries import StoreError
from data_access.config import configuration
from data_access.facts import fact
from data_access.store import open_store
from data_access.viewer import SYSTEM

NOW = datetime(2026, 11, 22, 9)


def lost(home: Path, table: str) -> None:
    store = open_store(configuration(home=home))
    with store.database.write() as connection:
        connection.execute(sa.text(f"ALTER TABLE {table} RENAME TO elsewhere"))
    store.close()


def test_a_table_that_is_gone_is_named_with_what_to_do(in_demo: Path) -> None:
    assert {check.state for check in examine(NOW)} <= {"ok", "next"}
    lost(in_demo, "handoffs")

    first = examine(NOW)[0]

    assert first.state == "failed"
    assert "lacks handoffs. Bring the last backup back" in first.sentence


def test_a_file_that_is_no_database_is_said_with_what_to_do(in_demo: Path) -> None:
    (in_demo / "rounds.sqlite").write_bytes(b"not a database at all" * 4096)

    found = examine(NOW)

    assert [check.state for check in found] == ["failed"]
    assert "cli.py restore FILE" in found[0].sentence


def test_what_a_driver_puts_before_its_sentence_is_left_out(in_demo: Path) -> None:
    lost(in_demo, "handoffs")
    store = open_store(configuration(home=in_demo))
    with pytest.raises(StoreError) as refused:
        fact(store.database, SYSTEM, "handoffs")
    store.close()
    assert str(refused.value) == "The store refused: no such table: handoffs."
