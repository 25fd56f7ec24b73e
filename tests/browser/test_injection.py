"""HTML, scripts, SQL and formulas in names, comments and file names: nothing of it runs, anywhere."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import Dialog

from actions import exporting
from actions.calendars import call_entries
from actions.exporting import Asked
from actions.formats import calendar_bytes, table_bytes
from data_access import snapshots
from data_access.config import Configuration
from data_access.counts import fact_rows
from data_access.store import open_store
from data_access.viewer import SYSTEM
from tests.browser.conftest import NOW, Visit
from tests.browser.hostile import hostile_company
from tests.browser.server import serve
from tests.conftest import DEMO_NOW

pytestmark = pytest.mark.browser

PAGES = ("", "accounts", "account", "call", "exceptions", "voice", "data?tab=Past+imports", "audit")
WRONG = """() => [
  window.pwned ? "a script ran" : "",
  ...[...document.querySelectorAll("[onerror],[onload],[ontoggle],[onstart],iframe[srcdoc],marquee")]
    .map(found => found.outerHTML.slice(0, 200)),
  ...[...document.querySelectorAll("a[href]")].filter(a => /^\\s*(javascript|data|vbscript):/i.test(a.href))
    .map(found => found.outerHTML.slice(0, 200)),
].filter(Boolean)"""


@pytest.fixture(scope="module")
def hostile(demo_template: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    home = tmp_path_factory.mktemp("hostile") / "home"
    return home, hostile_company(demo_template, home)


@pytest.fixture(scope="module")
def address(hostile: tuple[Path, str]) -> Iterator[str]:
    with serve(hostile[0], NOW) as found:
        yield found


def test_nothing_runs_on_any_page(address: str, hostile: tuple[Path, str], visit: Visit) -> None:
    said: list[str] = []
    page = visit("about:blank", own=True)

    def noted(dialog: Dialog) -> None:
        said.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", noted)
    page.set_content("<img onerror=x><a href=' javascript:x'>y</a>")
    assert len(page.evaluate(WRONG)) == 2, "the trap itself does not spring"
    for path in PAGES:
        joint = "&" if "?" in path else "?"
        page.goto(f"{address}/{path}{joint}account={hostile[1]}")
        page.get_by_role("heading", level=1).first.wait_for()
        page.wait_for_function("() => !document.querySelector('[data-testid=stStatusWidget]')")
        page.wait_for_timeout(500)
        assert page.evaluate(WRONG) == [], path
        assert page.locator('[data-testid="stException"]').count() == 0, path
    assert said == []


def test_no_export_runs_in_a_spreadsheet_or_a_calendar(hostile: tuple[Path, str]) -> None:
    store = open_store(Configuration(home=hostile[0]))
    newest = snapshots.newest(store.database)
    assert newest is not None
    asked = Asked(store, SYSTEM, DEMO_NOW, newest)
    for what in ("accounts", "exceptions", "calls", "voice"):
        frame = exporting.EXPORTS[what](asked)
        text = table_bytes(frame, "csv").decode("utf-8-sig")
        cells = [cell for row in csv.reader(io.StringIO(text)) for cell in row]
        assert not [cell for cell in cells if re.match(r"\s*[=+@]|\s*-\D|[\t\r\n]", cell)], what
        book = openpyxl.load_workbook(io.BytesIO(table_bytes(frame, "xlsx")))
        written = [cell for page in book for row in page.iter_rows() for cell in row]
        assert not [cell for cell in written if cell.data_type == "f" or cell.hyperlink], what
    body = calendar_bytes(call_entries(exporting.calls(asked), DEMO_NOW.date()), DEMO_NOW).decode()
    assert not re.search(r"^(BEGIN:VALARM|ACTION|ATTACH)", body, re.MULTILINE)
    assert fact_rows(store)["contacts"] > 100
    assert fact_rows(store)["accounts"] >= 120
    store.close()
