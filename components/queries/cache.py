"""How every read is kept: between all sessions, bounded, the least recently used dropped first."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import ParamSpec, TypeVar

import streamlit as st

P = ParamSpec("P")
R = TypeVar("R")


def kept(most: int, spinner: str | bool = False) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Keep what a read gives for its last `most` keys: its arguments whose names begin without `_`.

    Streamlit asks for the signature once an argument, at every call: 15 µs each, where it is not noted.
    """

    def keep(read: Callable[P, R]) -> Callable[P, R]:
        read.__dict__["__signature__"] = inspect.signature(read)
        return st.cache_resource(max_entries=most, show_spinner=spinner)(read)

    return keep
