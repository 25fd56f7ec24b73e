"""The long verbs, each run in a process of its own that may be killed at any moment."""

from __future__ import annotations

import json
import multiprocessing
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from multiprocessing.connection import Connection
from pathlib import Path

from actions.backup import backup
from actions.import_files import import_files
from actions.refresh import refresh
from data_access.config import Configuration
from data_access.errors import Busy
from data_access.store import Store, open_store
from data_access.viewer import SYSTEM
from models.mapping import parse
from tests.conftest import DEMO_DAY, DEMO_NOW

LATER = DEMO_NOW + timedelta(days=30)
BACKUP = "all.rounds"
_PATIENCE = 30.0
_LONGEST = 600.0

_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload([__name__])


@dataclass(frozen=True)
class Place:
    """A home, its database (empty: SQLite in the home, usage in a lake), and files waiting for import."""

    home: Path
    url: str
    folder: Path

    def open(self) -> Store:
        return open_store(Configuration(home=self.home, database_url=self.url, usage_url=self.url))


def _import(store: Store, place: Place) -> None:
    mapping = parse(json.loads((place.folder / "mapping.json").read_text(encoding="utf-8")))
    import_files(store, SYSTEM, LATER, mapping, place.folder)


def _refresh(store: Store, place: Place) -> None:
    refresh(store, SYSTEM, LATER, as_of=DEMO_DAY + timedelta(days=7))


def _backup(store: Store, place: Place) -> None:
    backup(store, SYSTEM, LATER, place.home / BACKUP)


VERBS: dict[str, Callable[[Store, Place], None]] = {
    "import": _import,
    "refresh": _refresh,
    "backup": _backup,
}


def _child(verb: str, place: Place, channel: Connection) -> None:
    store = place.open()
    channel.send("begun")
    _patiently(lambda: VERBS[verb](store, place))
    channel.send("done")
    store.close()


def _patiently(work: Callable[[], None]) -> None:
    """Again while the lock of one that was killed is held: PostgreSQL lets go when it next looks."""
    until = time.monotonic() + _PATIENCE
    while True:
        try:
            return work()
        except Busy:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)


def whole(verb: str, place: Place) -> float:
    """Run a verb to its end; how many seconds it worked."""
    process, channel = _started(verb, place)
    begun = time.monotonic()
    if not _heard(channel, _LONGEST):
        raise RuntimeError(f"The {verb} did not come to its end; what it said stands above.")
    spent = time.monotonic() - begun
    process.join()
    return spent


def killed(verb: str, place: Place, after: float) -> bool:
    """Begin a verb and kill it `after` seconds; whether it was still at work."""
    process, channel = _started(verb, place)
    ended = _heard(channel, after)
    if not ended and process.pid is not None:
        process.kill()
    process.join()
    return process.exitcode == -signal.SIGKILL and not _heard(channel, 0)


def _started(verb: str, place: Place) -> tuple[multiprocessing.process.BaseProcess, Connection]:
    ours, theirs = _CONTEXT.Pipe(duplex=False)
    process = _CONTEXT.Process(target=_child, args=(verb, place, theirs))
    process.start()
    theirs.close()
    if not _heard(ours, _LONGEST):
        raise RuntimeError(f"The {verb} did not begin; what it said stands above.")
    return process, ours


def _heard(channel: Connection, seconds: float) -> bool:
    try:
        return channel.poll(seconds) and bool(channel.recv())
    except EOFError:
        return False
