"""Work that takes longer than a click: it runs on its own, and whoever looks sees how far it is."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import streamlit as st

from components import words
from components.queries import RoundsError

_LOG = logging.getLogger("rounds")

_DISMISSED = "dismissed "
_numbers = count(1)

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
    ended_at: float = 0.0
    number: int = field(default_factory=lambda: next(_numbers))
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


def news(name: str) -> Job | None:
    """The work of this name that ended and that this session has not dismissed; others still see it."""
    job = _JOBS.get(name)
    seen = job is not None and st.session_state.get(_DISMISSED + name) == job.number
    return None if job is None or not job.ended or seen else job


def dismissal(name: str, job: Job) -> None:
    """When the work ended, and the button that puts what it gave out of this session's sight."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(f"Ended {ago(time.monotonic() - job.ended_at)}.", width="content")
        key = f"dismiss-{job.number}"
        st.button("Dismiss", key=key, type="tertiary", on_click=_dismiss, args=(name, job))


def ago(seconds: float) -> str:
    """How long it is past, in its largest whole unit.

    >>> ago(20), ago(200), ago(7300), ago(200_000)
    ('just now', '3 minutes ago', '2 hours ago', '2 days ago')
    """
    for unit, length in (("day", 86_400), ("hour", 3600), ("minute", 60)):
        if seconds >= length:
            return f"{words.count(int(seconds // length), unit)} ago"
    return "just now"


def put_away(name: str) -> None:
    """Forget work that has ended, for everybody."""
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


def _dismiss(name: str, job: Job) -> None:
    """For callbacks only."""
    st.session_state[_DISMISSED + name] = job.number


def _run(job: Job, work: Callable[[Tell], Any]) -> None:
    try:
        job.result = work(job.tell)
    except RoundsError as error:
        job.failure = str(error)
    except Exception:
        _LOG.exception("work failed")
        job.failure = "It failed for a reason that Rounds does not know; the server's log says more."
    finally:
        job.ended_at, job.ended = time.monotonic(), True
