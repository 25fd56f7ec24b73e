"""The place where an admin gives a contact their data, or forgets them."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest

from components import jobs
from data_access.config import Configuration
from data_access.facts import fact
from data_access.store import open_store
from data_access.viewer import SYSTEM
from tests.pages.conftest import Open, shown

TAB = {"tab": "Personal data"}


def contacts(home: Path) -> list[str]:
    store = open_store(Configuration(home=home))
    found = fact(store.database, SYSTEM, "contacts")["contact_id"].to_list()
    store.close()
    return [str(one) for one in found]


def test_a_contact_is_found_confirmed_and_erased(in_demo: Path, open_page: Open) -> None:
    whom = contacts(in_demo)[0]
    folder = in_demo / "uploads" / "2026-11-20-080000-abc"
    folder.mkdir(parents=True)
    for name, text in (("theirs.csv", f"key\n{whom}\n"), ("others.csv", "key\nsomebody\n")):
        (folder / name).write_text(text)
    app = open_page("data", contact=whom, **TAB)
    assert not app.exception
    assert "places" in shown(app)
    assert re.search(r"deleted whole with everybody in them.*theirs", shown(app))
    assert not re.search(r"abc.{0,3}/.{0,3}others", shown(app))
    app.text_input(key="erase-confirm").input("somebody else").run()
    next(one for one in app.button if one.label == "Erase for ever").click().run()
    assert f"Type {whom} to confirm" in shown(app)
    assert whom in contacts(in_demo)
    app.text_input(key="erase-confirm").input(whom).run()
    next(one for one in app.button if one.label == "Erase for ever").click().run()
    until = time.monotonic() + 60
    while not all(job.ended for job in jobs._JOBS.values()) and time.monotonic() < until:
        time.sleep(0.1)
    app.run()
    (done,) = app.success
    assert "contacts\\: contact\\_id, name, email\\: 1 found, 0 left" in done.value.replace(", phone", "")
    assert "theirs" in done.value
    assert [path.name for path in folder.iterdir()] == ["others.csv"]
    assert whom not in contacts(in_demo)
    next(one for one in app.button if one.label == "Close").click().run()
    assert not app.exception


@pytest.mark.usefixtures("in_demo")
def test_a_part_of_a_name_offers_who_it_may_be(open_page: Open) -> None:
    app = open_page("data", contact="an", **TAB)
    assert "Which of them?" in shown(app)
    assert app.dataframe


@pytest.mark.usefixtures("in_demo")
def test_others_are_told_whom_to_ask(open_page: Open) -> None:
    app = open_page("data", viewer="auditor@localhost", **TAB)
    assert "An admin gives people their data" in shown(app)
    assert not app.text_input
