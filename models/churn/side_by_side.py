"""Runs the same on several parts at once, one thread a core."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TypeVar

from threadpoolctl import ThreadpoolController

Part = TypeVar("Part")
Found = TypeVar("Found")

MOST = 4
"""Threads at most: a training leaves the other cores of a larger machine to who works on it."""


LEAST_ROWS = 2_000
"""Rows under which threads cost more than they save."""


def side_by_side(work: Callable[[Part], Found], parts: Sequence[Part], rows: int) -> list[Found]:
    """What the work gives for each part, in their order; each part has one thread to itself.

    The results depend neither on how many cores there are nor on how many `rows` each looks at. Several
    threads inside a part would wait for each other longer than such small products take, most of all on a
    busy machine.

    >>> side_by_side(abs, [-1, 2, -3], 5_000)
    [1, 2, 3]
    """
    cores = min(os.cpu_count() or 1, MOST, len(parts)) if rows >= LEAST_ROWS else 1
    with _libraries().limit(limits=1):
        if cores < 2:
            return [work(part) for part in parts]
        with ThreadPoolExecutor(cores) as pool:
            return list(pool.map(work, parts))


@cache
def _libraries() -> ThreadpoolController:
    """Looking for them takes longer than limiting them."""
    return ThreadpoolController()
