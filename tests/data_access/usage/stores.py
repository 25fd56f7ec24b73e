"""The stores that keep usage events, each filled through its own way in."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path
from typing import Protocol

import polars as pl
import sqlalchemy as sa

from data_access.schema import usage_events
from data_access.usage.changes import MonthChange, UsageChange, UsageFile
from data_access.usage.lake import LakeUsage
from data_access.usage.lake_writer import LakeWriter
from data_access.usage.load import UsageLoad
from data_access.usage.source import UsageSource
from data_access.usage.warehouse import SqlUsage
from data_access.usage.warehouse_writer import SqlUsageWriter
from models.facts import USAGE_EVENTS

Row = tuple[str, str | None, str, datetime, float]


def events(*rows: Row) -> pl.DataFrame:
    """Rows of account, user, event, time and quantity as a frame of USAGE_EVENTS."""
    return pl.DataFrame(list(rows), schema=USAGE_EVENTS.schema, orient="row")


def moment(text: str) -> datetime:
    """A time in UTC without an offset, as `2024-02-29T23:59:59.999999` or any part of it."""
    return datetime.fromisoformat(text)


class Store(Protocol):
    """A place for usage events, as the contract tests use it."""

    source: UsageSource

    def write(self, *files: pl.DataFrame) -> UsageChange:
        """Import some source files in one load."""

    def clear(self) -> None:
        """Forget everything."""


class LakeStore:
    """A lake whose list of live files is kept in memory."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.live: list[UsageFile] = []

    @property
    def source(self) -> LakeUsage:
        return LakeUsage(self.root, self.live)

    def write(self, *files: pl.DataFrame) -> UsageChange:
        with UsageLoad(self.root / "incoming") as load:
            add_all(load, files)
            change = load.publish(LakeWriter(self.root, self.live))
        kept = (file for file in self.live if file.path not in change.removed)
        self.live = [*kept, *change.new_files]
        return change

    def clear(self) -> None:
        self.live = []


class PostgresStore:
    """The table `usage_events` of a PostgreSQL database."""

    def __init__(self, url: str, folder: Path) -> None:
        self.engine = sa.create_engine(url)
        self.folder = folder
        usage_events.create(self.engine)
        self.source = SqlUsage(self.engine, usage_events)

    def write(self, *files: pl.DataFrame) -> UsageChange:
        with UsageLoad(self.folder) as load, self.engine.begin() as connection:
            add_all(load, files)
            return load.publish(SqlUsageWriter(connection, usage_events))

    def clear(self) -> None:
        with self.engine.begin() as connection:
            connection.execute(sa.text("TRUNCATE usage_events"))


class OtherWarehouse:
    """A warehouse that some pipeline fills: any other dialect, here SQLite."""

    def __init__(self, folder: Path) -> None:
        self.engine = sa.create_engine(f"sqlite:///{folder / 'warehouse.sqlite'}")
        self.folder = folder
        usage_events.create(self.engine)
        self.source = SqlUsage(self.engine, usage_events)

    def write(self, *files: pl.DataFrame) -> UsageChange:
        with UsageLoad(self.folder / "incoming") as load:
            add_all(load, files)
            return load.publish(_Insert(self.engine))

    def clear(self) -> None:
        with self.engine.begin() as connection:
            connection.execute(usage_events.delete())


class _Insert:
    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def merge(self, month: date, frame: pl.DataFrame) -> MonthChange:
        with self._engine.begin() as connection:
            connection.execute(usage_events.insert(), frame.to_dicts())
        return MonthChange(month, frame.height, 0, 0)


def add_all(load: UsageLoad, files: Iterable[pl.DataFrame]) -> None:
    for position, frame in enumerate(files):
        load.add(frame, position)
