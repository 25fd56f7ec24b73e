"""A page as a person would open it, without a browser."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from components.session import VIEWER_KEY
from tests.conftest import DEMO_NOW
from tests.pages.walked import walked
from tests.spaced import spaced

Open = Callable[..., AppTest]

_SCRIPT = """
import importlib
from components.failures import guarded
from tests.spaced import spaced
guarded(importlib.import_module("pages.{page}").render)()
"""


@pytest.fixture(autouse=True)
def _close_stores() -> Iterator[None]:
    """What a page opened is closed again, as when the server stops."""
    yield
    st.cache_resource.clear()


@pytest.fixture
def open_page() -> Open:
    """Draws a page: `open_page("account", viewer="eva@…", account="A1")`."""

    def opened(page: str, *, viewer: str = "", **query: str) -> AppTest:
        app = AppTest.from_string(_SCRIPT.format(page=page), default_timeout=30)
        app.context = {"timezone": "Europe/Berlin"}
        app.session_state[VIEWER_KEY] = viewer
        for name, value in query.items():
            app.query_params[name] = value
        return app.run()

    return opened


@pytest.fixture
def in_empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home where nothing was ever imported, as the app's own."""
    monkeypatch.setenv("ROUNDS_HOME", str(tmp_path))
    monkeypatch.setenv("ROUNDS_NOW", "2026-11-21T09:00:00+00:00")
    return tmp_path


@pytest.fixture(scope="session")
def walked_template(demo_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return walked(demo_template, tmp_path_factory.mktemp("walked") / "home")


@pytest.fixture
def in_walked(walked_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    home = tmp_path / "home"
    shutil.copytree(walked_template, home)
    monkeypatch.setenv("ROUNDS_HOME", str(home))
    monkeypatch.setenv("ROUNDS_NOW", f"{DEMO_NOW.isoformat()}+00:00")
    return home


def shown(app: AppTest) -> str:
    """Every text on the page, in order of kind; spaces that no line breaks at are spaces."""
    kinds = (app.title, app.subheader, app.markdown, app.caption, app.warning, app.error)
    return spaced("\n".join(str(element.value) for kind in kinds for element in kind))
