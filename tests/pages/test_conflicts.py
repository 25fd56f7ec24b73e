"""Two people change the same thing: the second sees who was first, when, both versions, and decides."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from actions import calls, exceptions, goals, settings
from actions.calls import Call
from components import queries
from data_access import exceptions as exception_rows
from data_access import facts, people, tasks
from data_access import goals as goal_rows
from data_access import settings as setting_rows
from data_access.viewer import SYSTEM, Viewer
from tests.conftest import DEMO_DAY, DEMO_NOW
from tests.pages.conftest import Open, shown

pytestmark = pytest.mark.usefixtures("in_demo")

LATER = DEMO_NOW + timedelta(minutes=5)


def first() -> Viewer:
    """Who saves first: somebody with a name among the imported CSMs."""
    lead = people.csms(queries.store().database).filter(pl.col("manager_id").is_null()).row(0, named=True)
    return Viewer(lead["email"], lead["name"], "admin")


def press(app: AppTest, label: str) -> AppTest:
    return next(one for one in app.button if one.label == label).click().run()


def account() -> str:
    every = facts.fact(queries.store().database, SYSTEM, "accounts")
    return str(every.filter(pl.col("churned_on").is_null())["account_id"][0])


def box(app: AppTest) -> list[tuple[str, str, str]]:
    """The rows of the one table that has both versions."""
    found = [one.value for one in app.dataframe if "theirs" in one.value.columns]
    assert len(found) == 1
    return [tuple(row) for row in found[0][["what", "theirs", "mine"]].itertuples(index=False)]


def setting(open_page: Open) -> tuple[AppTest, Callable[[], object], tuple[str, str, str]]:
    """Calls that fit a day."""
    app = open_page("settings")
    app.number_input("capacity-0").set_value(9).run()
    settings.choose(queries.store(), first(), LATER, 0, {"capacity": 7})
    press(app, "Save as a new version")
    return (
        app,
        lambda: setting_rows.current(queries.store().database)[1]["capacity"],
        ("Capacity", "7", "9"),
    )


def verdict(open_page: Open) -> tuple[AppTest, Callable[[], object], tuple[str, str, str]]:
    """What somebody says of an exception."""
    store = queries.store()
    row = exception_rows.listing(store.database, SYSTEM).row(0, named=True)
    app = open_page("account", account=row["account_id"])
    exceptions.judge(store, first(), LATER, row["exception_id"], row["version"], "true")
    key = f"verdict-{row['exception_id']}-"
    control = next(one for one in app.segmented_control if (one.key or "").startswith(key))
    control.set_value("false").run()

    def now() -> object:
        rows = exception_rows.listing(queries.store().database, SYSTEM)
        return rows.filter(exception_id=row["exception_id"])["verdict"][0]

    return app, now, ("Verdict", "true", "false")


def note(open_page: Open) -> tuple[AppTest, Callable[[], object], tuple[str, str, str]]:
    """The note of a logged call."""
    store, where = queries.store(), account()
    task = calls.log(store, SYSTEM, DEMO_NOW, Call(where), "reached", because="a test")
    app = open_page("account", account=where)
    calls.describe(store, first(), LATER, task, 1, note="They want a discount")
    app.text_area(f"note-{task}").input("They want training")
    press(app, "Save")

    def now() -> object:
        rows = tasks.listing(queries.store().database, SYSTEM)
        return rows.filter(task_id=task)["note"][0]

    return app, now, ("Note", "They want a discount", "They want training")


def goal(open_page: Open) -> tuple[AppTest, Callable[[], object], tuple[str, str, str]]:
    """A goal's target."""
    store = queries.store()
    due = DEMO_DAY + timedelta(days=90)
    made = goals.set_goal(store, SYSTEM, DEMO_NOW, "grr", 0.9, DEMO_DAY, due)
    app = open_page("retention")
    goals.change_goal(store, first(), LATER, made, 1, 0.95, DEMO_DAY, due)
    target = next(
        one for one in app.number_input if one.label == "Target, %" and "new" not in (one.key or "")
    )
    target.set_value(92.0)
    next(one for one in app.button if one.key == (target.key or "").replace("-target", "-save")).click().run()
    return app, lambda: goal_rows.listing(queries.store().database)["target"][0], ("Target", "0.95", "0.92")


EDITS = [setting, verdict, note, goal]


@pytest.mark.parametrize("choice", ["Keep theirs", "Save mine in its place"])
@pytest.mark.parametrize("edit", EDITS, ids=lambda one: one.__name__)
def test_both_versions_are_shown_and_either_can_count(
    edit: Callable[..., tuple[AppTest, Callable[[], object], tuple[str, str, str]]],
    choice: str,
    open_page: Open,
) -> None:
    app, now, row = edit(open_page)
    told = shown(app).replace("\\", "")
    assert f"changed by {first().name} at 21 Nov 2026 09:05 UTC; nothing was overwritten" in told
    assert row in box(app)
    assert str(now()) == row[1]
    press(app, choice)
    assert "nothing was overwritten" not in shown(app)
    assert str(now()) == (row[1] if choice == "Keep theirs" else row[2])
