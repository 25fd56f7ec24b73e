"""Work in the background: once at a time, its progress, its result or its sentence."""

from __future__ import annotations

import threading
import time

import pytest

from components import jobs
from components.queries import RoundsError
from components.uploads import far


def ended(job: jobs.Job) -> jobs.Job:
    for _ in range(500):
        if job.ended:
            return job
        time.sleep(0.01)
    raise AssertionError("the work did not end")


def test_it_runs_once_and_keeps_its_result_until_put_away() -> None:
    go = threading.Event()

    def work(tell: jobs.Tell) -> int:
        tell("reading", 1, 4)
        go.wait(5)
        return 42

    first = jobs.start("once", work)
    assert jobs.start("once", work) is first
    jobs.put_away("once")
    assert jobs.current("once") is first
    go.set()
    assert ended(first).result == 42
    assert (first.stage, first.share) == ("reading", 0.25)
    jobs.put_away("once")
    assert jobs.current("once") is None


def test_a_refusal_is_its_sentence_and_a_fault_is_not_shown(caplog: pytest.LogCaptureFixture) -> None:
    def refuse(_: jobs.Tell) -> None:
        raise RoundsError("Another import is running.")

    def stumble(_: jobs.Tell) -> None:
        raise ZeroDivisionError("secret detail")

    assert ended(jobs.start("refused", refuse)).failure == "Another import is running."
    fault = ended(jobs.start("fault", stumble))
    assert "secret" not in fault.failure
    assert "secret detail" in caplog.text
    jobs.put_away("refused")
    jobs.put_away("fault")


def test_how_far_in_words() -> None:
    assert far(jobs.Job()) == "under way"
    assert far(jobs.Job(done=1200)) == "1,200 rows so far"
    assert far(jobs.Job(done=1, total=4)) == "25\N{NO-BREAK SPACE}%"
    begun = time.monotonic() - 30
    assert far(jobs.Job(done=1, total=4, stage_began=begun)) == "25\N{NO-BREAK SPACE}%, about 2 minutes left"


def test_time_left_waits_until_it_can_be_told() -> None:
    assert jobs.seconds_left(None, 100) is None
    assert jobs.seconds_left(0.0, 100) is None
    assert jobs.seconds_left(0.5, 0.2) is None
    assert jobs.seconds_left(1.0, 9) == 0
