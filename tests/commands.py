"""The command line: in a process of its own, as schedulers run it, or in this one, which is quicker."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import chdir
from pathlib import Path
from typing import Any, NamedTuple

from typer.testing import CliRunner

from cli import app

ROOT = Path(__file__).parent.parent


class Done(NamedTuple):
    """How a command ended, and what it said."""

    returncode: int
    stdout: str
    stderr: str


def apart(home: Path, *words: str | Path, **environment: str) -> Done:
    """In a process of its own, in the folder above the home; every warning is an error."""
    command = [sys.executable, "-W", "error", str(ROOT / "cli.py"), *map(str, words)]
    known = {**os.environ, "ROUNDS_HOME": str(home), **environment}
    done = subprocess.run(command, capture_output=True, text=True, env=known, cwd=home.parent, check=False)
    return Done(done.returncode, done.stdout, done.stderr)


def here(home: Path, *words: str | Path, **environment: str) -> Done:
    """In this process; what would end as a trace is raised."""
    with chdir(home.parent):
        known = {"ROUNDS_HOME": str(home), **environment}
        done = CliRunner().invoke(app, [str(word) for word in words], env=known, catch_exceptions=False)
    return Done(done.exit_code, done.stdout, done.stderr)


def answer(done: Done) -> dict[str, Any]:
    """The JSON object that a command with `--json` answered; an error where it failed."""
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert isinstance(told, dict)
    return told
