"""What was imported and refused, and how new it is: read as it stands, never cached."""

from __future__ import annotations

from datetime import datetime

import polars as pl

from components.queries import Reader
from data_access import imports


def import_list(reader: Reader) -> pl.DataFrame:
    """Past imports, newest first."""
    return imports.listing(reader.store.database)


def newest(reader: Reader) -> dict[str, datetime]:
    """The latest date that imported rows of each fact carry."""
    return imports.freshness(reader.store.database)


def rejects(reader: Reader, import_id: int) -> pl.DataFrame:
    """The rows that one import refused; for admins."""
    return imports.rejects(reader.store.database, reader.viewer, import_id)
