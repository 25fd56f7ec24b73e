"""A number on the Retention page, clicked, shows rows; taken along as a file, they add up to it."""

from __future__ import annotations

import re
from pathlib import Path

import polars as pl
import pytest
from playwright.sync_api import Page, expect

from components.charts_retention import NAMES
from models.retention_rows import GRR, LOGO, NRR, WON, value_of
from models.shares import percent
from tests.browser.conftest import Visit

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PLAIN = str.maketrans({",": None, "−": "-"})
"""What stands between a number as people read it and one that Python does."""

_PATIENCE = 30_000
"""Milliseconds that a busy machine may take to draw."""


def shown(page: Page, label: str) -> str:
    """What the metric with this label says."""
    metric = page.get_by_test_id("stMetric").filter(has=page.get_by_text(label, exact=True))
    return metric.get_by_test_id("stMetricValue").inner_text().strip()


def taken(page: Page, file: Path) -> pl.DataFrame:
    """The rows that the page shows, as the file that a person takes along."""
    page.get_by_role("button", name="Export").last.click()
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV", exact=True).last.click()
    download.value.save_as(file)
    page.keyboard.press("Escape")
    return pl.read_csv(file, try_parse_dates=True)


@pytest.mark.parametrize("figure", [LOGO, GRR, WON])
def test_a_number_clicked_shows_rows_that_add_up_to_it(
    figure: str, server: str, visit: Visit, tmp_path: Path
) -> None:
    page = visit(f"{server}/retention?view=Cohorts", height=1600)
    page.get_by_text("as in the grid").wait_for()
    said = shown(page, NAMES[figure])

    page.locator(f".st-key-open-{figure.replace(' ', '-')}").get_by_role("button").click()

    expect(page.get_by_role("heading", name="The accounts behind a figure")).to_be_visible(timeout=_PATIENCE)
    expect(page.get_by_text(re.compile(rf"= {re.escape(said)}: the figure above"))).to_be_visible(
        timeout=_PATIENCE
    )
    rows = taken(page, tmp_path / "rows.csv")
    made = value_of(rows, figure)
    assert made is not None
    assert percent(made, 1) == said


def test_a_number_in_a_table_clicked_opens_its_rows(server: str, visit: Visit, tmp_path: Path) -> None:
    page = visit(f"{server}/retention?view=By+group", height=1600)
    page.get_by_text("as in the table").wait_for(timeout=_PATIENCE)
    table = page.get_by_test_id("stDataFrame").first
    second, nrr = (table.locator(f"#glide-cell-{column}-1").inner_text() for column in (0, 8))
    place = table.bounding_box()
    assert place is not None
    # The grid is a picture: NRR is the ninth of twelve columns, the second row two and a half rows down.
    page.mouse.click(place["x"] + place["width"] * 0.70, place["y"] + place["height"] * 2.5 / 5)

    told = page.get_by_text(re.compile(r"÷ .* = .*, as in the table"))
    expect(told).to_contain_text(f"= {percent(float(nrr), 1)}", timeout=_PATIENCE)
    rows = taken(page, tmp_path / "rows.csv")
    assert rows["segment"].unique().to_list() == [second]
    made = value_of(rows, NRR)
    assert made is not None
    assert percent(made, 1) == percent(float(nrr), 1)


def test_a_bar_of_the_bridge_opens_its_accounts(server: str, visit: Visit, tmp_path: Path) -> None:
    page = visit(f"{server}/retention?figure=Churned+MRR", height=1800)
    sentence = page.get_by_text(re.compile("Their changes add up to|No account makes Churned MRR"))
    sentence.wait_for()
    bars = page.locator(".barlayer .trace").first.locator(".point path")
    bars.first.wait_for(state="attached")

    bars.last.click(force=True)

    told = page.get_by_text(re.compile("Their changes add up to"))
    expect(told).to_contain_text("the figure above", timeout=_PATIENCE)
    amount = float(re.findall(r"add up to \S+\s(−?[\d,]+\.\d\d)", told.inner_text())[0].translate(PLAIN))
    rows = taken(page, tmp_path / "rows.csv")
    assert round(float(rows["change"].sum()), 2) == amount
    assert rows["part"].unique().to_list() == ["new"]


@pytest.mark.parametrize(("width", "dark"), [(1440, False), (1024, True)])
@pytest.mark.parametrize("path", ["retention?view=Forecast", "renewals", "value"])
def test_nothing_is_wider_than_the_screen(
    path: str, width: int, dark: bool, server: str, visit: Visit
) -> None:
    page = visit(f"{server}/{path}", width=width, dark=dark)
    page.get_by_test_id("stDataFrame").first.wait_for(timeout=3 * _PATIENCE)

    main = page.get_by_test_id("stMain")
    assert main.evaluate("element => element.scrollWidth <= element.clientWidth")
