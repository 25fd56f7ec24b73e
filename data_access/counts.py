"""How many rows of each fact there are."""

from __future__ import annotations

import polars as pl
import sqlalchemy as sa

from data_access.database import Database
from data_access.schema import FACT_TABLES, exceptions
from data_access.store import Store
from models.facts import USAGE_EVENTS


def open_exceptions(database: Database) -> int:
    """How many exceptions are open, everybody's."""
    asked = sa.select(sa.func.count()).select_from(exceptions).where(exceptions.c.closed_on.is_(None))
    with database.read() as connection:
        return int(connection.execute(asked).scalar_one())


def fact_rows(store: Store) -> dict[str, int]:
    """The rows of every fact, usage events too, whoever may see them."""
    with store.database.read() as connection:
        rows = {
            name: int(connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one())
            for name, table in FACT_TABLES.items()
        }
    months = store.usage().months()
    return {**rows, USAGE_EVENTS.name: int(months.select(pl.col("rows").sum()).item() or 0)}
