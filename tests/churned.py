"""A training with a signal, put into the demo company's home: its own 120 accounts are too few for one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from actions.refresh import refresh
from data_access import churn
from data_access.churn import Fresh
from data_access.config import Configuration
from data_access.store import Store, open_store
from data_access.viewer import SYSTEM
from models.churn.drift import drift
from models.churn.verdict import Verdict
from models.past_decisions import month_ends
from tests.conftest import DEMO_DAY, DEMO_NOW
from tests.models.churn.test_training import trained

END = month_ends(DEMO_DAY, 0)[-1]
SIGNAL = Verdict("signal", "The model tells something: planted for tests.")
NONE = Verdict("no reliable signal", "No reliable signal: planted for tests.")


def teach(home: Path, verdict: Verdict = SIGNAL) -> None:
    """Keep a training of another company, known on the last month's end, and refresh."""
    store = open_store(Configuration(home=home))
    keep(store, verdict)
    refresh(store, SYSTEM, DEMO_NOW)
    store.close()


def keep(store: Store, verdict: Verdict) -> int:
    """Put the training on record as the one in use; returns its id."""
    made = trained()
    assert made.model is not None
    model = replace(made.model, verdict=verdict)
    fresh = Fresh(END, "planted", "v", verdict, True, "Planted.", model, made.judged, drift(model, made.raw))
    with store.database.write() as connection:
        return churn.add(connection, SYSTEM, DEMO_NOW, fresh)
