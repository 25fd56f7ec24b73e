"""Keep and forget the views that a person saved of a page."""

from __future__ import annotations

from datetime import datetime

from data_access import views
from data_access.errors import DataError
from data_access.store import Store
from data_access.viewer import Viewer


def save_view(store: Store, viewer: Viewer, now: datetime, page: str, name: str, query: str) -> None:
    """Keep the page's link under a name; the same name again replaces it."""
    if not name.strip():
        raise DataError("Give the view a name.")
    with store.database.write() as connection:
        views.save(connection, viewer, now, page, name.strip(), query)


def forget_view(store: Store, viewer: Viewer, now: datetime, page: str, name: str) -> None:
    """Forget a saved view."""
    with store.database.write() as connection:
        views.remove(connection, viewer, now, page, name)
