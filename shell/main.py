"""What runs for each visit: sign-in first, then the navigation, then the page."""

from __future__ import annotations

import importlib
from collections.abc import Callable

import streamlit as st

from components import navigation, session, sidebar
from components.failures import drawn, guarded, held
from shell import gate, watching


def main() -> None:
    """Nothing of anybody's is read before the gate is passed."""
    st.set_page_config(page_title="Rounds", page_icon=navigation.ICON, layout="wide")
    if not gate.passed():
        return
    gate.keep_refusals()
    role = session.viewer().role
    page = st.navigation(navigation.sections(_render, role), expanded=True)
    # One call on one screen: on a laptop the call sheet needs the width.
    st.set_page_config(initial_sidebar_state="collapsed" if page.url_path == "call" else "auto")
    tell = held(_around)
    with watching.timed(page.url_path or "today", role):
        page.run()
    tell()


def _render(module: str) -> Callable[[], None]:
    """The page's `render`, imported when it is wanted, so that one broken page does not take the others."""

    def render() -> None:
        importlib.import_module(f"pages.{module}").render()

    return guarded(render)


def _around() -> None:
    drawn()
    reader = session.reader()
    sidebar.draw(reader)
    sidebar.demo_banner(reader)


main()
