"""No secret is in the repository, in what the command line says, or in the words of an error."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from actions.import_files import import_files
from data_access.config import Configuration
from data_access.database import Database
from data_access.errors import RoundsError
from data_access.store import open_store
from data_access.viewer import SYSTEM
from models.mapping import parse
from tests.commands import apart, here
from tests.conftest import DEMO_NOW

ROOT = Path(__file__).parent.parent
SECRET = "Tr0ub4dor-and-3-more"

KINDS = {
    "a private key": r"-----BEGIN [A-Z ]*PRIVATE KEY-----",
    "a key of AWS": r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b",
    "a token of GitHub": r"\bgh[pousr]_[A-Za-z0-9]{30,}|\bgithub_pat_\w{30,}",
    "a token of Slack": r"\bxox[abprs]-[A-Za-z0-9-]{10,}",
    "a key of Google": r"\bAIza[0-9A-Za-z_-]{35}\b",
    "a key of a model's maker": r"\bsk-[A-Za-z0-9_-]{20,}",
    "a signed token": r"\beyJ[A-Za-z0-9_-]{15,}\.eyJ[A-Za-z0-9_-]{15,}\.[A-Za-z0-9_-]{10,}",
    "a password given away": (
        r"(?i)(?:password|passwd|secret|token)['\"]?\s*[:=]\s*['\"](?!(?:client|cookie)_secret)[^'\"\s<>{}…]{10,}['\"]"
    ),
    "a password in an address": r"\b\w+://[^/\s:@'\"`]+:(?!…|PASSWORD|\{|\$|secret|\.\.\.)[^/\s@'\"`]{3,}@[\w.-]+",
}
MEANT = ("tests/test_secrets.py",)
"""Files whose secrets are made up for a test."""


def kept() -> list[Path]:
    """Every file that is in the repository."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="a copy without its history lists no files")
def test_no_secret_is_in_the_repository() -> None:
    found = []
    for path in kept():
        if path.relative_to(ROOT).as_posix() in MEANT or path.suffix in (".png", ".gz", ".parquet"):
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        for kind, pattern in KINDS.items():
            for match in re.finditer(pattern, text):
                found.append(f"{path.relative_to(ROOT)}: {kind}: {match.group()[:60]}")
    assert found == []


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_would_be_seen(kind: str) -> None:
    made = {
        "a private key": "-----BEGIN RSA PRIVATE KEY-----",
        "a key of AWS": "AKIA" + "A" * 16,
        "a token of GitHub": "ghp_" + "a" * 36,
        "a token of Slack": "xoxb-" + "1" * 12,
        "a key of Google": "AIza" + "b" * 35,
        "a key of a model's maker": "sk-" + "c" * 30,
        "a signed token": ".".join(["eyJ" + "d" * 20, "eyJ" + "e" * 20, "f" * 20]),
        "a password given away": f"password = '{SECRET}'",
        "a password in an address": f"postgresql://me:{SECRET}@db.example/x",
    }
    assert re.search(KINDS[kind], made[kind])


@pytest.mark.parametrize(
    "url",
    [f"postgresql://rounds:{SECRET}@127.0.0.1:1/rounds", f"mysql://rounds:{SECRET}@h/x", f"://{SECRET}"],
)
def test_the_command_line_never_says_a_password(url: str, tmp_path: Path) -> None:
    told = {
        "ROUNDS_DATABASE_URL": url,
        "ROUNDS_USAGE_URL": url,
        "ROUNDS_AUTH_CLIENT_SECRET": SECRET,
        "ROUNDS_AUTH_COOKIE_SECRET": SECRET,
    }
    ways = (apart, here) if url.startswith("postgresql") else (here,)
    for run in ways:
        for command in (["doctor", "--json"], ["refresh"]):
            done = run(tmp_path / "home", *command, **told)
            assert done.returncode == 1
            assert done.stderr + done.stdout
            assert SECRET not in done.stderr + done.stdout
            assert "Traceback" not in done.stderr


def test_what_is_shown_of_a_configuration_holds_no_password() -> None:
    url = f"postgresql://rounds:{SECRET}@db.example/rounds"
    told = Configuration(database_url=url, usage_url=url)
    assert SECRET not in repr(told)
    assert SECRET not in str(told)
    assert SECRET not in repr(Database(told.database).engine)


def test_an_import_from_a_database_tells_no_password(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAREHOUSE", SECRET)
    url = "postgresql://reader:$WAREHOUSE@127.0.0.1:1/x"
    document = {"accounts": {"url": url, "query": "accounts", "account_id": "id"}}
    store = open_store(Configuration(home=tmp_path / "home"))
    try:
        with pytest.raises(RoundsError) as refused:
            import_files(store, SYSTEM, DEMO_NOW, parse(document), tmp_path)
    finally:
        store.close()
    assert SECRET not in str(refused.value)
