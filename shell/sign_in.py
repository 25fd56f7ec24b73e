"""Sign-in by environment: what ROUNDS_AUTH_* say, as the secrets that Streamlit's sign-in reads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

PREFIX = "ROUNDS_AUTH_"
NAMES = {
    "METADATA_URL": "server_metadata_url",
    "CLIENT_ID": "client_id",
    "CLIENT_SECRET": "client_secret",  # the name of a setting # nosec B105
    "COOKIE_SECRET": "cookie_secret",  # the name of a setting # nosec B105
    "REDIRECT_URI": "redirect_uri",
}


def secrets(environment: Mapping[str, str]) -> dict[str, Any]:
    """The table `auth`, or nothing where no variable is set.

    Raises `ValueError`, naming what is missing, when only some are set: half a lock is no lock.

    >>> secrets({})
    {}
    >>> secrets({"ROUNDS_AUTH_CLIENT_ID": "rounds"})
    Traceback (most recent call last):
    ValueError: Sign-in is configured in part. Set these too: ROUNDS_AUTH_METADATA_URL, \
ROUNDS_AUTH_CLIENT_SECRET, ROUNDS_AUTH_COOKIE_SECRET, ROUNDS_AUTH_REDIRECT_URI.
    """
    given = {name: environment.get(PREFIX + name, "") for name in NAMES}
    if not any(given.values()):
        return {}
    missing = [PREFIX + name for name, value in given.items() if not value]
    if missing:
        raise ValueError(f"Sign-in is configured in part. Set these too: {', '.join(missing)}.")
    return {"auth": {NAMES[name]: value for name, value in given.items()}}
