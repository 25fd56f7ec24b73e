"""What only a browser tells of Happy paths: a click on the picture lists, and adopt, edit, go back."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Visit
from tests.pages.walked import NAMES, walked

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PATIENCE = 120_000
"""Milliseconds a busy machine may take to draw."""


@pytest.fixture(scope="module")
def home(demo_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A demo company whose managers adopted two paths."""
    return walked(demo_template, tmp_path_factory.mktemp("browser") / "home")


def ready(page: Page) -> Page:
    page.locator(".st-key-paths-picture .barlayer .point").first.wait_for(state="attached", timeout=PATIENCE)
    page.get_by_role("heading", name="Does it hold?").wait_for(timeout=PATIENCE)
    return page


def card(page: Page, path_id: int) -> Locator:
    return page.locator(f".st-key-path-card-own-{path_id}")


def test_the_first_screen_names_the_stuck_and_their_step(server: str, visit: Visit) -> None:
    page = ready(visit(f"{server}/paths"))

    said = page.locator("p").filter(has_text=re.compile(r"accounts (are|is) stuck")).inner_text()
    first = said.partition("Call first: ")[2]
    longest = re.findall(r"(?:^|Then |; )(.+?), (\d+) days before “(.+?)”", first)
    assert len(longest) == 3
    picture = page.locator(".st-key-paths-picture")
    box = picture.bounding_box()
    assert box is not None
    assert box["y"] < 450
    words = " ".join(picture.locator("svg text").all_text_contents())
    for name, days, step in longest:
        assert name[:18] in words
        assert f"{days} d" in words
        assert step.split()[0] in words


def test_a_click_on_a_cell_lists_its_account_and_leads_to_it(server: str, visit: Visit) -> None:
    page = ready(visit(f"{server}/paths", height=1400))
    cell = page.locator(".st-key-paths-picture svg text").filter(has_text=re.compile(r"^‼ \d+ d")).first
    box = cell.bounding_box()
    assert box is not None

    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)

    expect(page.get_by_text(re.compile(r"^1 of \d+:"))).to_be_visible(timeout=PATIENCE)
    assert "show=id" in page.url
    page.get_by_role("button", name="Add 1 chosen to call list").click()
    expect(page.get_by_text("1 account added to the call list")).to_be_visible(timeout=PATIENCE)
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("added to the call list")).to_have_count(0, timeout=PATIENCE)
    page.reload()
    ready(page)
    expect(page.get_by_text(re.compile(r"^1 of \d+:"))).to_be_visible(timeout=PATIENCE)
    page.get_by_role("button", name="Clear", exact=True).click()
    expect(page.get_by_text("click a cell, a name or a bar")).to_be_visible(timeout=PATIENCE)


def test_a_path_is_edited_adopted_and_reverted(server: str, visit: Visit) -> None:
    page = ready(visit(f"{server}/paths", height=1400))
    first = card(page, 1)
    first.get_by_role("button", name="Edit").click()
    name = page.get_by_label("Name of the path")
    expect(name).to_have_value(NAMES[0], timeout=PATIENCE)
    name.fill("Plan better")
    page.get_by_role("button", name="Save and adopt").click()

    expect(first.get_by_text("Plan better")).to_be_visible(timeout=PATIENCE)
    expect(first.get_by_text("In force, version 2")).to_be_visible(timeout=PATIENCE)
    first.get_by_text("Versions").click()
    expect(first.get_by_text(f"Name: {NAMES[0]} → Plan better.").first).to_be_visible(timeout=PATIENCE)
    first.get_by_role("button", name="Use again").click()
    expect(first.get_by_text("In force, version 3")).to_be_visible(timeout=PATIENCE)
    expect(first.get_by_text(NAMES[0], exact=True).first).to_be_visible(timeout=PATIENCE)


@pytest.mark.parametrize(("width", "dark"), [(1440, False), (1024, True)])
def test_nothing_is_wider_than_the_screen(server: str, visit: Visit, width: int, dark: bool) -> None:
    page = ready(visit(f"{server}/paths", width=width, dark=dark))

    main = page.get_by_test_id("stMain")
    assert main.evaluate("element => element.scrollWidth <= element.clientWidth")
    colour = page.locator(".st-key-paths-picture .annotation-text").first.evaluate(
        "element => getComputedStyle(element).fill"
    )
    # Streamlit put the theme's own strong grey in place of what stands for it.
    assert colour != "rgb(0, 0, 55)"
