"""What the server sends to a CSM's browser: every message is searched for the books of others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl
import pytest
from playwright.sync_api import Page, Route, WebSocket
from streamlit import dataframe_util

from actions import calls, pulse
from components.navigation import PAGES
from data_access import facts, people
from data_access.config import Configuration
from data_access.store import Store, open_store
from data_access.viewer import SYSTEM, Viewer
from tests.access import ACCESS
from tests.browser.conftest import Visit
from tests.browser.server import serve
from tests.browser.signing import Sign, configured, present, provider
from tests.browser.wire import cookies_of, first_hit
from tests.conftest import DEMO_DAY, DEMO_NOW
from tests.said import leaked, only_others, said

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WRITTEN = "they keep the blue ledger in the cellar"
"""What a colleague wrote about one of their accounts."""

OWN = "they asked for the green ledger"
_DONE = '[data-testid="stApp"][data-test-script-state="notRunning"]'


@dataclass
class Sent:
    """Everything the server sent to a page: messages of the session, and files."""

    messages: list[bytes] = field(default_factory=list)
    files: list[bytes] = field(default_factory=list)

    def listen(self, page: Page) -> None:
        page.on("websocket", self._follow)
        page.route("**/media/**", self._keep)

    def _follow(self, socket: WebSocket) -> None:
        socket.on("framereceived", lambda payload: self.messages.append(_bytes(payload)))

    def _keep(self, route: Route) -> None:
        answer = route.fetch()
        self.files.append(answer.body())
        route.fulfill(response=answer)


def _bytes(payload: str | bytes) -> bytes:
    return payload.encode() if isinstance(payload, str) else payload


@dataclass(frozen=True)
class Books:
    """A CSM, what their own book says, and what only the books of others say."""

    viewer: Viewer
    own: frozenset[str]
    others: frozenset[str]
    mine: str
    theirs: str


@contextmanager
def opened(home: Path) -> Iterator[Store]:
    store = open_store(Configuration(home=home))
    yield store
    store.close()


@pytest.fixture(scope="module")
def books(home: Path) -> Books:
    """The first CSM who leads nobody; a note and a pulse on one of their accounts and on a colleague's."""
    with opened(home) as store:
        staff = people.csms(store.database)
        leads = staff["manager_id"].drop_nulls().implode()
        email = staff.filter(~pl.col("csm_id").is_in(leads))["email"][0]
        viewer = people.viewer_of(store.database, email, DEMO_DAY)
        every = facts.fact(store.database, SYSTEM, "accounts").filter(pl.col("churned_on").is_null())
        in_book = pl.col("csm_id").is_in(list(viewer.books or ()))
        mine, theirs = (every.filter(one)["account_id"][0] for one in (in_book, ~in_book))
        for account, words in ((mine, OWN), (theirs, WRITTEN)):
            task = calls.log(store, SYSTEM, DEMO_NOW, calls.Call(account), "reached")
            calls.describe(store, SYSTEM, DEMO_NOW, task, 1, note=words)
            pulse.give(store, SYSTEM, DEMO_NOW, account, 2, words)
        own = said(store, viewer)
        others = only_others(store, viewer) | {WRITTEN}
    # The id that is typed into the link is said back.
    return Books(viewer, frozenset(own), others - {theirs}, mine, theirs)


@pytest.fixture
def sign(home: Path, books: Books, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sign]:
    person = books.viewer.person
    with provider(home.parent, [{"sub": person, "email": person, "email_verified": True}]) as at:
        yield configured(at, monkeypatch)


def settle(page: Page) -> None:
    page.locator(_DONE).wait_for(state="attached")
    page.wait_for_timeout(150)
    page.locator(_DONE).wait_for(state="attached")


def walk(page: Page, address: str, books: Books) -> None:
    """Every listed page with its tabs and an export, a link to a colleague's account, a search for it."""
    listed = [one for one in PAGES if one.listed and (not one.roles or books.viewer.role in one.roles)]
    for entry in listed:
        page.get_by_test_id("stSidebarNavLink").get_by_text(entry.title, exact=True).click()
        page.wait_for_url(f"**/{'' if entry.default else entry.module}*")
        page.get_by_test_id("stHeading").first.wait_for()
        settle(page)
        for tab in page.get_by_role("tab").all():
            tab.click()
            settle(page)
        take(page)
    page.goto(f"{address}/account?account={books.theirs}")
    page.get_by_text("belong to somebody else").wait_for()
    page.get_by_placeholder("Find an account").fill(books.theirs)
    page.get_by_text("No account of yours").wait_for()
    page.goto(f"{address}/account?account={books.mine}")
    page.get_by_text(OWN).first.wait_for()


def every_link(address: str, books: Books, cookies: Sequence[tuple[str, str]]) -> list[bytes]:
    """Each page as the first of a new tab, signed in, by a link to a colleague's account; what was sent."""
    told: list[bytes] = []
    for entry in PAGES:
        link = "" if entry.default else entry.module
        hit = first_hit(address, link, query=f"account={books.theirs}", cookies=cookies)
        assert hit.says("Signed in as"), entry.module
        assert hit.says("is for auditors") == ("c" not in ACCESS[entry.module].opens), entry.module
        told += hit.messages
    return told


def take(page: Page) -> None:
    """The first export of the page, as a file."""
    export = page.get_by_role("button", name="Export")
    if export.count() == 0 or not export.first.is_enabled():
        return
    export.first.click()
    button = page.get_by_test_id("stDownloadButton").filter(visible=True).first
    with page.expect_download():
        button.click()
    page.keyboard.press("Escape")
    button.wait_for(state="hidden")


def test_what_is_looked_for_would_be_found(home: Path, books: Books) -> None:
    with opened(home) as store:
        every = facts.fact(store.database, SYSTEM, "contacts").select("name", "email", "phone")
    table = dataframe_util.convert_anything_to_arrow_bytes(every)
    told = set(every["name"]) | set(every["email"].drop_nulls()) | set(every["phone"].drop_nulls())
    assert leaked(books.others, table) == told & books.others
    assert len(told & books.others) > 300
    assert leaked(books.others, f"a note: {WRITTEN}.".encode())


def test_nothing_of_anothers_book_is_ever_sent(home: Path, books: Books, sign: Sign, visit: Visit) -> None:
    sent = Sent()
    with serve(home, present(), "--server.address", "0.0.0.0", port=sign.port) as address:
        page = visit(address, own=True)
        page.set_default_timeout(90_000)
        sent.listen(page)
        sign.enter(page, books.viewer.person)
        page.get_by_text("Signed in as").wait_for()
        linked = every_link(address, books, cookies_of(page))
        walk(page, address, books)
    assert len(sent.files) > 5
    for messages in (sent.messages, linked):
        whole = b"".join(messages).decode("utf-8", errors="replace")
        assert sum(one in whole for one in books.own) > 100
    assert OWN.encode() in b"".join(sent.messages)
    assert not leaked(books.others, *sent.messages, *sent.files, *linked)
