"""The command line as schedulers and scripts use it."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import icalendar
import openpyxl
import polars as pl
import pytest

ROOT = Path(__file__).parent.parent


def rounds(home: Path, *words: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-W", "error", str(ROOT / "cli.py"), *map(str, words)]
    environment = {**os.environ, "ROUNDS_HOME": str(home)}
    return subprocess.run(
        command, capture_output=True, text=True, env=environment, cwd=home.parent, check=False
    )


def answer(home: Path, *words: str | Path) -> dict[str, Any]:
    done = rounds(home, *words, "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert isinstance(told, dict)
    return told


def test_demo_then_refresh_then_every_export(tmp_path: Path) -> None:
    home, truth = tmp_path / "home", tmp_path / "truth.json"
    made = answer(home, "demo", "--accounts", "40", "--months", "14", "--seed", "3", "--truth", truth)
    assert made["accounts"] == 40
    assert made["events"] > 1000
    assert len(json.loads(truth.read_text())["accounts"]) == 40
    first = answer(home, "refresh")
    assert set(first) >= {"snapshot_id", "as_of", "accounts", "seconds"}
    assert date.fromisoformat(first["as_of"]) < date.today()
    assert answer(home, "refresh", "--if-needed") == {"snapshot_id": None}
    assert answer(home, "demo", "--if-empty")["accounts"] == 0
    told = answer(home, "backtest")
    assert set(told) >= {"auc", "auc_interval", "lift_top_decile", "lift_interval", "calibration_error"}
    assert (told["n"], told["positives"], told["verdict"], told["warnings"]) == (0, 0, "refused", [])
    for what in ("accounts", "churn", "exceptions", "calls", "retention", "voice"):
        csv, xlsx = tmp_path / f"{what}.csv", tmp_path / f"{what}.xlsx"
        rows = answer(home, "export", what, "--format", "csv", "--out", csv)["rows"]
        assert rows == pl.read_csv(csv, infer_schema=False).height > 0
        assert rows == answer(home, "export", what, "--format", "xlsx", "--out", xlsx)["rows"]
        sheet = openpyxl.load_workbook(xlsx).worksheets[0]
        assert sheet.max_row == rows + 1
    parquet = tmp_path / "accounts.parquet"
    rows = answer(home, "export", "accounts", "--format", "parquet", "--out", parquet)["rows"]
    assert pl.read_parquet(parquet).height == rows
    ics = tmp_path / "calls.ics"
    rows = answer(home, "export", "calls", "--format", "ics", "--out", ics)["rows"]
    events = icalendar.Calendar.from_ical(ics.read_bytes()).walk("VEVENT")
    assert len(events) == rows
    book = pl.read_csv(tmp_path / "accounts.csv", infer_schema=False)
    someone = book["csm_id"][0]
    mine = answer(
        home, "export", "accounts", "--viewer", someone, "--format", "json", "--out", tmp_path / "mine.json"
    )["rows"]
    assert mine == book.filter(csm_id=someone).height
    checks = answer(home, "doctor")["checks"]
    assert {check["state"] for check in checks} == {"ok"}


def test_a_mapping_is_proposed_checked_and_imported(tmp_path: Path) -> None:
    home = tmp_path / "home"
    (tmp_path / "customers.csv").write_text(
        "customer_id;name;signup_date\nc1;Añn;31.01.2025\nc2;Bo;28.02.2025\n"
    )
    out = tmp_path / "mapping.toml"
    told = answer(home, "map", tmp_path / "customers.csv", "--out", out)
    assert told["tables"] == ["accounts"]
    assert isinstance(told["unsure"], list)
    counted = answer(home, "import", "--mapping", out)["accounts"]
    assert {name: counted[name] for name in ("read", "accepted", "unchanged", "rejected")} == {
        "read": 2,
        "accepted": 2,
        "unchanged": 0,
        "rejected": 0,
    }
    assert answer(home, "import", "--mapping", out)["accounts"]["unchanged"] == 2


FAILURES: list[tuple[Sequence[str], str]] = [
    (("export", "accounts", "--format", "csv", "--out", "x.csv"), "refresh"),
    (("import", "--mapping", "none.toml"), "none.toml"),
    (("import", "--mapping", "bad.toml"), "bad.toml"),
    (("import", "--mapping", "typo.toml"), "Did you mean account_id"),
    (("map", "none.csv"), "none.csv"),
]


@pytest.mark.parametrize(("words", "said"), FAILURES)
def test_what_can_not_be_done_is_one_sentence(tmp_path: Path, words: Sequence[str], said: str) -> None:
    (tmp_path / "bad.toml").write_text("[accounts\n")
    (tmp_path / "typo.toml").write_text('[accounts]\nfile = "a.csv"\nacount_id = "id"\n')
    done = rounds(tmp_path / "home", *words)
    assert done.returncode == 1
    assert done.stdout == ""
    assert len(done.stderr.strip().splitlines()) == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_store_that_can_not_be_opened_is_said(tmp_path: Path) -> None:
    environment = {**os.environ, "ROUNDS_DATABASE_URL": "mysql://x/y", "ROUNDS_HOME": str(tmp_path)}
    command = [sys.executable, str(ROOT / "cli.py"), "refresh"]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 1
    assert "mysql" in done.stderr
    assert "postgresql" in done.stderr


@pytest.mark.parametrize("words", [("nothing",), ("refresh", "--as-of", "yesterday"), ("export", "accounts")])
def test_wrong_usage_is_2(tmp_path: Path, words: Sequence[str]) -> None:
    assert rounds(tmp_path / "home", *words).returncode == 2


def test_progress_stays_off_standard_output(tmp_path: Path) -> None:
    done = rounds(tmp_path / "home", "demo", "--accounts", "5", "--months", "3", "--json")
    assert len(done.stdout.strip().splitlines()) == 1
    assert io.StringIO(done.stdout).read().startswith("{")
