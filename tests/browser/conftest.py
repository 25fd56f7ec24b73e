"""One server and one browser for all the tests of a module."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.server import FLAGS, chromium, serve
from tests.conftest import DEMO_NOW, any_hour

NOW = f"{DEMO_NOW.isoformat()}+00:00"

Visit = Callable[..., Page]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium(), args=list(FLAGS))
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def home(demo_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A demo company that the tests of one module share and change."""
    copy = tmp_path_factory.mktemp("browser") / "home"
    shutil.copytree(demo_template, copy)
    any_hour(copy)
    return copy


@pytest.fixture(scope="module")
def server(home: Path) -> Iterator[str]:
    with serve(home, NOW) as address:
        yield address


@pytest.fixture
def visit(browser: Browser) -> Iterator[Visit]:
    """Opens an address in a window of its own: `visit(url, width=1440, dark=True)`."""
    contexts = []

    def opened(url: str, *, width: int = 1440, height: int = 900, dark: bool = False) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            timezone_id="Europe/Berlin",
        )
        context.set_default_timeout(30_000)
        contexts.append(context)
        page = context.new_page()
        page.goto(url)
        return page

    yield opened
    for context in contexts:
        context.close()
