"""One server and one browser for all the tests of a module."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Error, Page, expect, sync_playwright

from tests.browser.server import FLAGS, chromium, serve
from tests.conftest import DEMO_NOW, any_hour

NOW = f"{DEMO_NOW.isoformat()}+00:00"

Visit = Callable[..., Page]

_PATIENCE = 30_000
"""Milliseconds: a machine that does much else is slow, and slow is not wrong."""

expect.set_options(timeout=_PATIENCE)


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


@pytest.fixture(scope="session")
def tabs() -> list[Page]:
    """Tabs that tests leave to the next ones: loading the app into one that knows it takes a third."""
    return []


@pytest.fixture
def visit(browser: Browser, tabs: list[Page]) -> Iterator[Visit]:
    """Opens an address in a window that knows nobody: `visit(url, width=1440, dark=True)`.

    `own` gives a tab that no other test gets, for those who listen to what it does.
    """
    lent, owned = list[Page](), list[Page]()

    def opened(
        url: str, *, width: int = 1440, height: int = 900, dark: bool = False, own: bool = False
    ) -> Page:
        if own:
            owned.append(_tab(browser))
        elif len(lent) == len(tabs):
            tabs.append(_tab(browser))
        page = owned[-1] if own else tabs[len(lent)]
        lent.extend([] if own else [page])
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme="dark" if dark else "light")
        page.goto(url)
        return page

    yield opened
    for page in owned:
        page.context.close()
    tabs[:] = [page for page in tabs if page not in lent or _forgotten(page)]


def _tab(browser: Browser) -> Page:
    context = browser.new_context(timezone_id="Europe/Berlin")
    context.set_default_timeout(_PATIENCE)
    return context.new_page()


def _forgotten(page: Page) -> bool:
    """Whether the tab could be made to forget its visit; one that could not is closed."""
    try:
        page.wait_for_function("() => { localStorage.clear(); sessionStorage.clear(); return true; }")
        page.context.clear_cookies()
        page.goto("about:blank")
        page.mouse.move(0, 0)
    except Error:
        page.context.close()
        return False
    return True
