"""The life of an exception in a browser: judged, snoozed and awake again, mended, and back."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from actions.refresh import refresh
from actions.settings import choose, revert
from data_access.config import Configuration
from data_access.settings import current
from data_access.store import open_store
from data_access.viewer import SYSTEM
from tests.browser.conftest import Visit
from tests.conftest import DEMO_NOW

pytestmark = [pytest.mark.browser, pytest.mark.slow]

_PATIENCE = 30_000


def first_card(page: Page) -> Locator:
    card = page.locator('[class*="st-key-exception-"]').first
    card.get_by_role("button", name="Snooze").wait_for(timeout=90_000)
    return card


def silent(server: str, visit: Visit, state: str) -> Page:
    return visit(f"{server}/exceptions?exception_kind=Silent&exception_state={state}")


def closed_and_open_again(home: Path) -> None:
    """Nobody looks for silence in one refresh, and everybody again in the next."""
    store = open_store(Configuration(home=home))
    before, _ = current(store.database)
    version = choose(store, SYSTEM, DEMO_NOW, before, {"kinds_off": ["silent"]})
    refresh(store, SYSTEM, DEMO_NOW)
    revert(store, SYSTEM, DEMO_NOW, version, before)
    refresh(store, SYSTEM, DEMO_NOW)
    store.close()


def test_an_exception_is_judged_snoozed_woken_mended_and_back(home: Path, server: str, visit: Visit) -> None:
    page = silent(server, visit, "Open")
    name = first_card(page).get_by_test_id("stPageLink").inner_text()
    card = page.locator('[class*="st-key-exception-"]').filter(has_text=name)
    card.get_by_role("radio", name="Premature").click()
    expect(card).to_contain_text("says: premature.", timeout=_PATIENCE)

    card.get_by_role("button", name="Snooze").click()
    form = page.get_by_test_id("stPopoverBody")
    form.get_by_label("Why it can wait").fill("They answer in spring")
    form.get_by_role("button", name="Snooze").click()
    expect(card).to_contain_text("Snoozed until 28 Nov (in 7 days): They answer in spring", timeout=_PATIENCE)

    page = silent(server, visit, "Snoozed")
    card = first_card(page)
    expect(card).to_contain_text(name)
    card.get_by_role("button", name="Snooze").click()
    page.get_by_role("button", name="Wake it now").click()
    expect(card).not_to_contain_text("Snoozed until", timeout=_PATIENCE)

    closed_and_open_again(home)
    page = silent(server, visit, "Open")
    first_card(page)
    back = page.locator('[class*="st-key-exception-"]').filter(has_text=name)
    expect(back).to_contain_text("for the 2. time", timeout=_PATIENCE)
    expect(back).to_contain_text("judged premature")
