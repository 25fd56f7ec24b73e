"""A demo company whose managers adopted two of its planted paths, refreshed: accounts stand on them."""

from __future__ import annotations

import shutil
from pathlib import Path

from streamlit.testing.v1 import AppTest

from actions.paths import write_path
from actions.refresh import refresh
from components import queries
from components.queries import EVERYONE, Reader
from data_access.config import Configuration
from data_access.store import open_store
from data_access.viewer import SYSTEM
from models.demo.catalogue import MILESTONES, PATHS
from models.paths.adopted import HappyPath, PathStep
from tests.conftest import DEMO_NOW

NAMES = ("Plan first", "Cash first")
KICK_OFF = "Kick-off call"


def planted(name: str) -> HappyPath:
    """A path of the demo's catalogue, its usual days as if learned, with a kick-off that a person ticks."""
    days = [0, *(day for _, day in PATHS[name])]
    steps = [
        PathStep(
            MILESTONES[event][0],
            place,
            event=event,
            advice=f"Show them {event}",
            median_days=float(day),
            p85_days=1.8 * day,
            gap_median=float(day - days[place - 1]),
            gap_p85=2.0 * (day - days[place - 1]),
        )
        for place, (event, day) in enumerate(PATHS[name], start=1)
    ]
    return HappyPath(name, (PathStep(KICK_OFF, 1, "manual", who="CSM"), *steps), gives="A plan that holds")


def walked(template: Path, home: Path) -> Path:
    """Copies the demo company to `home`, adopts the paths there and refreshes."""
    shutil.copytree(template, home)
    store = open_store(Configuration(home=home))
    for name in NAMES:
        write_path(store, SYSTEM, DEMO_NOW, planted(name), adopt=True)
    refresh(store, SYSTEM, DEMO_NOW)
    store.close()
    return home


def reader() -> Reader:
    return queries.reader(EVERYONE)


def press(app: AppTest, key: str) -> AppTest:
    app.button(key=key).click()
    return app.run()


def submit(app: AppTest, label: str) -> AppTest:
    next(one for one in app.button if one.label == label).click()
    return app.run()
