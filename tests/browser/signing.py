"""An OpenID provider of our own for tests, and signing in with it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.server import answers, free_port

ADMIN = "boss@example.org"


@dataclass(frozen=True)
class Sign:
    """Sign-in as an operator set it up: the port the app must have."""

    port: int

    @staticmethod
    def enter(page: Page, sub: str) -> None:
        """From the door to the app, as the provider's user `sub`."""
        page.get_by_role("button", name="Sign in").click()
        page.get_by_placeholder("sub").fill(sub)
        page.get_by_role("button", name="Authorize").click()


def present() -> str:
    """This moment, as ROUNDS_NOW wants it."""
    return datetime.now(UTC).isoformat()


@contextmanager
def provider(folder: Path, users: Sequence[dict[str, object]]) -> Iterator[str]:
    """An OpenID provider that knows these users (`sub` and claims), as a process of its own."""
    port = free_port()
    command = [sys.executable, "-m", "oidc_provider_mock", "--port", str(port)]
    for user in users:
        command += ["--user-claims", json.dumps(user)]
    with (folder / "provider.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
        try:
            answers(process, f"http://localhost:{port}/.well-known/openid-configuration")
            yield f"http://localhost:{port}"
        finally:
            process.terminate()
            process.wait(timeout=20)


def configured(at: str, monkeypatch: pytest.MonkeyPatch) -> Sign:
    """Sign-in by environment, as an operator sets it."""
    port = free_port()
    told = {
        "METADATA_URL": f"{at}/.well-known/openid-configuration",
        "CLIENT_ID": "rounds",
        "CLIENT_SECRET": "not a secret",
        "COOKIE_SECRET": "a long random text for a test",
        "REDIRECT_URI": f"http://localhost:{port}/oauth2callback",
    }
    for name, value in told.items():
        monkeypatch.setenv(f"ROUNDS_AUTH_{name}", value)
    monkeypatch.setenv("ROUNDS_ADMINS", ADMIN)
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    return Sign(port)
