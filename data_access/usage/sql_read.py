"""Query results as Polars frames: by ADBC from PostgreSQL, through SQLAlchemy from the rest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import adbc_driver_manager
import polars as pl
import sqlalchemy as sa
from adbc_driver_postgresql import dbapi

from data_access.errors import StoreError
from models.contracts import Contract

Query: TypeAlias = sa.Select[*tuple[Any, ...]] | sa.CompoundSelect[*tuple[Any, ...]]


def read_frame(engine: sa.Engine, query: Query, contract: Contract) -> pl.DataFrame:
    """The rows of `query` with the columns and types of `contract`, in any order.

    The query's constants are written into its text: only days, times and numbers may occur.
    """
    try:
        if engine.dialect.name == "postgresql":
            frame = _adbc(engine, query)
        else:
            with engine.connect() as connection:
                rows = connection.execute(query).all()
            frame = pl.DataFrame(rows, schema=[*query.selected_columns.keys()], orient="row")
    except (sa.exc.SQLAlchemyError, adbc_driver_manager.Error) as error:
        raise _unreadable(engine, error) from error
    return frame.select(contract.names).cast(contract.schema)


def read_rows(engine: sa.Engine, query: Query) -> Sequence[Any]:
    """The rows of a small result, as tuples."""
    try:
        with engine.connect() as connection:
            return connection.execute(query).all()
    except sa.exc.SQLAlchemyError as error:
        raise _unreadable(engine, error) from error


def _adbc(engine: sa.Engine, query: Query) -> pl.DataFrame:
    compiled = query.compile(dialect=engine.dialect, compile_kwargs={"literal_binds": True})
    address = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with dbapi.connect(address) as connection, connection.cursor() as cursor:
        cursor.execute(str(compiled))
        return pl.DataFrame(cursor.fetch_arrow_table())


def _unreadable(engine: sa.Engine, error: Exception) -> StoreError:
    reason = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
    return StoreError(
        f"The usage events in {engine.url.render_as_string(hide_password=True)} can't be read: {reason}. "
        "Check that the server runs and that ROUNDS_USAGE_URL names it."
    )
