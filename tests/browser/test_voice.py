"""What only a browser tells of listening: the verdict on two periods, the silent to the calls, a pulse."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest
from playwright.sync_api import Locator, Page, expect

from data_access import snapshots
from data_access.config import Configuration
from data_access.facts import fact
from data_access.store import open_store
from data_access.viewer import SYSTEM
from tests.browser.conftest import Visit
from tests.conftest import DEMO_DAY

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PATIENCE = 60_000
"""Milliseconds a busy machine may take to draw."""


def ready(page: Page) -> Page:
    page.locator(".scatterlayer .trace").first.wait_for(state="attached", timeout=PATIENCE)
    silent(page).locator("canvas").first.wait_for(timeout=PATIENCE)
    return page


def silent(page: Page) -> Locator:
    """The table of those who do not answer."""
    return page.locator('[class*="st-key-silent-"]').get_by_test_id("stDataFrame")


def live(home: Path) -> str:
    """An account whose page can be opened."""
    store = open_store(Configuration(home=home))
    last = snapshots.newest(store.database)
    assert last is not None
    found = snapshots.scores(store.database, SYSTEM, last.snapshot_id)["account_id"].min()
    store.close()
    return str(found)


def scores(home: Path, since: date, until: date) -> pl.Series:
    """Each person's NPS answers of these days, the same answer of a day once."""
    store = open_store(Configuration(home=home))
    told = fact(store.database, SYSTEM, "survey_responses", as_of=DEMO_DAY)
    store.close()
    day = pl.col("responded_at").dt.date()
    mine = told.filter(pl.col("kind") == "nps", day.is_between(since, until)).drop_nulls("score")
    return mine.unique(["account_id", "contact_id", "score", "responded_at"])["score"]


def nps(answers: pl.Series) -> str:
    promoters, detractors = answers.filter(answers >= 9).len(), answers.filter(answers <= 6).len()
    whole = round(100 * (promoters - detractors) / answers.len())
    return f"{'+' if whole > 0 else '−' if whole < 0 else ''}{abs(whole)}"


def test_a_click_gives_the_verdict_on_two_periods_and_its_link(server: str, home: Path, visit: Visit) -> None:
    page = ready(visit(f"{server}/voice"))
    now = scores(home, DEMO_DAY - timedelta(days=364), DEMO_DAY)
    then = scores(home, DEMO_DAY - timedelta(days=729), DEMO_DAY - timedelta(days=365))

    page.get_by_role("button", name="Last a year").click()

    head = page.get_by_text(re.compile(r"^NPS .*365 days to"))
    expect(head).to_contain_text(
        f"NPS {nps(now)} (n = {now.len()}, 365 days to 20 Nov 2026; 95 %:", timeout=PATIENCE
    )
    expect(head).to_contain_text(re.compile("changed, (up|down)|no detectable change"))
    expect(head).to_contain_text(f"against the 365 days before ({nps(then)}, n = {then.len()})")
    said = head.inner_text()
    assert "period=" in page.url
    page.get_by_role("button", name="CSM", exact=True).or_(
        page.get_by_role("radio", name="CSM")
    ).first.click()
    expect(page.get_by_text("Verdicts are held to 5 %")).to_be_visible(timeout=PATIENCE)

    page.reload()

    expect(ready(page).get_by_text(re.compile(r"^NPS .*365 days to"))).to_have_text(said, timeout=PATIENCE)


def test_an_account_that_does_not_answer_is_ticked_and_goes_to_the_calls_and_back(
    server: str, visit: Visit
) -> None:
    page = ready(visit(f"{server}/voice", height=1800))
    box = silent(page).bounding_box()
    assert box is not None

    page.mouse.click(box["x"] + 18, box["y"] + 35 + 17)
    page.get_by_role("button", name="Add 1 account to call list").click()

    expect(page.get_by_text("1 account added to the call list")).to_be_visible(timeout=PATIENCE)
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("1 account added to the call list")).to_have_count(0)


def test_a_pulse_is_given_dated_and_seen_afterwards(server: str, home: Path, visit: Visit) -> None:
    page = visit(f"{server}/account?account={live(home)}")
    page.get_by_role("button", name="Give a pulse").click(timeout=PATIENCE)
    page.get_by_role("button", name="Shaky").or_(page.get_by_role("radio", name="Shaky")).first.click()
    page.get_by_role("textbox", name="Why?").fill("Their *sponsor* left")
    page.get_by_role("button", name="Save", exact=True).click()

    given = page.get_by_text("Pulse: shaky (5 of 6, 1 is best), by ")
    expect(given).to_contain_text("today (21 Nov)", timeout=PATIENCE)
    expect(page.get_by_text("Their *sponsor* left", exact=True)).to_be_visible()

    page.reload()
    expect(given).to_contain_text("today (21 Nov)", timeout=PATIENCE)
    expect(page.get_by_text("21 Nov · Pulse: shaky")).to_be_visible(timeout=PATIENCE)
    page.get_by_role("button", name="Take back").click()
    expect(page.get_by_text("nobody gave one yet")).to_be_visible(timeout=PATIENCE)
