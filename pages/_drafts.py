"""What a person wrote while somebody else saved first: both versions side by side, and which one counts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from components import failures, words
from components.queries import Conflict
from components.queries.quality import Version


def save(where: str, draft: Sequence[Any], act: Callable[[], object]) -> None:
    """Save; after a conflict the draft is kept until its writer decides. For callbacks only."""

    def kept() -> None:
        try:
            act()
        except Conflict:
            st.session_state[_key(where)] = list(draft)
            raise
        st.session_state.pop(_key(where), None)

    failures.attempt(kept, where)


def both(
    where: str,
    version: Version,
    difference: Callable[[Sequence[Any]], list[str]],
    save_mine: Callable[[Sequence[Any]], None],
) -> None:
    """Show a kept draft beside what was saved meanwhile; nothing where there is no draft.

    `difference` says what the draft has that the saved version has not; `save_mine` saves the draft over it.
    """
    draft = st.session_state.get(_key(where))
    if draft is None:
        return
    with st.container(border=True, gap="small"):
        who = words.plain(version.saved_by or "nobody")
        st.markdown(f":material/call_split: **{who} saved another version ({version.saved_at}).**")
        st.markdown("Against theirs, which is shown below, yours is")
        told = difference(draft)
        st.markdown("\n".join(f"- {words.plain(line)}" for line in told) or "- the same")
        with st.container(horizontal=True):
            st.button("Keep theirs", key=f"{where}-theirs", on_click=_drop, args=(where,))
            st.button(
                "Save mine as the newest",
                key=f"{where}-mine",
                type="primary",
                disabled=not told,
                on_click=save_mine,
                args=(draft,),
            )


def _drop(where: str) -> None:
    st.session_state.pop(_key(where), None)


def _key(where: str) -> str:
    return f"{where}-draft"
