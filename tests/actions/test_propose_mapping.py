"""From handed-in files to a mapping that may be imported."""

from __future__ import annotations

import io
from datetime import datetime
from pathlib import Path

import pytest

from actions.propose_mapping import beside, checked, keep_uploads, propose_mapping, read_mapping
from data_access.config import Configuration
from data_access.errors import DataError, NotAllowed
from data_access.store import open_store
from data_access.viewer import SYSTEM, Viewer

NOW = datetime(2026, 3, 1, 9)
ROWS = b"customer;tier;signup_date\nK1;Gold;2025-01-20\nK2;Silver;2025-02-20\n"


def test_a_proposal_can_be_read_and_checked(tmp_path: Path) -> None:
    store = open_store(Configuration(home=tmp_path))
    paths = keep_uploads(store, SYSTEM, NOW, [("kunden.csv", io.BytesIO(ROWS))])
    store.close()

    mapping = beside(read_mapping(propose_mapping(paths).mapping_toml), paths[0].parent)

    assert [table.table for table in mapping.tables] == ["accounts"]
    (told,) = checked(mapping, paths[0].parent)
    assert told.startswith("accounts: account_id, ")
    assert "from kunden.csv" in told


def test_who_may_not_write_may_not_hand_in(tmp_path: Path) -> None:
    store = open_store(Configuration(home=tmp_path))
    with pytest.raises(NotAllowed):
        keep_uploads(store, Viewer("a", "Ann", "auditor"), NOW, [("k.csv", io.BytesIO(ROWS))])
    store.close()
    assert not (tmp_path / "uploads").exists()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[accounts", "no proper TOML"),
        ('[clients]\nfile = "a.csv"\n', "no table \\[clients\\]"),
        ('[accounts]\nfile = "a.csv"\n', "does not say where account_id comes from"),
    ],
)
def test_a_wrong_mapping_gets_a_sentence(text: str, sentence: str) -> None:
    with pytest.raises(DataError, match=sentence):
        read_mapping(text)


@pytest.mark.parametrize(
    "source", ['file = "../x.csv"', 'file = "/etc/passwd"', 'url = "sqlite:///x"\nquery = "select 1"']
)
def test_the_browser_reads_only_what_was_handed_in(source: str, tmp_path: Path) -> None:
    mapping = read_mapping(f'[accounts]\n{source}\naccount_id = "id"\n')
    with pytest.raises(DataError, match="browser|not one of the files"):
        beside(mapping, tmp_path)
