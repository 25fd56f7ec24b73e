"""The command line as schedulers and scripts use it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import icalendar
import openpyxl
import polars as pl
import pytest

from tests.commands import Done, answer, apart, here


def test_demo_then_refresh_then_every_export(tmp_path: Path) -> None:
    home, truth = tmp_path / "home", tmp_path / "truth.json"
    size = ("--accounts", "40", "--months", "14", "--seed", "3")
    done = apart(home, "demo", *size, "--truth", truth, "--json")
    assert len(done.stdout.splitlines()) == 1, "progress goes to standard error"
    made = answer(done)
    assert made["accounts"] == 40
    assert made["events"] > 1000
    assert len(json.loads(truth.read_text())["accounts"]) == 40
    first = answer(apart(home, "refresh", "--json"))
    assert set(first) >= {"snapshot_id", "as_of", "accounts", "seconds"}
    assert date.fromisoformat(first["as_of"]) < date.today()
    assert answer(here(home, "refresh", "--if-needed", "--json")) == {"snapshot_id": None}
    assert answer(here(home, "demo", "--if-empty", "--json"))["accounts"] == 0
    told = answer(here(home, "backtest", "--json"))
    assert set(told) >= {"auc", "auc_interval", "lift_top_decile", "lift_interval", "calibration_error"}
    assert (told["n"], told["positives"], told["verdict"], told["warnings"]) == (0, 0, "refused", [])
    for what in ("accounts", "churn", "exceptions", "calls", "retention", "voice"):
        csv, xlsx = tmp_path / f"{what}.csv", tmp_path / f"{what}.xlsx"
        rows = exported(here(home, "export", what, "--format", "csv", "--out", csv, "--json"))
        assert rows == pl.read_csv(csv, infer_schema=False).height > 0
        assert rows == exported(here(home, "export", what, "--format", "xlsx", "--out", xlsx, "--json"))
        sheet = openpyxl.load_workbook(xlsx).worksheets[0]
        assert sheet.max_row == rows + 1
    parquet = tmp_path / "accounts.parquet"
    rows = exported(apart(home, "export", "accounts", "--format", "parquet", "--out", parquet, "--json"))
    assert pl.read_parquet(parquet).height == rows
    ics = tmp_path / "calls.ics"
    rows = exported(here(home, "export", "calls", "--format", "ics", "--out", ics, "--json"))
    events = icalendar.Calendar.from_ical(ics.read_bytes()).walk("VEVENT")
    assert len(events) == rows
    book = pl.read_csv(tmp_path / "accounts.csv", infer_schema=False)
    someone, out = book["csm_id"][0], tmp_path / "mine.json"
    mine = exported(
        here(home, "export", "accounts", "--viewer", someone, "--format", "json", "--out", out, "--json")
    )
    assert mine == book.filter(csm_id=someone).height
    checks = answer(apart(home, "doctor", "--json"))["checks"]
    assert {check["state"] for check in checks} == {"ok"}


def exported(done: Done) -> int:
    return int(answer(done)["rows"])


def test_a_mapping_is_proposed_checked_and_imported(tmp_path: Path) -> None:
    home = tmp_path / "home"
    (tmp_path / "customers.csv").write_text(
        "customer_id;name;signup_date\nc1;Añn;31.01.2025\nc2;Bo;28.02.2025\n"
    )
    out = tmp_path / "mapping.toml"
    told = answer(here(home, "map", tmp_path / "customers.csv", "--out", out, "--json"))
    assert told["tables"] == ["accounts"]
    assert isinstance(told["unsure"], list)
    counted = answer(apart(home, "import", "--mapping", out, "--json"))["accounts"]
    assert {name: counted[name] for name in ("read", "accepted", "unchanged", "rejected")} == {
        "read": 2,
        "accepted": 2,
        "unchanged": 0,
        "rejected": 0,
    }
    assert answer(here(home, "import", "--mapping", out, "--json"))["accounts"]["unchanged"] == 2


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
    run = apart if words == FAILURES[0][0] else here
    done = run(tmp_path / "home", *words)
    assert done.returncode == 1
    assert done.stdout == ""
    assert len(done.stderr.strip().splitlines()) == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_store_that_can_not_be_opened_is_said(tmp_path: Path) -> None:
    done = here(tmp_path, "refresh", ROUNDS_DATABASE_URL="mysql://x/y")
    assert done.returncode == 1
    assert "mysql" in done.stderr
    assert "postgresql" in done.stderr


@pytest.mark.parametrize("words", [("nothing",), ("refresh", "--as-of", "yesterday"), ("export", "accounts")])
def test_wrong_usage_is_2(tmp_path: Path, words: Sequence[str]) -> None:
    assert here(tmp_path / "home", *words).returncode == 2
