"""An importer, a refresh and four writers at once: no error, and no change is lost.

`ROUNDS_CROWD_SECONDS=60` lets them go on for a minute; `--log-cli-level=INFO` tells how long writes took.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.connection import Connection

import pytest

from actions import calls, pulse, settings
from data_access import pulses, tasks
from data_access import settings as settings_rows
from data_access.errors import Conflict
from data_access.facts import fact
from data_access.store import Store
from data_access.viewer import SYSTEM
from tests.faults.verbs import LATER, VERBS, Place

pytestmark = pytest.mark.xdist_group("faults")

SECONDS = float(os.environ.get("ROUNDS_CROWD_SECONDS", "4"))
WRITERS = 4
COUNTER = "first_value_days"
KINDS = {"calls", "pulses", COUNTER}
"""What each writer writes, every kind at least once."""
_CONTEXT = multiprocessing.get_context("forkserver")


@dataclass
class Told:
    """What one process did: times of each write (ms), how often each came off, and what went wrong."""

    milliseconds: list[float] = field(default_factory=list)
    done: Counter[str] = field(default_factory=Counter)
    errors: list[str] = field(default_factory=list)


def test_an_importer_a_refresh_and_four_writers(place: Callable[[], Place]) -> None:
    one = place()
    store = one.open()
    before = state(store)
    jobs = [("import", 0), ("refresh", 0), *(("write", seed) for seed in range(WRITERS))]
    running = [started(one, job, seed) for job, seed in jobs]
    told = [heard(*child) for child in running]
    assert [error for one_told in told for error in one_told.errors] == []
    done = sum((one_told.done for one_told in told), Counter())
    assert done["import"] > 0
    assert done["refresh"] > 0
    after = state(store)
    grown = {name: after[name] - before[name] for name in before}
    store.close()
    assert grown == {name: done[name] for name in before}
    assert min(grown.values()) > 0
    spent = sorted(value for one_told in told[2:] for value in one_told.milliseconds)
    place_of = {"median": 0.5, "p99": 0.99}
    said = ", ".join(f"{name} {spent[int(at * (len(spent) - 1))]:.0f} ms" for name, at in place_of.items())
    beside = f"{done['import']} imports and {done['refresh']} refreshes"
    logging.getLogger(__name__).info("%s writes beside %s: %s", len(spent), beside, said)


def started(place: Place, job: str, seed: int) -> tuple[multiprocessing.process.BaseProcess, Connection]:
    ours, theirs = _CONTEXT.Pipe(duplex=False)
    process = _CONTEXT.Process(target=_child, args=(place, job, seed, theirs))
    process.start()
    theirs.close()
    return process, ours


def heard(process: multiprocessing.process.BaseProcess, channel: Connection) -> Told:
    told = channel.recv()
    process.join()
    assert isinstance(told, Told)
    return told


def _child(place: Place, job: str, seed: int, channel: Connection) -> None:
    store, told, dice = place.open(), Told(), random.Random(seed)
    until = time.monotonic() + SECONDS
    wanted = {job} if job in VERBS else KINDS
    while not wanted <= told.done.keys() or time.monotonic() < until:
        try:
            if job in VERBS:
                VERBS[job](store, place)
                told.done[job] += 1
            else:
                _write(store, dice, told)
        except Exception as error:
            told.errors.append(f"{job}: {error!r}")
            break
    channel.send(told)
    store.close()


def _write(store: Store, dice: random.Random, told: Told) -> None:
    """One write of one kind; a conflict is an answer too, and the writer looks again."""
    what = dice.choice(sorted(KINDS))
    account = dice.choice(_accounts(store))
    version, body = settings_rows.current(store.database)
    counted = int(body.get(COUNTER, 0)) + 1
    deed: dict[str, Callable[[], object]] = {
        "calls": lambda: calls.add_to_list(store, SYSTEM, LATER, [calls.Call(account)]),
        "pulses": lambda: pulse.give(store, SYSTEM, LATER, account, dice.randint(1, 6), "A feeling"),
        COUNTER: lambda: settings.choose(store, SYSTEM, LATER, version, {COUNTER: counted}),
    }
    begun = time.perf_counter()
    try:
        made = deed[what]()
        told.done[what] += int(str(made)) if what == "calls" else 1
    except Conflict:
        told.done["conflict"] += 1
    told.milliseconds.append((time.perf_counter() - begun) * 1000)
    time.sleep(dice.expovariate(20))


def _accounts(store: Store) -> list[str]:
    return fact(store.database, SYSTEM, "accounts")["account_id"].to_list()


def state(store: Store) -> dict[str, int]:
    """How many of each kind the store holds; of the contested setting, how far it has been counted."""
    return {
        "calls": tasks.listing(store.database, SYSTEM).height,
        "pulses": pulses.listing(store.database, SYSTEM).height,
        COUNTER: int(settings_rows.current(store.database)[1].get(COUNTER, 0)),
    }
