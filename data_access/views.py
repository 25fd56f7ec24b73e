"""Views that a person saved: a name for the filters in a page's link."""

from __future__ import annotations

from datetime import datetime

import polars as pl
import sqlalchemy as sa

from data_access.audit import record
from data_access.database import Database
from data_access.schema import saved_views
from data_access.viewer import Viewer
from models.contracts import Column, Contract
from models.facts import TEXT

VIEWS = Contract(
    "saved_views",
    (
        Column("name", TEXT, required=True),
        Column("query", TEXT, required=True, doc="the link's query string"),
    ),
    key=("name",),
)


def listing(database: Database, viewer: Viewer, page: str) -> pl.DataFrame:
    """This person's views of one page by name; columns of `VIEWS`."""
    statement = sa.select(saved_views.c.name, saved_views.c.query).where(
        saved_views.c.person == viewer.person, saved_views.c.page == page
    )
    return database.few(statement.order_by(saved_views.c.name), VIEWS)


def save(connection: sa.Connection, viewer: Viewer, at: datetime, page: str, name: str, query: str) -> None:
    """Keep `query` under `name`; the same name again replaces it."""
    viewer.may_write()
    before = _drop(connection, viewer, page, name)
    connection.execute(sa.insert(saved_views).values(person=viewer.person, page=page, name=name, query=query))
    after = {"query": query}
    record(connection, viewer, at, "view saved", f"{page}: {name}", before=before, after=after)


def remove(connection: sa.Connection, viewer: Viewer, at: datetime, page: str, name: str) -> None:
    """Forget a view; nothing happens when there is none of that name."""
    viewer.may_write()
    before = _drop(connection, viewer, page, name)
    if before is not None:
        record(connection, viewer, at, "view forgotten", f"{page}: {name}", before=before)


def _drop(connection: sa.Connection, viewer: Viewer, page: str, name: str) -> dict[str, str] | None:
    own = (
        saved_views.c.person == viewer.person,
        saved_views.c.page == page,
        saved_views.c.name == name,
    )
    query = connection.execute(sa.select(saved_views.c.query).where(*own)).scalar()
    connection.execute(sa.delete(saved_views).where(*own))
    return None if query is None else {"query": query}
