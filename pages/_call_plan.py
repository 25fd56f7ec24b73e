"""The plan changed by hand: take the call, put it off, take it off the list, hand it over."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import Any

import polars as pl
import streamlit as st

from actions import calls, plan
from components import beyond, clock, failures, queries, session, words
from components.failures import guarded
from components.queries import Reader
from components.queries import plan as queries_plan
from models.call_settings import REST_DAYS

_DONE = "plan-changed"
_TIMES = "plan-times"
_WHYS = ("put-off-why", "off-why", "hand-why")


@st.fragment
@guarded
def taken(reader: Reader, row: dict[str, Any]) -> None:
    """Who is on this call, and a button to take it so that nobody rings twice."""
    account = row["account_id"]
    reader = failures.current(reader, _where(account))
    failures.tell(_where(account))
    beyond.ask(_where(account), partial(_take_all_the_same, row))
    claim = queries_plan.taken(reader, session.now_utc()).get(account)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if claim is None:
            st.button("I take this call", icon=":material/front_hand:", on_click=_take, args=(row,))
            st.caption("Colleagues then see for an hour that you are on it.", width="content")
        elif claim["person"] == reader.viewer.person:
            st.markdown(
                f":material/front_hand: **Yours since {clock.shown(claim['taken_at'])}.**", width="content"
            )
            st.button("Give it back", type="tertiary", on_click=_let_go, args=(account,))
        else:
            st.warning(f"Taken by {words.plain(claim['name'])} at {clock.shown(claim['taken_at'])}.")


def changes(reader: Reader, row: dict[str, Any], today: date) -> None:
    """Put the call off, take it off the list, or hand it to a colleague."""
    closed = f"hand-over-{st.session_state.get(_TIMES, 0)}"  # another key after each deed: it closes
    with st.container(horizontal=True, gap="small"):
        with st.popover("Put off", icon=":material/event:"), st.form("put-off", border=False):
            st.date_input("Until", today + timedelta(days=7), today + timedelta(days=1), key="put-off-until")
            st.text_input("Why", key=_WHYS[0], persist_state="session")
            st.form_submit_button("Put off", type="primary", on_click=_put_off, args=(row,))
        with st.popover("Take off the list", icon=":material/playlist_remove:"), st.form("off", border=False):
            usual = today + timedelta(days=REST_DAYS)
            st.date_input("Until", usual, today + timedelta(days=1), key="off-until")
            st.text_input("Why", key=_WHYS[1], persist_state="session")
            st.form_submit_button("Take off", type="primary", on_click=_remove, args=(row,))
        with (
            st.popover("Hand over", icon=":material/switch_account:", key=closed),
            st.form("hand", border=False),
        ):
            known = queries.csms(reader).filter(pl.col("csm_id") != row["csm_id"])
            names = dict(known.select("csm_id", pl.coalesce("name", "csm_id")).iter_rows())
            st.selectbox("To", list(names), format_func=lambda csm: names[csm], key="hand-to")
            st.text_input("What they should know", key=_WHYS[2], persist_state="session")
            st.form_submit_button(
                "Hand over", type="primary", disabled=not names, on_click=_hand, args=(row, today)
            )


def done_line() -> None:
    """What was changed last on the plan, with undo, until somebody closes it."""
    done = st.session_state.get(_DONE)
    failures.tell(_DONE)
    if not done:
        return
    text, task = done
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f":material/check: {text}", width="content")
        st.button(
            "Undo", key="undo-plan", type="tertiary", icon=":material/undo:", on_click=_undo, args=(task,)
        )
        st.button("Close", key="close-plan", type="tertiary", icon=":material/close:", on_click=_close)


def _take(row: dict[str, Any], because: str = "") -> None:
    reader, account = session.reader(), row["account_id"]
    act = partial(
        plan.take,
        reader.store,
        reader.viewer,
        session.now_utc(),
        account,
        contact_id=row["contact_id"],
        csm_id=row["csm_id"] or None,
        because=because,
        day_began=clock.day_start(),
    )
    beyond.attempt(act, _where(account), "take")


def _take_all_the_same(row: dict[str, Any], what: str, because: str) -> None:
    _take(row, because)


def _let_go(account: str) -> None:
    reader, now = session.reader(), session.now_utc()
    failures.attempt(lambda: plan.let_go(reader.store, reader.viewer, now, account), _where(account))


def _put_off(row: dict[str, Any]) -> None:
    until, why = st.session_state["put-off-until"], st.session_state[_WHYS[0]]
    reader, now = session.reader(), session.now_utc()
    _change(
        row,
        f"{words.plain(row['name'])} is put off until {until:%-d %b %Y}.",
        lambda call: plan.put_off(reader.store, reader.viewer, now, call, until, why, today=clock.today()),
    )


def _remove(row: dict[str, Any]) -> None:
    until, why = st.session_state["off-until"], st.session_state[_WHYS[1]]
    reader, now = session.reader(), session.now_utc()
    _change(
        row,
        f"{words.plain(row['name'])} is off the list until {until:%-d %b %Y}.",
        lambda call: plan.remove(reader.store, reader.viewer, now, call, until, why, today=clock.today()),
    )


def _hand(row: dict[str, Any], today: date) -> None:
    to, why = st.session_state["hand-to"], st.session_state[_WHYS[2]]
    reader, now = session.reader(), session.now_utc()
    _change(
        row,
        f"{words.plain(row['name'])} is handed over.",
        lambda call: plan.hand_over(reader.store, reader.viewer, now, call, to, why, today),
    )


def _change(row: dict[str, Any], text: str, act: Callable[[calls.Call], int]) -> None:
    call = calls.Call(row["account_id"], row["contact_id"], row["csm_id"] or None, row["reasons"])
    tasks: list[int] = []
    if failures.attempt(lambda: tasks.append(act(call)), _where(row["account_id"])):
        st.session_state[_DONE] = (text, tasks[0])
        st.session_state[_TIMES] = st.session_state.get(_TIMES, 0) + 1
        st.session_state.update(dict.fromkeys(_WHYS, ""))


def _undo(task: int) -> None:
    reader = session.reader()
    found = queries.calls(reader).filter(pl.col("task_id") == task)
    version = found["version"].item() if found.height else 0
    now = session.now_utc()
    if failures.attempt(lambda: calls.undo(reader.store, reader.viewer, now, task, version), _DONE):
        _close()


def _close() -> None:
    st.session_state.pop(_DONE, None)


def _where(account: str) -> str:
    return f"plan-{account}"
