"""PostgreSQL goes away under load and comes back: a clear page, nothing typed is lost, work goes on.

`ROUNDS_AWAY_SECONDS=20` keeps it away for longer.
"""

from __future__ import annotations

import asyncio
import os
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Page

from actions.demo import make_demo
from actions.refresh import refresh
from benchmarks.sessions import Answer, walk
from data_access import exceptions, pulses
from data_access.config import Configuration
from data_access.store import Store, open_store
from data_access.viewer import SYSTEM
from tests.browser.conftest import NOW, Visit
from tests.browser.server import serve
from tests.conftest import DEMO_DAY, DEMO_NOW
from tests.faults.away import Server, own_server

pytestmark = [pytest.mark.browser, pytest.mark.slow]

AWAY = float(os.environ.get("ROUNDS_AWAY_SECONDS", "3"))
OTHERS = 2
PATIENCE = 90_000
WHY = "They sounded tired of us on Friday"


@pytest.fixture
def server() -> Iterator[Server]:
    with own_server() as started:
        yield started


@pytest.fixture
def store(server: Server, tmp_path: Path) -> Iterator[Store]:
    """The demo company on that server, facts and usage."""
    opened = open_store(Configuration(home=tmp_path / "home", database_url=server.url, usage_url=server.url))
    make_demo(opened, SYSTEM, DEMO_NOW, as_of=DEMO_DAY, accounts=30)
    refresh(opened, SYSTEM, DEMO_NOW)
    yield opened
    opened.close()


@contextmanager
def others(address: str) -> Iterator[list[Answer]]:
    """Sessions that open page after page until the block ends; a script that breaks off is an error."""
    over, answers, errors = threading.Event(), [], []

    def go_on(seed: int) -> None:
        while not over.is_set():
            try:
                answers.extend(asyncio.run(walk(f"{address}/_stcore/stream", 3, 1.0, seed)))
            except Exception as error:
                errors.append(error)

    threads = [threading.Thread(target=go_on, args=(seed,)) for seed in range(OTHERS)]
    for thread in threads:
        thread.start()
    try:
        yield answers
    finally:
        over.set()
        for thread in threads:
            thread.join()
    assert errors == []


def test_the_database_goes_away_and_comes_back(
    server: Server, store: Store, tmp_path: Path, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ROUNDS_DATABASE_URL", server.url)
    monkeypatch.setenv("ROUNDS_USAGE_URL", server.url)
    account = exceptions.listing(store.database, SYSTEM)["account_id"][0]
    with (
        serve(tmp_path / "home", NOW) as address,
        others(address.replace("http", "ws")) as answers,
    ):
        page = visit(f"{address}/account?account={account}")
        page.get_by_role("button", name="Give a pulse").click(timeout=PATIENCE)
        page.get_by_role("radio", name="Uneasy").or_(page.get_by_role("button", name="Uneasy")).first.click()
        page.get_by_role("textbox", name="Why?").fill(WHY)
        assert ready(address) == 200
        server.stop()
        gone, before = time.monotonic(), len(answers)
        page.get_by_role("button", name="Save", exact=True).click()
        page.get_by_text("can't be reached").first.wait_for(timeout=PATIENCE)
        clear(page)
        assert ready(address) == 503
        time.sleep(max(0.0, AWAY - (time.monotonic() - gone)))
        assert len(answers) > before
        fresh = visit(f"{address}/accounts")
        fresh.get_by_text("can't be reached").first.wait_for()
        clear(fresh)
        server.start()
        fresh.get_by_test_id("stDataFrame").first.wait_for(timeout=PATIENCE)
        page.get_by_role("button", name="Give a pulse").click(timeout=PATIENCE)
        assert page.get_by_role("textbox", name="Why?").input_value() == WHY
        page.get_by_role("button", name="Save", exact=True).click()
        page.get_by_text(WHY).first.wait_for(timeout=PATIENCE)
    assert ready_words(store) == [WHY]


def ready(address: str) -> int:
    try:
        with urllib.request.urlopen(f"{address}/ready", timeout=30) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def clear(page: Page) -> None:
    """A sentence, and nothing of how the program is built."""
    text = page.inner_text("body")
    assert not [word for word in ("Traceback", "psycopg", "sqlalchemy", 'File "') if word in text]


def ready_words(store: Store) -> list[str]:
    return pulses.listing(store.database, SYSTEM)["reason"].to_list()
