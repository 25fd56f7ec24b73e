"""Files from the browser: safe names, a folder of their own, nothing overwritten."""

from __future__ import annotations

import io
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_access.config import Configuration
from data_access.errors import StoreError
from data_access.store import open_store
from data_access.uploads import keep, new_folder, safe_name


@given(st.text(max_size=300))
def test_no_name_leaves_the_folder_or_hides(name: str) -> None:
    made = safe_name(name)
    assert made
    assert Path(made).name == made
    assert not made.startswith((".", "-"))
    assert len(made) <= 100
    assert safe_name(made) == made


def test_two_files_of_one_name_are_both_kept(tmp_path: Path) -> None:
    store = open_store(Configuration(home=tmp_path))
    folder = new_folder(store, datetime(2026, 3, 1, 9))
    first = keep(folder, "a/data.csv.gz", io.BytesIO(b"1"))
    second = keep(folder, "b/data.csv.gz", io.BytesIO(b"2"))
    store.close()
    assert folder.is_relative_to(tmp_path / "uploads")
    assert (first.name, second.name) == ("data.csv.gz", "data-2.csv.gz")
    assert (first.read_bytes(), second.read_bytes()) == (b"1", b"2")


def test_a_folder_that_is_gone_gets_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"x\.csv can't be kept"):
        keep(tmp_path / "gone", "x.csv", io.BytesIO(b""))
