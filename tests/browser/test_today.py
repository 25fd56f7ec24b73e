"""What only a browser tells of Today: clicks that redraw one card, and what fits on the screen."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import FloatRect, Locator, Page, expect

from actions import calls
from data_access.config import Configuration
from data_access.store import open_store
from data_access.viewer import Viewer
from tests.browser.conftest import Visit
from tests.conftest import DEMO_NOW

pytestmark = [pytest.mark.browser, pytest.mark.slow]

OTHER = Viewer("eva@example.com", "Eva", "admin")
OUTCOMES = ("Reached", "Left message", "Wrong person")


def ready(page: Page) -> Page:
    """Waits until the first card stands whole."""
    for name in OUTCOMES:
        first_card(page).get_by_role("button", name=name, exact=True).wait_for(timeout=90_000)
    return page


def first_card(page: Page) -> Locator:
    return page.locator('[class*="st-key-card-"]').first


def boxes(page: Page) -> list[FloatRect]:
    """Where the first card's buttons are."""
    buttons = [first_card(page).get_by_role("button", name=name, exact=True) for name in OUTCOMES]
    return [box for box in (button.bounding_box() for button in buttons) if box]


@pytest.mark.parametrize("width", [1440, 1024])
def test_the_buttons_stand_in_one_row_and_are_seen_without_scrolling(
    server: str, visit: Visit, width: int
) -> None:
    page = ready(visit(server, width=width))

    where = boxes(page)

    assert len(where) == 3
    assert len({round(box["y"]) for box in where}) == 1
    assert all(box["x"] + box["width"] <= width for box in where)
    assert max(box["height"] for box in where) < 50
    assert where[0]["y"] + where[0]["height"] <= 900


@pytest.mark.parametrize(("width", "beside"), [(1440, True), (1024, False)])
def test_what_changed_stands_beside_the_list_or_below_it(
    server: str, visit: Visit, width: int, beside: bool
) -> None:
    page = ready(visit(server, width=width))

    cards = page.locator(".st-key-call-list").bounding_box()
    changes = page.locator(".st-key-overnight").bounding_box()

    assert cards is not None
    assert changes is not None
    assert (changes["x"] > cards["x"] + cards["width"]) is beside
    assert (changes["y"] > cards["y"] + cards["height"]) is not beside


def test_two_clicks_log_a_call_and_undo_works_after_a_reload(server: str, visit: Visit) -> None:
    page = ready(visit(server))
    card = first_card(page)
    name = card.get_by_test_id("stPageLink").first.inner_text()

    card.get_by_role("button", name="Reached").click()
    expect(card).to_contain_text("Did it help?")
    card.get_by_role("button", name="Helped").click()
    expect(card).to_contain_text("It helped.")
    expect(page.get_by_text("since 1 Nov")).to_contain_text("1 call since 1 Nov: 1 reached, 1 helped")

    page.reload()
    expect(card).to_contain_text("It helped.")
    expect(card).to_contain_text(name)
    card.get_by_role("button", name="Undo").click()
    expect(card.get_by_role("button", name="Reached")).to_be_visible()
    expect(page.get_by_text("since 1 Nov")).to_contain_text("0 calls since 1 Nov")


def test_a_colleagues_call_appears_by_itself_and_what_is_being_typed_stays(
    home: Path, server: str, visit: Visit
) -> None:
    page = ready(visit(server))
    first_card(page).get_by_role("button", name="Reached").click()
    first_card(page).get_by_role("button", name="Note and next step").click()
    note = page.get_by_label("Note", exact=True)
    note.press_sequentially("They asked for the")
    second = page.locator('[class*="st-key-card-"]').nth(1)
    account = re.search(r"st-key-card-(\S+)", second.get_attribute("class") or "")
    assert account is not None
    expect(second).not_to_contain_text("Logged")
    store = open_store(Configuration(home=home))
    calls.log(store, OTHER, DEMO_NOW, calls.Call(account[1]), "reached", because="a test")
    store.close()
    expect(second).to_contain_text("Logged: reached", timeout=30_000)
    expect(note).to_have_value("They asked for the")
    note.press_sequentially(" price list")
    expect(note).to_have_value("They asked for the price list")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(first_card(page)).to_contain_text("They asked for the price list")
    for card in (first_card(page), second):
        card.get_by_role("button", name="Undo").click()
        expect(card.get_by_role("button", name="Reached")).to_be_visible()


def test_the_first_outcome_takes_one_click_and_no_scrolling(server: str, visit: Visit) -> None:
    page = ready(visit(server, width=1440, height=900))
    card, clicks = first_card(page), 0
    reached = card.get_by_role("button", name="Reached", exact=True)
    where = reached.bounding_box()
    assert where is not None
    assert where["y"] + where["height"] <= 900

    page.mouse.click(where["x"] + where["width"] / 2, where["y"] + where["height"] / 2)
    clicks += 1
    expect(card).to_contain_text("Logged: reached")

    assert clicks <= 2
    assert page.get_by_test_id("stMain").evaluate("element => element.scrollTop") == 0
    card.get_by_role("button", name="Undo").click()
    expect(card.get_by_role("button", name="Reached")).to_be_visible()


@pytest.mark.parametrize("width", [1440, 1024])
def test_the_call_sheet_has_whom_why_and_the_outcome_on_one_screen(
    server: str, visit: Visit, width: int
) -> None:
    page = ready(visit(server, width=width))
    first_card(page).get_by_text("Call sheet").click()
    page.get_by_role("button", name="I take this call").wait_for()

    card = first_card(page)
    assert card.locator('a[href^="tel:"]').count() == 1
    where = card.get_by_role("button", name="Reached", exact=True).bounding_box()
    assert where is not None
    assert where["y"] + where["height"] <= 900
    wide = page.get_by_test_id("stMain").evaluate("element => element.scrollWidth - element.clientWidth")
    assert wide <= 0


def test_the_call_sheet_is_whole_on_a_small_laptop(server: str, visit: Visit) -> None:
    page = ready(visit(server, width=1024, height=768))
    first_card(page).get_by_text("Call sheet").click()
    page.get_by_role("button", name="I take this call").wait_for()

    for said in ("Last contacts", "Write instead", "End"):
        expect(page.get_by_text(said, exact=True)).to_be_in_viewport()
    expect(page.get_by_test_id("stSidebar")).to_have_attribute("data-collapsed", "true")
    page.get_by_role("link", name="Back to the list").click()
    expect(page.get_by_test_id("stSidebar")).to_have_attribute("data-collapsed", "false")


def test_the_note_can_be_read_while_it_is_open_and_closes_once_saved(server: str, visit: Visit) -> None:
    page = ready(visit(server, dark=True))
    card = first_card(page)
    card.get_by_role("button", name="Reached").click()
    note = card.get_by_role("button", name="Note and next step")
    note.click()
    page.get_by_label("Note", exact=True).fill("They stay")
    label = note.evaluate("element => getComputedStyle(element).color")
    assert min(int(part) for part in re.findall(r"\d+", label)[:3]) > 150

    page.get_by_role("button", name="Save", exact=True).click()

    expect(card).to_contain_text("They stay")
    expect(page.get_by_test_id("stPopoverBody")).to_have_count(0)
    card.get_by_role("button", name="Undo").click()
    expect(card.get_by_role("button", name="Reached")).to_be_visible()


def test_a_name_leads_to_the_account_and_the_phone_number_calls(server: str, visit: Visit) -> None:
    page = ready(visit(server, own=True))
    card = first_card(page)
    name = card.get_by_test_id("stPageLink").first.inner_text().strip()
    assert re.fullmatch(r"tel:\+\d+", card.locator('a[href^="tel:"]').get_attribute("href") or "")

    card.get_by_test_id("stPageLink").first.locator("a").click()

    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    assert "/account?account=" in page.url
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Good", timeout=30_000)


def test_nothing_is_fetched_from_elsewhere(server: str, visit: Visit) -> None:
    page = visit("about:blank", own=True)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))

    for path in ("", "exceptions", "account", "data"):
        page.goto(f"{server}/{path}")
        page.get_by_role("heading", level=1).first.wait_for()
        page.wait_for_timeout(500)

    ours = (server, server.replace("http", "ws"), "data:", "blob:")
    assert [url for url in asked if not url.startswith(ours)] == []


@pytest.mark.parametrize("dark", [False, True])
def test_the_themes_are_ours(server: str, visit: Visit, dark: bool) -> None:
    page = ready(visit(server, dark=dark))

    paper = page.get_by_test_id("stApp").evaluate("element => getComputedStyle(element).backgroundColor")

    assert paper == ("rgb(23, 22, 20)" if dark else "rgb(253, 252, 248)")
