"""Where Rounds keeps its stores, from the environment (prefix ROUNDS_)."""

from __future__ import annotations

import os
from datetime import tzinfo
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from data_access.errors import ConfigurationError

_PREFIX = "ROUNDS_"


class Configuration(BaseSettings):
    """The settings that decide where data lives; defaults need no server.

    `home` holds everything unless a URL says otherwise. `database_url` names the store of
    facts, snapshots and what people write (SQLite file or PostgreSQL). `usage_url` names the
    store of raw usage events: a folder (Parquet by month) or a SQL database. `admins` are the addresses,
    separated by commas, of those who give the others their roles. Who signed in longer than
    `session_hours` ago signs in again. `timezone` is whose day it is where no browser says. The URLs may
    hold a password and are never shown.
    """

    model_config = SettingsConfigDict(env_prefix=_PREFIX, extra="ignore", frozen=True)

    home: Path = Field(default=Path(".rounds"))
    database_url: str = Field(default="", repr=False)
    usage_url: str = Field(default="", repr=False)
    admins: str = ""
    session_hours: float = Field(default=12.0, gt=0)
    timezone: str = ""

    @field_validator("timezone")
    @classmethod
    def _is_a_zone(cls, name: str) -> str:
        try:
            return name and ZoneInfo(name).key
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise ValueError(f"'{name}' is no time zone; give a name such as Europe/Berlin") from error

    @property
    def zone(self) -> tzinfo | None:
        """The time zone that was chosen; None where none was."""
        return ZoneInfo(self.timezone) if self.timezone else None

    @property
    def first_admins(self) -> tuple[str, ...]:
        """Addresses that are admins whatever the store says."""
        return tuple(address.strip().lower() for address in self.admins.split(",") if address.strip())

    @property
    def database(self) -> str:
        return self.database_url or f"sqlite:///{(self.home / 'rounds.sqlite').absolute()}"

    @property
    def lake(self) -> Path | None:
        """The folder of the usage lake, or None when usage lives in a SQL database."""
        if not self.usage_url:
            return (self.home / "lake").absolute()
        if self.usage_url.startswith("file:"):
            return Path(self.usage_url.removeprefix("file://").removeprefix("file:")).absolute()
        if "://" in self.usage_url:
            return None
        return Path(self.usage_url).absolute()

    @property
    def cache(self) -> Path:
        """Derived aggregates; may be deleted at any time."""
        return (self.home / "cache").absolute()


def configuration(**overrides: Any) -> Configuration:
    """Read the environment; `overrides` win over it."""
    if overrides:
        return _read(**overrides)
    # Every rerun asks for it many times, and reading it anew takes half a millisecond.
    return _standing(tuple(pair for pair in os.environ.items() if pair[0].upper().startswith(_PREFIX)))


@lru_cache(maxsize=4)
def _standing(_environment: tuple[tuple[str, str], ...]) -> Configuration:
    return _read()


def _read(**overrides: Any) -> Configuration:
    try:
        return Configuration(**overrides)
    except ValidationError as error:
        first = error.errors()[0]
        name = _PREFIX + str(first["loc"][0]).upper()
        why = str(first["msg"]).removeprefix("Value error, ")
        raise ConfigurationError(f"{name} can't be used: {why}.") from error
