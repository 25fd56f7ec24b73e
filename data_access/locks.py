"""One at a time: imports and refreshes take turns, also between processes.

The lock goes with its process: nothing is left behind by one that was killed.
"""

from __future__ import annotations

import fcntl
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from data_access.errors import Busy
from data_access.store import Store


@contextmanager
def exclusive(store: Store, what: str) -> Iterator[None]:
    """Hold the lock named `what` during the block, or raise `Busy` when another process has it."""
    if store.database.is_sqlite:
        with _file_lock(store, what):
            yield
    else:
        with _database_lock(store, what):
            yield


@contextmanager
def _file_lock(store: Store, what: str) -> Iterator[None]:
    path = store.configuration.home / f"{what}.lock"
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise _busy(what) from error
        yield


@contextmanager
def _database_lock(store: Store, what: str) -> Iterator[None]:
    number = zlib.crc32(f"rounds {what}".encode())
    with store.database.engine.connect() as connection, connection.begin():
        if not connection.execute(sa.select(sa.func.pg_try_advisory_xact_lock(number))).scalar():
            raise _busy(what)
        yield


def _busy(what: str) -> Busy:
    return Busy(f"Another {what} is running; wait until it has ended, then try again.")
