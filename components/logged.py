"""A logged call: what came of it, whether it helped, what is next, and Undo."""

from __future__ import annotations

from typing import Any

import streamlit as st

from components import clock, failures, words
from components.deeds import CallDeeds, Library


def logged(call: dict[str, Any], deeds: CallDeeds) -> None:
    """One logged call (a row of the calls) and what can still be said of it."""
    library = deeds.library(call["task_id"])
    task, version, helped = call["task_id"], call["version"], call["helped"]
    asked = {None: "Did it help?", True: "It helped.", False: "It did not help."}[helped]
    st.markdown(
        f":material/check_circle: **Logged: {call['outcome']}** at {clock.shown(call['done_at'])}. {asked}"
    )
    with st.container(horizontal=True, vertical_alignment="center", gap="small", wrap=False):
        for label, value in (("Helped", True), ("Did not", False)):
            st.button(
                label,
                key=f"{label}-{task}",
                type="primary" if helped is value else "secondary",
                on_click=_describe,
                args=(call, deeds, value),
            )
        closes = f"details-{task}-{version}"  # another key once something was saved: it closes
        with st.popover("Note and next step", icon=":material/edit_note:", key=closes):
            _details(call, deeds, library)
        st.button(
            "Undo",
            key=f"undo-{task}",
            type="tertiary",
            icon=":material/undo:",
            on_click=_undo,
            args=(call["account_id"], deeds, task, version),
        )
    _said(call, library)


def _details(call: dict[str, Any], deeds: CallDeeds, library: Library) -> None:
    task = call["task_id"]
    with st.form(f"details-{task}", border=False):
        st.text_area("Note", value=call["note"] or "", key=f"note-{task}", height=90, persist_state="session")
        st.text_input("Next step", value=call["next_step"] or "", key=f"next-{task}", persist_state="session")
        st.date_input(
            "On",
            value=call["next_on"],
            key=f"on-{task}",
            min_value=clock.today(),
            format="YYYY-MM-DD",
            persist_state="session",
        )
        pieces = library.offered | library.sent
        if pieces:
            st.multiselect(
                "What you sent",
                list(pieces),
                default=list(library.sent),
                format_func=lambda piece: pieces.get(piece, str(piece)),
                key=f"sent-{task}",
                placeholder="From the content library",
                help="The content library then tells whether use followed.",
            )
        st.form_submit_button("Save", type="primary", on_click=_describe, args=(call, deeds, None))


def _said(call: dict[str, Any], library: Library) -> None:
    if library.sent:
        st.caption(f"Sent: {', '.join(map(words.plain, library.sent.values()))}")
    if call["note"]:
        st.caption(words.plain(call["note"]))
    if call["next_step"] or call["next_on"]:
        when = f" {words.near(call['next_on'], clock.today())}" if call["next_on"] else ""
        st.caption(f"Next: {words.plain(call['next_step'] or 'get back to them')}{when}")


def _describe(call: dict[str, Any], deeds: CallDeeds, helped: bool | None) -> None:
    task, state = call["task_id"], st.session_state
    note, step, day = (state.get(f"{name}-{task}") or None for name in ("note", "next", "on"))
    pieces = state.get(f"sent-{task}")

    def act(version: int) -> None:
        deeds.describe(
            call["account_id"], task, version, helped=helped, note=note, next_step=step, next_on=day
        )
        if pieces is not None:
            deeds.send(call["account_id"], task, pieces)

    failures.attempt_at(call["version"], act, call["account_id"])


def _undo(account_id: str, deeds: CallDeeds, task: int, version: int) -> None:
    failures.attempt(lambda: deeds.undo(account_id, task, version), account_id)
