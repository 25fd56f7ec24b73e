"""What only a browser tells of the quadrant: a box drawn by hand selects, and the list goes to the calls."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def ready(page: Page) -> Page:
    page.locator(".st-key-quadrant .scatterlayer .trace").first.wait_for(state="attached")
    page.get_by_role("heading", name="What to do").wait_for()
    return page


def drag(page: Page, across: tuple[float, float], up: tuple[float, float]) -> None:
    """Draws a box over these shares of the plane, from its left and its top."""
    plane = page.locator(".st-key-quadrant .nsewdrag[data-subplot=xy]").bounding_box()
    assert plane is not None
    page.mouse.move(plane["x"] + plane["width"] * across[0], plane["y"] + plane["height"] * up[0])
    page.mouse.down()
    page.mouse.move(plane["x"] + plane["width"] * across[1], plane["y"] + plane["height"] * up[1], steps=8)
    page.mouse.up()


def listed(page: Page) -> int:
    """How many accounts the words above the list say there are."""
    said = page.get_by_text(re.compile(r"^\d+ of \d+: marked: behaviour")).inner_text()
    return int(said.split(" ", 1)[0])


@pytest.mark.parametrize("width", [1440, 1024])
def test_a_box_selects_the_list_and_the_list_goes_to_the_calls_and_back(
    server: str, visit: Visit, width: int
) -> None:
    page = ready(visit(f"{server}/engagement", width=width, height=1400))

    drag(page, (0.3, 0.75), (0.15, 0.6))

    expect(page.get_by_text(re.compile("marked: behaviour"))).to_be_visible()
    n = listed(page)
    assert n > 0
    assert "show=box" in page.url
    page.get_by_role("button", name=f"Add {n} chosen to call list").click()
    expect(page.get_by_text(f"{n} accounts added to the call list")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("added to the call list")).to_have_count(0)

    page.reload()
    ready(page)
    assert listed(page) == n


def test_clear_forgets_the_box_and_a_quarter_lists_its_own(server: str, visit: Visit) -> None:
    page = ready(visit(f"{server}/engagement", height=1400))
    drag(page, (0.3, 0.75), (0.15, 0.6))
    page.get_by_role("button", name="Clear").click()
    expect(page.get_by_text("choose a quarter, or mark")).to_be_visible()
    assert "show=" not in page.url

    quarter = page.locator(".st-key-quarter-captive")
    n = int(re.findall(r"Captive\s+(\d+)", quarter.inner_text())[0])
    quarter.get_by_role("button", name="Show").click()

    expect(page.get_by_text(re.compile(rf"^{n} of \d+: the quarter captive"))).to_be_visible()
    expect(page.get_by_text("Captive: Repair the relationship")).to_be_visible()


@pytest.mark.parametrize(("width", "dark"), [(1440, False), (1024, True)])
def test_nothing_is_wider_than_the_screen_and_each_quarter_is_named_with_its_shape(
    server: str, visit: Visit, width: int, dark: bool
) -> None:
    page = ready(visit(f"{server}/engagement", width=width, dark=dark))

    main = page.get_by_test_id("stMain")
    assert main.evaluate("element => element.scrollWidth <= element.clientWidth")
    labels = " ".join(page.locator(".st-key-quadrant .annotation-text").all_text_contents())
    assert all(label in labels for label in ("● advocates", "■ captive", "◆ forgetful fans", "▼ adrift"))
