"""Timing a piece of work in a process of its own: seconds, processor time, and the most memory it held."""

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
    """Wall seconds, peak resident memory (MB), what the work returned, and processor seconds, which tell
    more where others use the machine too."""

    seconds: float
    peak_mb: float
    value: Any
    cpu: float


def _child(work: Callable[..., Any], arguments: tuple[Any, ...], channel: Any) -> None:
    used = resource.getrusage(resource.RUSAGE_SELF)
    before = used.ru_utime + used.ru_stime
    begun = time.perf_counter()
    value = work(*arguments)
    spent = time.perf_counter() - begun
    used = resource.getrusage(resource.RUSAGE_SELF)
    cpu = used.ru_utime + used.ru_stime - before
    channel.send(json.dumps([spent, used.ru_maxrss / 1024, value, cpu]))
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
