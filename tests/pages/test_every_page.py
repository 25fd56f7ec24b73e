"""Each page on an empty store, on a full one, and when the store fails."""

from __future__ import annotations

import pytest

from components import queries
from components.navigation import PAGES
from data_access.errors import StoreError
from tests.pages.conftest import Open, shown

MODULES = [page.module for page in PAGES]
OWN = ["today", "account", "call", "exceptions", "engagement", "paths"]


@pytest.mark.usefixtures("in_empty")
@pytest.mark.parametrize("page", MODULES)
def test_an_empty_store_says_what_would_fill_it(page: str, open_page: Open) -> None:
    app = open_page(page)

    assert not app.exception
    assert not app.error
    assert "import" in shown(app).lower()
    assert len(app.title) == 1


@pytest.mark.usefixtures("in_demo")
@pytest.mark.parametrize("page", MODULES)
def test_a_full_store_draws_without_a_complaint(page: str, open_page: Open) -> None:
    app = open_page(page)

    assert not app.exception
    assert not app.error
    assert app.title


@pytest.mark.usefixtures("in_demo")
@pytest.mark.parametrize("page", OWN)
def test_a_failing_store_gives_one_sentence_and_no_trace(
    page: str, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise StoreError("The database at db.example does not answer.")

    monkeypatch.setattr(queries, "scores", refuse)

    app = open_page(page, account="A00001")

    assert not app.exception
    assert [error.value for error in app.error] == [
        "The database at db.example does not answer. Nothing was changed. "
        "`python cli.py doctor` says what to check."
    ]


@pytest.mark.usefixtures("in_demo")
@pytest.mark.parametrize("page", OWN)
def test_a_fault_of_ours_shows_no_trace_either(
    page: str, open_page: Open, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def stumble(*_: object) -> None:
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr(queries, "scores", stumble)

    app = open_page(page, account="A00001")

    assert not app.exception
    assert len(app.error) == 1
    assert "secret detail" not in shown(app)
    assert "secret detail" in caplog.text
