"""What hours, a wish or a full day speak against: the question why, and the deed with the answer."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from components import failures, words
from components.queries import BeyondLimits

REASONS = ("They asked for this time", "It was done earlier")
"""Answers that need one click; any other can be typed."""


def attempt(act: Callable[[], object], where: str, what: str) -> bool:
    """Do what a person asked for; where limits speak against it, `ask` asks why. For callbacks only."""
    st.session_state.pop(_key(where), None)

    def told() -> None:
        try:
            act()
        except BeyondLimits as error:
            st.session_state[_key(where)] = (str(error), what)

    return failures.attempt(told, where) and not asked(where)


def asked(where: str) -> bool:
    """Whether a reason is awaited here."""
    return _key(where) in st.session_state


def ask(where: str, act: Callable[[str, str], None]) -> None:
    """Ask why it is to be done all the same; `act` gets what was asked for and the reason."""
    if not asked(where):
        return
    said, what = st.session_state[_key(where)]
    st.warning(f"{words.plain(said)} Nothing is logged yet. Why is it all right?", icon=":material/schedule:")
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        for n, reason in enumerate(REASONS):
            st.button(reason, key=f"because-{n}-{where}", on_click=_because, args=(where, act, what, reason))
        with (
            st.popover("Another reason"),
            st.form(f"because-form-{where}", border=False),
        ):
            st.text_input("Why", key=f"because-{where}", max_chars=200, persist_state="session")
            st.form_submit_button("Go on", type="primary", on_click=_typed, args=(where, act, what))
        st.button("Leave it", key=f"because-not-{where}", type="tertiary", on_click=_leave, args=(where,))


def _typed(where: str, act: Callable[[str, str], None], what: str) -> None:
    reason = str(st.session_state.get(f"because-{where}") or "").strip()
    if reason:
        _because(where, act, what, reason)


def _because(where: str, act: Callable[[str, str], None], what: str, reason: str) -> None:
    _leave(where)
    act(what, reason)


def _leave(where: str) -> None:
    st.session_state.pop(_key(where), None)


def _key(where: str) -> str:
    return f"beyond-{where}"
