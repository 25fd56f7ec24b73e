"""A read is kept for its arguments, and only for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
import streamlit as st

from components.queries.cache import kept

asked: list[tuple[object, ...]] = []


@kept(2)
def _read(store: str, n: int | str, _reader: object) -> list[object]:
    asked.append((store, n))
    return [store, n]


@kept(2)
def _other(store: str, n: int | str, _reader: object) -> list[object]:
    asked.append((store, n))
    return [store, n]


@pytest.fixture(autouse=True)
def nothing_kept() -> Iterator[None]:
    asked.clear()
    yield
    st.cache_resource.clear()


def test_the_same_arguments_are_read_once_whoever_asks() -> None:
    first = _read("a", 1, object())
    assert _read("a", 1, object()) is first
    assert asked == [("a", 1)]


@pytest.mark.parametrize("other", [("a", 2), ("a", "1"), ("b", 1), ("a', 1", 1)])
def test_another_argument_is_another_answer(other: tuple[str, int | str]) -> None:
    _read("a", 1, None)
    assert _read(*other, None) == [*other]
    assert asked == [("a", 1), other]


def test_reads_of_one_shape_do_not_share() -> None:
    assert _read("a", 1, None) is not _other("a", 1, None)


def test_the_oldest_is_dropped() -> None:
    for n in (1, 2, 3, 3, 2, 1):
        _read("a", n, None)
    assert [n for _, n in asked] == [1, 2, 3, 1]


def test_all_is_dropped_when_every_cache_is_emptied() -> None:
    _read("a", 1, None)
    st.cache_resource.clear()
    _read("a", 1, None)
    assert len(asked) == 2


def test_arguments_are_passed_by_place() -> None:
    read: Callable[..., object] = _read
    with pytest.raises(TypeError, match="Pass every argument of _read by place"):
        read("a", 1, _reader=None)
