"""Everything Rounds keeps, opened from one configuration."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from data_access.config import Configuration, configuration
from data_access.database import Database
from data_access.manifest import live_files
from data_access.migrate import migrate
from data_access.schema import usage_events
from data_access.usage.activity import ActivityCache
from data_access.usage.changes import UsageFile
from data_access.usage.lake import LakeUsage
from data_access.usage.source import UsageSource
from data_access.usage.warehouse import SqlUsage


@dataclass(frozen=True)
class Store:
    """The database, migrated, and the way to usage events."""

    configuration: Configuration
    database: Database

    @cached_property
    def warehouse(self) -> Database | None:
        """The SQL database of raw usage events, or None when they lie in the lake."""
        url = self.configuration.usage_url
        if self.configuration.lake is not None:
            return None
        if url == self.configuration.database_url:
            return self.database
        warehouse = Database(url)
        migrate(warehouse)
        return warehouse

    def usage(self) -> UsageSource:
        """The usage events as published now."""
        if self.configuration.lake is not None:
            return LakeUsage(self.configuration.lake, self.live_files())
        return SqlUsage((self.warehouse or self.database).engine, usage_events)

    def live_files(self) -> list[UsageFile]:
        """The lake's files that the last committed import published."""
        with self.database.read() as connection:
            return live_files(connection)

    def activity(self) -> ActivityCache:
        """Per-day and per-event aggregates of usage, kept between refreshes."""
        return ActivityCache(self.configuration.cache / "activity", self.usage())

    def close(self) -> None:
        self.database.dispose()
        opened: Database | None = self.__dict__.get("warehouse")
        if opened is not None:
            opened.dispose()


def open_store(settings: Configuration | None = None) -> Store:
    """Open (and if needed create or migrate) the store that the environment names."""
    settings = settings or configuration()
    settings.home.mkdir(parents=True, exist_ok=True)
    database = Database(settings.database)
    migrate(database)
    return Store(settings, database)
