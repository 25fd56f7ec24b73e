"""What only a browser tells of the quadrant: a box drawn by hand selects, and the list goes to the calls."""

from __future__ import annotations

import math
import re

import pytest
from playwright.sync_api import Page, TimeoutError, expect

from components.charts_quadrant import TOOLS
from tests.browser.conftest import Visit

pytestmark = [pytest.mark.browser, pytest.mark.slow]


_DRAWN = """tool => {
    const plots = document.querySelectorAll(".st-key-quadrant .js-plotly-plot");
    return plots.length === 1
        && plots[0]._fullLayout?.dragmode === tool
        && plots[0].querySelector(".scatterlayer .trace") !== null
        && document.querySelector('[data-testid="stApp"][data-test-script-state="notRunning"]') !== null;
}"""
"""Whether the one figure on the page is drawn with this tool: the one it replaces stays for a moment."""


def ready(page: Page, tool: str = "Box") -> Page:
    page.wait_for_function(_DRAWN, arg=TOOLS[tool] or "pan", timeout=120_000)
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


def tool(page: Page, name: str) -> None:
    """Takes up a tool, and waits until the figure is drawn with it."""
    page.locator(".st-key-tool").get_by_role("button", name=name).or_(
        page.locator(".st-key-tool").get_by_role("radio", name=name)
    ).click()
    ready(page, name)


def lasso(page: Page, *corners: tuple[float, float]) -> None:
    """Draws round these places of the plane (shares from its left and its top), as a hand would."""
    tool(page, "Lasso")
    plane = page.locator(".st-key-quadrant .nsewdrag[data-subplot=xy]").bounding_box()
    assert plane is not None
    places = [(plane["x"] + plane["width"] * x, plane["y"] + plane["height"] * y) for x, y in corners]
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=8)
    page.mouse.up()


_MARKS = """plot => {
    const {xaxis, yaxis} = plot._fullLayout, plane = plot.getBoundingClientRect();
    return plot.calcdata
        .filter(trace => trace[0].trace.yaxis === "y" && trace[0].trace.hoverinfo !== "skip")
        .flatMap(trace => trace.filter(mark => mark.x !== undefined && mark.y !== undefined))
        .map(mark => [
            plane.x + xaxis._offset + xaxis.c2p(mark.x), plane.y + yaxis._offset + yaxis.c2p(mark.y)
        ]);
}"""
"""Where the accounts of the plane stand on the screen; arrows are marks too, but no account's."""


def lonely_mark(page: Page) -> tuple[float, float]:
    """The middle of the mark of the plane that stands farthest from all others."""
    middles: list[tuple[float, float]] = [
        (x, y) for x, y in page.locator(".st-key-quadrant .js-plotly-plot").evaluate(_MARKS)
    ]
    nearest = {one: min(math.dist(one, other) for other in middles if other != one) for one in set(middles)}
    return max(nearest, key=lambda one: nearest[one])


def press_a_mark(page: Page) -> None:
    """Points at a mark, rests as a hand does, and presses.

    The figure takes no press while it still works out what it is pointed at; a person would press again.
    """
    said = page.locator(".st-key-quadrant .hoverlayer .hovertext")
    clicked = page.get_by_text(re.compile(r"^1 of \d+: clicked"))
    for _ in range(10):
        x, y = lonely_mark(page)
        page.mouse.move(x - 8, y - 8)
        page.mouse.move(x, y, steps=4)
        try:
            said.first.wait_for(state="attached", timeout=3_000)
            page.wait_for_timeout(300)
            page.mouse.down()
            page.mouse.up()
            clicked.wait_for(timeout=10_000)
        except TimeoutError:
            continue
        return
    raise AssertionError("the figure never took the press of a mark")


def listed(page: Page) -> int:
    """How many accounts the words above the list say there are."""
    said = page.get_by_text(re.compile(r"^\d+ of \d+: marked: ")).inner_text()
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


def test_a_lasso_selects_the_list_and_is_kept_as_a_view(server: str, visit: Visit) -> None:
    page = ready(visit(f"{server}/engagement", height=1400))
    everybody = int(
        re.findall(r"(\d+) of \d+: choose", page.get_by_text(": choose a quarter").inner_text())[0]
    )

    lasso(page, (0.05, 0.1), (0.45, 0.1), (0.3, 0.6), (0.05, 0.55))

    expect(page.get_by_text("a shape around behaviour")).to_be_visible()
    n = listed(page)
    assert 0 < n < everybody
    page.get_by_role("button", name=f"Add {n} chosen to call list").wait_for()

    page.get_by_role("button", name="Views").click()
    page.get_by_label("Keep it as").fill("Happy, barely there")
    page.get_by_role("button", name="Save", exact=True).click()
    kept = page.get_by_role("button", name="Happy, barely there", exact=True)
    kept.wait_for()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Clear").click()
    expect(page.get_by_text("choose a quarter, or mark")).to_be_visible()

    page.get_by_role("button", name="Views").click()
    kept.click()
    expect(page.get_by_text("a shape around behaviour")).to_be_visible()
    assert listed(page) == n


def test_a_click_on_a_mark_leads_to_its_account(server: str, visit: Visit) -> None:
    page = ready(visit(f"{server}/engagement", height=1400))
    tool(page, "Click")
    press_a_mark(page)

    way = page.get_by_role("link", name=re.compile("^Open ")).first
    name = way.inner_text().split("Open ", 1)[1].strip()
    way.click()

    expect(page.get_by_role("heading", name=name, exact=True)).to_be_visible()
    assert "/account?account=" in page.url


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
