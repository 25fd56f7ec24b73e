"""The same outcome for several calls at once."""

from __future__ import annotations

import polars as pl
import streamlit as st

from actions import calls
from components import failures, queries, session, words
from components.clock import day_start
from components.queries import Reader

_WHERE = "log-many"
_TIMES = "log-many-times"
_OUTCOMES: dict[calls.Outcome, str] = {
    "reached": "Reached",
    "left message": "Left message",
    "wrong person": "Wrong person",
}


def draw(reader: Reader, mine: pl.DataFrame) -> None:
    """Choose calls of today's list and log them together; all can be undone, or each on its card."""
    failures.tell(_WHERE)
    _told()
    done = queries.calls_since(reader, day_start())
    listed = zip(mine["account_id"].to_list(), mine["name"].to_list(), strict=True)
    names = {account: name for account, name in listed if account not in done}
    if len(names) < 2:
        return
    closes = f"log-several-{st.session_state.get(_TIMES, 0)}"  # another key after each deed: it closes
    with st.popover("Log several", icon=":material/checklist:", key=closes):
        chosen = st.multiselect(
            "Calls", list(names), format_func=lambda account: names.get(account, account), key="many"
        )
        st.text_input(
            "Why, where hours or a full day speak against it",
            key="many-why",
            persist_state="session",
            max_chars=200,
            help="Calls that nothing speaks against are logged without.",
        )
        st.caption(f"What came of {words.count(len(chosen), 'call')}?" if chosen else "Choose calls first.")
        for outcome, label in _OUTCOMES.items():
            st.button(
                label,
                key=f"many-{outcome}",
                width="stretch",
                disabled=not chosen,
                on_click=_log,
                args=(mine, outcome),
            )


def _told() -> None:
    """What was logged together last, with undo, until somebody closes it."""
    done = st.session_state.get(_WHERE)
    if not done:
        return
    said, tasks = done
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f":material/check: {said}", width="content")
        if tasks:
            st.button("Undo", key="undo-many", type="tertiary", icon=":material/undo:", on_click=_undo)
        st.button("Close", key="close-many", type="tertiary", icon=":material/close:", on_click=_close)


def _undo() -> None:
    reader, (_, tasks) = session.reader(), st.session_state[_WHERE]
    mine = queries.calls(reader).filter(pl.col("task_id").is_in(tasks), pl.col("state") == "done")

    def act() -> None:
        for task, version in mine.select("task_id", "version").iter_rows():
            calls.undo(reader.store, reader.viewer, session.now_utc(), task, version)

    if failures.attempt(act, _WHERE):
        _close()


def _close() -> None:
    st.session_state.pop(_WHERE, None)


def _log(mine: pl.DataFrame, outcome: calls.Outcome) -> None:
    chosen = st.session_state.get("many", [])
    reader = session.reader()
    rows = mine.filter(pl.col("account_id").is_in(chosen)).iter_rows(named=True)
    them = [
        calls.Call(row["account_id"], row["contact_id"], row["csm_id"] or None, row["reasons"])
        for row in rows
    ]

    def act() -> None:
        logged, refused = calls.log_many(
            reader.store,
            reader.viewer,
            session.now_utc(),
            them,
            outcome,
            because=str(st.session_state.get("many-why") or ""),
            day_began=day_start(),
        )
        named = dict(mine.select("account_id", "name").iter_rows())
        said = [
            f"{words.count(len(logged), 'call')} logged: {outcome}.",
            *(f"{words.plain(named[account])}: {words.plain(why)}" for account, why in refused),
        ]
        st.session_state[_WHERE] = (" ".join(said), logged)

    if failures.attempt(act, _WHERE):
        st.session_state["many"] = []
        st.session_state[_TIMES] = st.session_state.get(_TIMES, 0) + 1
