"""One person in the usage events: their rows stay as somebody's, without saying whose."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl
import sqlalchemy as sa

from data_access.errors import StoreError
from data_access.schema import usage_events, usage_files
from data_access.store import Store
from data_access.suppressions import Suppressed
from data_access.usage.changes import KEY, UsageFile
from data_access.usage.lake_writer import read_files, unreadable, write_file
from models.personal import Traces

_FIRST = [name for name in KEY if name != "nth"]

_ANONYMOUS = """
WITH gone AS (
  DELETE FROM usage_events WHERE user_id = ANY(:keys) OR lower(user_id) = ANY(:emails) RETURNING *
)
INSERT INTO usage_events (account_id, user_id, event, occurred_at, nth, quantity)
SELECT account_id, '', event, occurred_at,
       coalesce((SELECT max(known.nth) + 1 FROM usage_events known
                 WHERE known.account_id = gone.account_id AND known.user_id = ''
                   AND known.event = gone.event AND known.occurred_at = gone.occurred_at), 0)
       + row_number() OVER (PARTITION BY account_id, event, occurred_at ORDER BY user_id, nth) - 1,
       quantity
FROM gone
"""


@dataclass(frozen=True)
class Rewritten:
    """A live file of the lake, and the one that is to stand for it."""

    old: UsageFile
    new: UsageFile


def rows_of(store: Store, traces: Traces) -> pl.DataFrame:
    """Every usage event that names the person; all stored columns."""
    if store.configuration.lake is None:
        return _in_database(store, traces)
    lake, files = store.configuration.lake, store.live_files()
    if not files:
        return pl.DataFrame(schema={"account_id": pl.String, "user_id": pl.String})
    found = pl.scan_parquet([lake / file.path for file in files]).filter(traces.named("user_id"))
    try:
        return found.collect(engine="streaming")
    except (OSError, pl.exceptions.PolarsError) as error:
        raise unreadable(lake, error) from error


def rewrite_lake(store: Store, traces: Traces) -> list[Rewritten]:
    """Write each file that names the person anew, without the name; nobody reads it until it is listed."""
    lake = store.configuration.lake
    if lake is None:
        return []
    changed = []
    for file in store.live_files():
        rows = read_files(lake, [file])
        theirs = rows.select(traces.named("user_id")).to_series()
        if theirs.any():
            changed.append(Rewritten(file, write_file(lake, file.month, anonymous(rows, theirs))))
    return changed


def anonymous(rows: pl.DataFrame, theirs: pl.Series) -> pl.DataFrame:
    """Stored rows with no user where `theirs`; equal events are numbered on after those that had none."""
    moved = rows.with_columns(
        pl.when(theirs).then(pl.lit("")).otherwise("user_id").alias("user_id"), _moved=theirs
    ).sort(*_FIRST, "_moved", "nth")
    numbered = moved.with_columns(pl.int_range(pl.len(), dtype=pl.Int64).over(_FIRST).alias("nth"))
    return numbered.select(rows.columns).sort(KEY)


def list_rewritten(connection: sa.Connection, changed: list[Rewritten]) -> None:
    """Let the rewritten files stand for the old ones, in the caller's transaction."""
    for one in changed:
        old, new = usage_files.c, one.new
        done = connection.execute(
            sa.update(usage_files)
            .where(old.path == one.old.path)
            .values(path=new.path, rows=new.rows, bytes=new.bytes, checksum=new.checksum)
        )
        if done.rowcount != 1:
            raise StoreError("The usage files changed meanwhile; nothing was erased. Try again.")


def drop_files(store: Store, changed: list[Rewritten], *, new: bool = False) -> None:
    """Delete the files that no list names any more: the old ones, or the `new` ones of work given up."""
    lake = store.configuration.lake
    for one in changed:
        if lake is not None:
            (lake / (one.new if new else one.old).path).unlink(missing_ok=True)


def with_the_tables(store: Store) -> bool:
    """Whether usage events lie in the same database as everything else."""
    return store.configuration.lake is None and store.warehouse in (None, store.database)


def may_clean(store: Store) -> None:
    """Raise `StoreError` where the person's usage lies in a warehouse that Rounds does not write to."""
    if store.warehouse is not None and store.warehouse.engine.dialect.name != "postgresql":
        raise StoreError(
            f"Rounds does not write to your {store.warehouse.engine.dialect.name} warehouse: take the person "
            "out of its usage table there, then erase here."
        )


def returned(store: Store, listed: Suppressed) -> list[str]:
    """Users of events who were erased before."""
    if store.configuration.lake is not None:
        paths = [store.configuration.lake / file.path for file in store.live_files()]
        if not paths:
            return []
        users = pl.scan_parquet(paths).select(pl.col("user_id").unique()).collect(engine="streaming")
        found = users["user_id"].to_list()
    else:
        with (store.warehouse or store.database).read() as connection:
            found = list(connection.execute(sa.select(usage_events.c.user_id).distinct()).scalars())
    return sorted(user for user in found if user and listed.has(user))


def clean_database(connection: sa.Connection, traces: Traces) -> None:
    """Take the person's name off their events, in the caller's transaction (PostgreSQL)."""
    connection.execute(sa.text(_ANONYMOUS), {"keys": list(traces.keys), "emails": list(traces.lower)})


def clean_elsewhere(store: Store, traces: Traces) -> None:
    """Take the person's name off their events in a database of their own."""
    if store.warehouse is not None:
        with store.warehouse.write() as connection:
            clean_database(connection, traces)


def _in_database(store: Store, traces: Traces) -> pl.DataFrame:
    user = usage_events.c.user_id
    theirs = user.in_(traces.keys) | sa.func.lower(user).in_(traces.lower)
    named = sa.select(usage_events).where(theirs)
    with (store.warehouse or store.database).read() as connection:
        rows = connection.execute(named).mappings().all()
    return pl.DataFrame([dict(row) for row in rows], infer_schema_length=None) if rows else pl.DataFrame()
