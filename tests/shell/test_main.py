"""What stands around a page, and what fails with it, said once."""

from __future__ import annotations

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from components import queries, sidebar

pytestmark = pytest.mark.usefixtures("in_demo")

AWAY = "The database can't be reached."


def opened(monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """The app as its server runs it: for this machine only."""
    option = st.get_option
    monkeypatch.setattr(
        st, "get_option", lambda name: "localhost" if name == "server.address" else option(name)
    )
    return AppTest.from_file("../../shell/main.py", default_timeout=60).run()


def test_a_store_that_fails_is_said_once(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise queries.StoreError(AWAY)

    monkeypatch.setattr(queries, "reader", refuse)
    assert [AWAY in error.value for error in opened(monkeypatch).error] == [True]


def test_what_fails_only_around_the_page_is_still_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise queries.StoreError("The list of people is damaged.")

    monkeypatch.setattr(sidebar, "draw", refuse)
    app = opened(monkeypatch)
    assert ["The list of people is damaged" in error.value for error in app.error] == [True]
    assert app.title


def test_nothing_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not opened(monkeypatch).error
