"""Which kinds of exceptions are looked for: switched off and on, as a version of the settings."""

from __future__ import annotations

from functools import partial

import streamlit as st

from actions import exception_rules as acts
from actions import settings as choose
from components import failures, session, words
from components.queries import Reader
from components.queries import rules as queries_rules
from components.queries import settings as queries_settings
from models.findings import KINDS, OFF

WHERE = "rules"


def said(reader: Reader) -> None:
    """Where kinds are switched off, which ones, by whom and since when."""
    off = queries_rules.off(reader)
    if off:
        version = queries_rules.off_since(reader)
        by = f", by {words.plain(version['person'])} on {version['saved_at']:%-d %b %Y}" if version else ""
        st.caption(f":material/toggle_off: Not looked for: {_named(off)}{by}.")


def draw(reader: Reader) -> None:
    """Choose the kinds that nobody looks for."""
    st.subheader("What is looked for?", anchor=False)
    version, off = queries_settings.in_force(reader)[0], queries_rules.off(reader)
    may = acts.may_edit(reader.viewer)
    with st.container(border=True, gap="small"):
        wanted = st.multiselect(
            "Kinds that are not looked for",
            list(KINDS),
            default=list(off),
            format_func=KINDS.__getitem__,
            key=f"kinds-off-{version}",
            disabled=not may,
            placeholder="Every kind is looked for",
        )
        ordered = [kind for kind in KINDS if kind in wanted]
        closing = [kind for kind in ordered if kind not in off]
        if closing:
            n = queries_rules.open_of(reader, closing)
            st.caption(
                f"The next refresh would close {words.count(n, 'open exception')} of {_named(closing)}. "
                "Snapshots go on keeping what was found, so that a replay can still tell."
            )
        else:
            said(reader)
        st.button(
            "Save",
            key="save_kinds",
            type="primary",
            icon=":material/save:",
            disabled=not may or ordered == list(off),
            on_click=_save,
            args=(version, ordered),
        )


def _named(kinds: list[str] | tuple[str, ...]) -> str:
    return ", ".join(KINDS[kind] for kind in kinds)


def _save(version: int, kinds: list[str]) -> None:
    reader = session.reader()
    changes = {OFF: kinds or None}
    deed = partial(choose.choose, reader.store, reader.viewer, session.now_utc(), version, changes)
    failures.attempt(deed, WHERE)
