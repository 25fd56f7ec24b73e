"""How every read is kept: between all sessions, bounded, the least recently used dropped first."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

import streamlit as st

P = ParamSpec("P")
R = TypeVar("R")


def kept(most: int, spinner: str | bool = False) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Keep what a read gives for its last `most` keys: its arguments whose names begin without `_`.

    They are numbers, texts and days, told apart as Python writes them, and Streamlit hashes one text: hashing
    each argument by itself took a tenth of a rerun.
    """

    def keep(read: Callable[P, R]) -> Callable[P, R]:
        counted = [not name.startswith("_") for name in inspect.signature(read).parameters]

        def reading(key: str, _args: tuple[Any, ...]) -> R:
            return read(*_args)  # type: ignore[call-arg]  # what `keyed` was given

        signature = inspect.signature(reading)
        functools.update_wrapper(reading, read)  # each read has a cache of its own by its name
        reading.__dict__["__signature__"] = signature
        found = st.cache_resource(max_entries=most, show_spinner=spinner)(reading)

        @functools.wraps(read)
        def keyed(*args: P.args, **kwargs: P.kwargs) -> R:
            if kwargs or len(args) != len(counted):
                raise TypeError(f"Pass every argument of {read.__name__} by place: it is kept by them.")
            key = repr([arg for arg, counts in zip(args, counted, strict=True) if counts])
            return found(key, args)

        return keyed

    return keep
