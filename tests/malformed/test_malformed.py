"""Malformed files and mappings: no crash, no hang, nothing lost in silence, memory bounded.

`make test` tries 40 numbered cases; ROUNDS_CASES=2000 tries as many, a quarter of an hour on one core.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from data_access.files import InputError, open_file
from tests.malformed.cases import case

COUNT = int(os.environ.get("ROUNDS_CASES", "40"))
BATCH = 250
PEAK_MB = 1500
"""A process with Polars and four threads' buffers, and one file of 16 MiB blocks; no bomb of 400 MB."""

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("first", range(0, COUNT, BATCH))
def test_numbered_cases_land_or_are_refused_in_words(first: int, migrated: Path) -> None:
    count = min(BATCH, COUNT - first)
    command = [sys.executable, "-m", "tests.malformed.trial", str(first), str(count), str(migrated)]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=60 + 10 * count, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    *tried, last = [json.loads(line) for line in done.stdout.splitlines()]
    assert [one for one in tried if one["wrong"]] == []
    assert len(tried) == count
    assert {one["outcome"] for one in tried} == {"landed", "refused"}
    assert last["peak_mb"] < PEAK_MB


def test_the_same_number_is_the_same_case(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    one, two = (case(9, tmp_path / name) for name in ("a", "b"))
    assert one == two
    files = [
        sorted((path.name, path.read_bytes()) for path in (tmp_path / name).iterdir()) for name in ("a", "b")
    ]
    assert files[0] == files[1]


def test_a_workbook_that_unpacks_a_thousandfold_is_refused_unread(tmp_path: Path) -> None:
    made = case(1, tmp_path, "bomb")
    assert (tmp_path / made.file).stat().st_size < 5_000_000
    with pytest.raises(InputError, match="times its size"):
        open_file(tmp_path / made.file)
