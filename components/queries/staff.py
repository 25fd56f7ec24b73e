"""Who has a role, and whose book is lent: read as it stands, never cached."""

from __future__ import annotations

from datetime import date

import polars as pl

from components.queries import Reader
from data_access import people


def roles(reader: Reader) -> pl.DataFrame:
    """Everybody who was given a role; columns of `data_access.people.PEOPLE`."""
    return people.listing(reader.store.database)


def lent_books(reader: Reader, today: date) -> pl.DataFrame:
    """Books lent to colleagues on a day; columns of `data_access.people.GRANTS`."""
    return people.granted(reader.store.database, today)
