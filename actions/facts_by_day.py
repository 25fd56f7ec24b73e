"""The facts as of one day after another, read from the store once."""

from __future__ import annotations

from datetime import date

import polars as pl

from data_access import tasks
from data_access.facts import fact, known_on
from data_access.imports import freshness
from data_access.store import Store
from data_access.viewer import SYSTEM
from models.book import ends_as_known
from models.facts import FACTS, USAGE_EVENTS
from models.logged_calls import as_interactions


class FactsByDay:
    """Every fact but usage up to a day; logged calls stand among the interactions.

    All are read up to `until` at the first question, and again only after an import or for a later day.
    A subscription's end that came true between the day and the newest that is known is not known on the
    day: it may have been cut short (`models.book.ends_as_known`).
    """

    def __init__(self, store: Store, until: date) -> None:
        self._store, self._until = store, until
        self._imports, self._newest = -1, until
        self._read: dict[str, pl.DataFrame] = {}

    def at(self, day: date, imports: int) -> dict[str, pl.DataFrame]:
        """The facts known on a day, as imported by the import with this id (`Stamps.imports`)."""
        if imports != self._imports or day > self._until:
            self._until, self._imports = max(day, self._until), imports
            names = [name for name in FACTS if name != USAGE_EVENTS.name]
            database = self._store.database
            self._read = {name: fact(database, SYSTEM, name, as_of=self._until) for name in names}
            used = freshness(database).get(USAGE_EVENTS.name)
            self._newest = max(self._until, used.date()) if used else self._until
        facts = {name: known_on(rows, name, day) for name, rows in self._read.items()}
        subscriptions = ends_as_known(facts["subscriptions"], day, self._newest)
        logged = as_interactions(tasks.listing(self._store.database, SYSTEM, state="done"))
        interactions = pl.concat([facts["interactions"], logged])
        return facts | {"interactions": interactions, "subscriptions": subscriptions}
