"""Publishing one import's usage rows, whichever store holds them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import sqlalchemy as sa

from data_access.schema import usage_events
from data_access.store import Store
from data_access.usage.changes import UsageChange
from data_access.usage.lake_writer import LakeWriter, sweep
from data_access.usage.load import Progress, UsageLoad
from data_access.usage.warehouse_writer import SqlUsageWriter

_READERS_MAY_HOLD = timedelta(days=1)


@contextmanager
def usage_load(store: Store) -> Iterator[UsageLoad]:
    """Collect usage rows on disk until they are written; nothing is left of it afterwards.

    For the one who holds the lock of imports: what lies there now is of an import that was killed.
    """
    folder = (store.configuration.lake or store.configuration.home) / "incoming"
    shutil.rmtree(folder, ignore_errors=True)
    with UsageLoad(folder) as load:
        yield load


def write_lake(store: Store, load: UsageLoad, progress: Progress) -> UsageChange | None:
    """Write the lake's new files before the transaction that lists them; None for a SQL store.

    Until they are listed nobody reads them, and an import killed here leaves what was there.
    """
    lake = store.configuration.lake
    if lake is None:
        return None
    sweep(lake, store.live_files(), _READERS_MAY_HOLD)
    return load.publish(LakeWriter(lake, store.live_files()), progress)


def write_sql(store: Store, connection: sa.Connection, load: UsageLoad, progress: Progress) -> UsageChange:
    """Write usage rows to the SQL store, in the caller's transaction where it is the same database.

    A warehouse of its own is committed first: events whose accounts are then not written are
    not shown, and the same import again completes them.
    """
    if store.warehouse is None or store.warehouse is store.database:
        return load.publish(SqlUsageWriter(connection, usage_events), progress)
    with store.warehouse.write() as own:
        return load.publish(SqlUsageWriter(own, usage_events), progress)
