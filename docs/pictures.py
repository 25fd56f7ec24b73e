"""Take the pictures in the documents from the running app, on a demo company of its own.

`python -m docs.pictures` after a change to a page that a document shows.
"""

from __future__ import annotations

import tempfile
from datetime import date, datetime
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from actions.demo import make_demo
from actions.refresh import refresh, refresh_weeks
from data_access import people
from data_access.config import Configuration
from data_access.store import open_store
from data_access.viewer import SYSTEM
from tests.browser.server import FLAGS, chromium, serve

HERE = Path(__file__).parent
LAST_DAY = date(2026, 11, 18)
MORNING = datetime.fromisoformat("2026-11-19T08:10:00")
PICTURES = {"today": ""}
"""Name of the picture and link of the page."""


def company(home: Path) -> str:
    """A demo company with eight weeks of history; returns the name of a CSM."""
    store = open_store(Configuration(home=home))
    make_demo(store, SYSTEM, MORNING, as_of=LAST_DAY, accounts=1200)
    refresh_weeks(store, SYSTEM, MORNING, 8)
    refresh(store, SYSTEM, MORNING)
    leaders = people.csms(store.database)["manager_id"].drop_nulls().to_list()
    csms = people.csms(store.database).filter(~people.csms(store.database)["csm_id"].is_in(leaders))
    store.close()
    return str(csms["name"][0])


def take(page: Page, address: str, name: str, link: str, person: str) -> None:
    """Open a page as `person` and keep what it shows."""
    page.goto(f"{address}/{link}")
    page.get_by_role("combobox", name="Who looks").click()
    page.get_by_role("option", name=person).first.click()
    page.get_by_role("heading", level=1).wait_for()
    page.mouse.move(700, 5)
    page.wait_for_timeout(5000)
    page.screenshot(path=HERE / f"{name}.png")


def main() -> None:
    """Take them all, in light."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        home = Path(folder) / "home"
        person = company(home)
        browser = playwright.chromium.launch(executable_path=chromium(), args=list(FLAGS))
        page = browser.new_page(viewport={"width": 1440, "height": 1000}, color_scheme="light")
        with serve(home, f"{MORNING.isoformat()}+00:00") as address:
            for name, link in PICTURES.items():
                take(page, address, name, link, person)
        browser.close()


if __name__ == "__main__":
    main()
