"""The container file speaks of files and addresses that there are, and takes no data and no secret along."""

from __future__ import annotations

import json
import re
from pathlib import Path

from shell import watching

ROOT = Path(__file__).parent.parent
LINES = (ROOT / "Containerfile").read_text(encoding="utf-8").splitlines()


def told(verb: str) -> list[str]:
    return [line.partition(" ")[2] for line in LINES if line.startswith(f"{verb} ")]


def test_what_is_copied_is_there_and_the_base_is_pinned() -> None:
    assert re.fullmatch(r"python:3\.11-slim-\w+", told("FROM")[0])
    for sources in told("COPY"):
        assert all((ROOT / one).exists() for one in sources.split()[:-1])
    assert told("USER") == ["rounds"]
    assert LINES.index("USER rounds") > max(at for at, line in enumerate(LINES) if line.startswith("RUN"))


def test_it_starts_the_app_and_asks_whether_it_is_ready() -> None:
    command = json.loads(told("CMD")[0])
    assert (ROOT / command[command.index("run") + 1]).is_file()
    assert command[-1] == told("EXPOSE")[0]
    check = told("HEALTHCHECK")[0]
    asked = re.findall(rf"127\.0\.0\.1:{command[-1]}(/\w+)", check)
    assert asked[0] in {route.path for route in watching.ROUTES}
    compile(json.loads(check.partition("CMD ")[2])[-1], "HEALTHCHECK", "exec")


def test_data_secrets_and_history_stay_out_of_it() -> None:
    left_out = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    assert {".git", ".venv", ".rounds", ".streamlit/secrets.toml"} <= set(left_out)
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").split()
    assert {".rounds/", ".streamlit/secrets.toml"} <= set(ignored)
