"""How long work says how far it is."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[str, int, int | None], None]
"""Called with the stage in words, how much is done, and of how much (None: not known)."""


def silent(stage: str, done: int, total: int | None) -> None:
    """For callers that do not watch."""
