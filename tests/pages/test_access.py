"""Every page by manager, admin, auditor and stranger, as the table of `tests.access` says; CSMs: at the wire.

`tests/browser/test_books.py` walks every page as a CSM and reads what is sent to the browser.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass

import polars as pl
import pytest

from actions import people as deeds
from components import queries, session
from components.navigation import PAGES
from components.queries import AUDITOR
from data_access import audit, facts, people
from data_access.store import Store
from data_access.viewer import SYSTEM, Viewer
from tests.access import ACCESS, LETTERS
from tests.conftest import DEMO_DAY, DEMO_NOW
from tests.pages.conftest import Open, shown
from tests.said import everything, leaked, only_others

MODULES = [page.module for page in PAGES]
PRESSED = {
    "account": "Reached",
    "exceptions": "Add to call list",
    "ctq": "Adopt as it is",
    "data": "Refresh now",
}
"""A button that changes something, on pages where nothing has to be filled in before."""


@dataclass(frozen=True)
class Tried:
    """A demo company, and who tries: their own account, and one that is not theirs."""

    store: Store
    viewer: Viewer
    own: str
    others: str
    secrets: frozenset[str]


def tried(letter: str) -> Tried:
    """The role of this letter with an account of theirs; a manager of one CSM, so that there are others."""
    store = queries.store()
    if letter == "u":
        viewer = AUDITOR
    elif letter == "m":
        csm = people.csms(store.database).drop_nulls("manager_id").row(0, named=True)
        address = csm["email"].lower()
        deeds.give_role(
            store, SYSTEM, DEMO_NOW, email=address, name="Mo", role="manager", csm_id=csm["csm_id"]
        )
        viewer = people.viewer_of(store.database, address, DEMO_DAY)
    else:
        viewer = queries.EVERYONE
    every = facts.fact(store.database, SYSTEM, "accounts").filter(pl.col("churned_on").is_null())
    inside = pl.lit(True) if viewer.books is None else pl.col("csm_id").is_in(list(viewer.books))
    own = every.filter(inside)["account_id"][0]
    rest = every.filter(~inside)["account_id"].to_list()
    secrets = only_others(store, viewer)
    return Tried(store, viewer, own, (rest or [own])[-1], secrets - {(rest or [own])[-1]})


@pytest.fixture
def strangers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sign-in is configured, and whoever visits is nobody here."""
    monkeypatch.setattr(session, "signs_in", lambda: True)
    monkeypatch.setattr(session, "address", lambda: "stranger@example.org")


def test_every_page_and_every_role_is_in_the_table() -> None:
    assert set(ACCESS) == set(MODULES)
    known = set(LETTERS) | {""}
    for access in ACCESS.values():
        assert set(access.opens + access.others + access.export + access.does) <= known
        assert set(access.does) <= set(access.opens) - {"u", "s"}


@pytest.mark.usefixtures("in_demo")
@pytest.mark.parametrize("letter", ["m", "u"])
def test_a_page_opens_exports_and_keeps_others_books_to_itself_as_the_table_says(
    letter: str, open_page: Open
) -> None:
    one = tried(letter)
    for module in MODULES:
        access = ACCESS[module]
        app = open_page(module, viewer=one.viewer.person, account=one.others)
        assert not app.exception, module
        assert bool(app.error) == (letter not in access.opens), (module, shown(app))
        if letter not in access.opens:
            assert not app.dataframe, module
            continue
        assert (letter in access.export) or not app.get("download_button"), module
        assert leaked(one.secrets, everything(app)) == set(), module


@pytest.mark.usefixtures("in_demo", "strangers")
def test_a_stranger_gets_no_page_at_all(open_page: Open) -> None:
    names = people.csms(queries.store().database)["name"].to_list()
    for module in MODULES:
        app = open_page(module, account="A00001")
        assert len(app.error) == 1, module
        assert "no role here" in app.error[0].value
        told = everything(app).decode(errors="replace")
        assert not [name for name in names if name in told], module
        assert not app.dataframe, module


@pytest.mark.usefixtures("in_demo")
@pytest.mark.parametrize("module", sorted(PRESSED))
def test_a_press_changes_something_only_for_those_in_the_table(module: str, open_page: Open) -> None:
    for letter in "ua":
        one = tried(letter)
        app = open_page(module, viewer=one.viewer.person, account=one.own)
        before = changes(one)
        pressable = [
            button for button in app.button if button.label == PRESSED[module] and not button.disabled
        ]
        if letter == "u" and not pressable:
            continue
        pressable[0].click().run(timeout=60)
        assert not app.exception
        wait_for_work()
        assert (changes(one) > before) == (letter in ACCESS[module].does), (module, letter)


def wait_for_work() -> None:
    """Until what runs in the background has ended."""
    for thread in threading.enumerate():
        if thread.name.startswith("rounds-"):
            thread.join(60)


def changes(one: Tried) -> int:
    """How often this person changed something."""
    found = audit.listing(queries.store().database, SYSTEM, person=one.viewer.person)
    return found.filter(~pl.col("what").is_in(["export", "refused", "sign-in"])).height
