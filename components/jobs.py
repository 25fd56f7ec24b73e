"""Work that takes longer than a click: it runs on its own, and whoever looks sees how far it is."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from components.queries import RoundsError

_LOG = logging.getLogger("rounds")

Tell = Callable[[str, int, int | None], None]


@dataclass
class Job:
    """One piece of work: how far it is, and in the end what it gave or the sentence it failed with."""

    stage: str = "starting"
    done: int = 0
    total: int | None = None
    began: float = field(default_factory=time.monotonic)
    stage_began: float = field(default_factory=time.monotonic)
    ended: bool = False
    result: Any = None
    failure: str = ""

    def tell(self, stage: str, done: int, total: int | None) -> None:
        """How far it is; called by the work itself."""
        if stage != self.stage:
            self.stage_began = time.monotonic()
        self.stage, self.done, self.total = stage, done, total

    @property
    def share(self) -> float | None:
        """How much of the stage is done, 0-1; None where nobody knows the whole."""
        return min(self.done / self.total, 1.0) if self.total else None

    @property
    def seconds_left(self) -> float | None:
        """How long the stage will still take at its pace so far."""
        return seconds_left(self.share, time.monotonic() - self.stage_began)


_JOBS: dict[str, Job] = {}
_LOCK = threading.Lock()


def start(name: str, work: Callable[[Tell], Any]) -> Job:
    """Begin the work named `name`, unless it is running already: then that one is given back."""
    with _LOCK:
        running = _JOBS.get(name)
        if running is not None and not running.ended:
            return running
        job = _JOBS[name] = Job()
    threading.Thread(target=_run, args=(job, work), name=f"rounds-{name}", daemon=True).start()
    return job


def current(name: str) -> Job | None:
    """The work of this name that runs, or the last that ended and was not yet put away."""
    return _JOBS.get(name)


def put_away(name: str) -> None:
    """Forget work that has ended."""
    with _LOCK:
        job = _JOBS.get(name)
        if job is not None and job.ended:
            del _JOBS[name]


def seconds_left(share: float | None, spent: float) -> float | None:
    """What is left at the pace so far; None while it is too early to tell.

    >>> seconds_left(0.25, 10.0)
    30.0
    """
    if not share or spent < 1:
        return None
    return spent / share - spent


def _run(job: Job, work: Callable[[Tell], Any]) -> None:
    try:
        job.result = work(job.tell)
    except RoundsError as error:
        job.failure = str(error)
    except Exception:
        _LOG.exception("work failed")
        job.failure = "It failed for a reason that Rounds does not know; the server's log says more."
    finally:
        job.ended = True
