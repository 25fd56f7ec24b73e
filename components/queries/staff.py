"""Who has a role, and whose book is lent, read as it stands; and who can be picked to look."""

from __future__ import annotations

from datetime import date

import polars as pl

from components.queries import Reader, csms
from components.queries.cache import kept
from data_access import people


def roles(reader: Reader) -> pl.DataFrame:
    """Everybody who was given a role; columns of `data_access.people.PEOPLE`."""
    return people.listing(reader.store.database)


def lent_books(reader: Reader, today: date) -> pl.DataFrame:
    """Books lent to colleagues on a day; columns of `data_access.people.GRANTS`."""
    return people.granted(reader.store.database, today)


def labels(reader: Reader) -> dict[str, str]:
    """The imported CSMs by address, or id where they have none: their names, and who leads a team."""
    return _labels(str(reader.store.database.url), reader.stamps.imports, reader)


@kept(8)
def _labels(store_key: str, imports_stamp: int, _reader: Reader) -> dict[str, str]:
    people = csms(_reader)
    leads = set(people["manager_id"].drop_nulls())
    return {
        row["email"] or row["csm_id"]: row["name"] + (" (team)" if row["csm_id"] in leads else "")
        for row in people.iter_rows(named=True)
    }
