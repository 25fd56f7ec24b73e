"""A server with secrets in its environment and no database: neither its log nor its pages tell one."""

from __future__ import annotations

import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tests.browser.conftest import NOW, Visit
from tests.browser.server import serve

SECRET = "-".join(("Tr0ub4dor", "and", "3", "more"))

pytestmark = pytest.mark.browser


def fetched(address: str) -> str:
    try:
        with urllib.request.urlopen(address, timeout=30) as answer:
            return str(answer.read().decode("utf-8", "replace"))
    except urllib.error.HTTPError as error:
        return error.read().decode("utf-8", "replace")


@pytest.mark.parametrize("signs_in", [False, True])
def test_no_page_and_no_log_tells_a_secret(
    signs_in: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, visit: Visit
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("ROUNDS_DATABASE_URL", f"postgresql://rounds:{SECRET}@127.0.0.1:1/rounds")
    monkeypatch.setenv("ROUNDS_LOG", "json")
    monkeypatch.setenv("ROUNDS_METRICS", "1")
    if signs_in:
        monkeypatch.setenv("ROUNDS_AUTH_METADATA_URL", "http://127.0.0.1:1/.well-known/openid-configuration")
        monkeypatch.setenv("ROUNDS_AUTH_CLIENT_ID", "rounds")
        monkeypatch.setenv("ROUNDS_AUTH_CLIENT_SECRET", SECRET)
        monkeypatch.setenv("ROUNDS_AUTH_COOKIE_SECRET", SECRET)
        monkeypatch.setenv("ROUNDS_AUTH_REDIRECT_URI", "http://localhost/oauth2callback")
    with serve(home, NOW) as address:
        told = [fetched(f"{address}/{path}") for path in ("", "ready", "metrics", "_stcore/health")]
        page = visit(address)
        page.wait_for_selector('[data-testid="stAppViewContainer"] p, [data-testid="stAlert"]')
        page.wait_for_timeout(1500)
        told.append(page.content())
    (log,) = tmp_path.glob("server-*.log")
    told.append(log.read_text(errors="replace"))
    assert all(told)
    assert not [text for text in told if SECRET in text]
