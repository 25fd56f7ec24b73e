"""Sign-in by environment: what ROUNDS_AUTH_* say, written where Streamlit looks for it."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

from streamlit import config

PREFIX = "ROUNDS_AUTH_"
NAMES = {
    "METADATA_URL": "server_metadata_url",
    "CLIENT_ID": "client_id",
    "CLIENT_SECRET": "client_secret",
    "COOKIE_SECRET": "cookie_secret",
    "REDIRECT_URI": "redirect_uri",
}
FILE = "sign-in.toml"


def from_environment(environment: Mapping[str, str], home: Path) -> Path | None:
    """Write the sign-in's secrets to a file only this user reads; None when none are set.

    Raises `ValueError`, naming what is missing, when only some are set: half a lock is no lock.
    """
    given = {name: environment.get(PREFIX + name, "") for name in NAMES}
    if not any(given.values()):
        return None
    missing = [PREFIX + name for name, value in given.items() if not value]
    if missing:
        raise ValueError(f"Sign-in is configured in part: set {', '.join(missing)} too.")
    home.mkdir(parents=True, exist_ok=True)
    path = home / FILE
    lines = [f"{NAMES[name]} = {json.dumps(value)}" for name, value in given.items()]
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write("\n".join(["[auth]", *lines, ""]))
    return path


def configure() -> None:
    """Let Streamlit read the sign-in's secrets from there, beside its own places."""
    path = from_environment(os.environ, Path(os.environ.get("ROUNDS_HOME", ".rounds")))
    if path is not None:
        known = config.get_option("secrets.files")
        config.set_option("secrets.files", [*known, str(path.absolute())])
