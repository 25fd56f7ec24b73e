"""Timing a piece of work in a process of its own: seconds, and the most memory it held."""

from __future__ import annotations

import json
import multiprocessing
import resource
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Measured:
    """Wall seconds, peak resident memory (MB), and what the work returned."""

    seconds: float
    peak_mb: float
    value: Any


def _child(work: Callable[..., Any], arguments: tuple[Any, ...], channel: Any) -> None:
    begun = time.perf_counter()
    value = work(*arguments)
    spent = time.perf_counter() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    channel.send(json.dumps([spent, peak, value]))
    channel.close()


def measured(work: Callable[..., Any], *arguments: Any) -> Measured:
    """Run `work(*arguments)` in a fresh process; its result must be JSON."""
    ours, theirs = multiprocessing.get_context("spawn").Pipe(duplex=False)
    process = multiprocessing.get_context("spawn").Process(target=_child, args=(work, arguments, theirs))
    process.start()
    theirs.close()
    try:
        return Measured(*json.loads(ours.recv()))
    except EOFError:
        raise RuntimeError(f"{work.__name__} ended without a result") from None
    finally:
        process.join()
