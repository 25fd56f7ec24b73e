"""The first visit to a fresh server, on every path: the app, or nothing at all."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from components.navigation import PAGES
from data_access.config import Configuration
from data_access.people import csms
from data_access.store import open_store
from tests.browser.conftest import NOW, Visit
from tests.browser.server import serve
from tests.browser.wire import first_hit

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LINKS = ["" if entry.default else entry.module for entry in PAGES]


@pytest.fixture(scope="module")
def names(home: Path) -> list[str]:
    store = open_store(Configuration(home=home))
    found = csms(store.database)["name"].to_list()
    store.close()
    return found


@pytest.fixture(scope="module")
def open_to_all(home: Path) -> Iterator[str]:
    """A server that others can reach, without sign-in."""
    with serve(home, NOW, "--server.address", "0.0.0.0") as address:
        yield address


def test_open_to_others_without_sign_in_it_shows_instructions_and_nothing_else(
    open_to_all: str, names: list[str], visit: Visit
) -> None:
    for link in reversed(LINKS):
        hit = first_hit(open_to_all, link, query="account=A00001")
        assert hit.says("Sign-in is not configured"), link
        assert not [name for name in (*names, "A00001") if hit.says(name)], link
        assert hit.titles == (), link
    page = visit(f"{open_to_all}/accounts?account=A00001")
    page.get_by_role("heading", name="Sign-in is not configured").wait_for()
    text = page.inner_text("body")
    assert "--server.address localhost" in text
    assert not [name for name in names if name in text]
    assert page.get_by_test_id("stSidebarNavLink").count() == 0


def own_address() -> str:
    """An address of this machine that others use."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        asked.connect(("192.0.2.1", 9))  # nothing is sent: it only says which address would be used
        return str(asked.getsockname()[0])


def test_by_the_machines_other_address_there_are_instructions(
    open_to_all: str, names: list[str], visit: Visit
) -> None:
    other = own_address()
    assert other != "127.0.0.1"
    page = visit(open_to_all.replace("localhost", other) + "/account?account=A00001")
    page.get_by_role("heading", name="Sign-in is not configured").wait_for()
    assert not [name for name in names if name in page.inner_text("body")]
    assert page.get_by_test_id("stSidebarNavLink").count() == 0


def test_by_the_machines_other_address_nothing_listens_nor_by_another_name(server: str, visit: Visit) -> None:
    port = int(server.rsplit(":", 1)[1])
    with pytest.raises(ConnectionRefusedError), socket.create_connection((own_address(), port), timeout=2):
        pass
    page = visit(server.replace("localhost", "rounds.localhost") + "/accounts")
    page.get_by_role("heading", name="Sign-in is not configured").wait_for()
    assert page.get_by_test_id("stSidebarNavLink").count() == 0


def test_without_sign_in_every_page_says_so_and_lets_one_choose_who_looks(server: str, visit: Visit) -> None:
    titles = tuple(entry.title for entry in PAGES)
    for link in LINKS:
        hit = first_hit(server, link)
        assert hit.says("Sign-in is not configured: only this machine can open Rounds"), link
        assert hit.says("Who looks"), link
        assert hit.titles == titles, link
    page = visit(server)
    page.get_by_test_id("stSidebarNavLink").get_by_text("Accounts", exact=True).click()
    page.wait_for_url("**/accounts*")
    aside = page.get_by_test_id("stSidebar")
    aside.get_by_text("Sign-in is not configured: only this machine can open Rounds").wait_for()
    aside.get_by_role("combobox", name="Who looks").wait_for()


def test_the_very_first_visit_may_be_a_deep_link(home: Path, visit: Visit) -> None:
    with serve(home, NOW) as address:
        page = visit(f"{address}/exceptions")
        page.get_by_role("heading", name="Exceptions").wait_for()

        links = page.get_by_test_id("stSidebarNavLink").all_inner_texts()

        listed = [entry.title for entry in PAGES if entry.listed]
        assert [link.splitlines()[-1] for link in links] == listed
