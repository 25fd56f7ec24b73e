"""Query results as Polars frames: by ADBC from PostgreSQL, through SQLAlchemy from the rest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias
from weakref import WeakKeyDictionary

import adbc_driver_manager
import polars as pl
import sqlalchemy as sa
from adbc_driver_postgresql import dbapi
from sqlalchemy import event, pool

from data_access.errors import StoreError
from models.contracts import Contract

Query: TypeAlias = sa.Select[*tuple[Any, ...]] | sa.CompoundSelect[*tuple[Any, ...]]

_RECONNECT_AFTER = 300
_POOLS: WeakKeyDictionary[sa.Engine, pool.Pool] = WeakKeyDictionary()


class Reader:
    """Reads from one engine; its ADBC connections are kept, and closed with the engine's own."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._bulk = _adbc_pool(engine) if engine.dialect.name == "postgresql" else None

    def frame(self, query: Query, contract: Contract) -> pl.DataFrame:
        """The rows of `query` with the columns and types of `contract`, in any order.

        The query's constants are written into its text: only days, times and numbers may occur.
        """
        try:
            found = self._arrow(query, self._bulk) if self._bulk else self._plain(query)
        except (sa.exc.SQLAlchemyError, adbc_driver_manager.Error) as error:
            raise self._unreadable(error) from error
        return found.select(contract.names).cast(contract.schema)

    def rows(self, query: Query) -> Sequence[Any]:
        """The rows of a small result, as tuples."""
        try:
            with self._engine.connect() as connection:
                return connection.execute(query).all()
        except sa.exc.SQLAlchemyError as error:
            raise self._unreadable(error) from error

    def _plain(self, query: Query) -> pl.DataFrame:
        with self._engine.connect() as connection:
            rows = connection.execute(query).all()
        return pl.DataFrame(rows, schema=[*query.selected_columns.keys()], orient="row")

    def _arrow(self, query: Query, bulk: pool.Pool) -> pl.DataFrame:
        text = str(query.compile(dialect=self._engine.dialect, compile_kwargs={"literal_binds": True}))
        connection = bulk.connect()
        try:
            cursor: Any = connection.cursor()
            with cursor:
                cursor.execute(text)
                return pl.DataFrame(cursor.fetch_arrow_table())
        except adbc_driver_manager.Error:
            # The server may have gone since: the next question shall not meet a dead connection.
            connection.invalidate()
            raise
        finally:
            connection.close()

    def _unreadable(self, error: Exception) -> StoreError:
        reason = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
        address = self._engine.url.render_as_string(hide_password=True)
        return StoreError(
            f"The usage events in {address} can't be read: {reason}. "
            "Check that the server runs and that ROUNDS_USAGE_URL names it."
        )


def _adbc_pool(engine: sa.Engine) -> pool.Pool:
    """The one ADBC pool of an engine, closed when the engine is disposed of."""
    if engine in _POOLS:
        return _POOLS[engine]
    address = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)

    def connect() -> Any:
        return dbapi.connect(address)

    def close(engine: sa.Engine) -> None:
        kept.dispose()

    kept = _POOLS[engine] = pool.QueuePool(connect, pool_size=2, recycle=_RECONNECT_AFTER)
    event.listen(engine, "engine_disposed", close)
    return kept
