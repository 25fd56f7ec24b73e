"""Sentences as they read: a space that no line breaks at is a space."""

from __future__ import annotations


def spaced(text: object) -> str:
    """The text with plain spaces."""
    return str(text).replace("\N{NO-BREAK SPACE}", " ")
