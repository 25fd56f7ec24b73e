"""Log a call, or put the account on the call list, from its own page."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any, cast

import polars as pl
import streamlit as st

from components import beyond, failures, queries
from components.deeds import CallDeeds, Outcome, Person
from components.failures import guarded
from components.logged import logged
from components.queries import Reader

_OUTCOMES: dict[Outcome, str] = {
    "reached": "Reached",
    "left message": "Left message",
    "wrong person": "Wrong person",
}


@st.fragment
@guarded
def call_here(
    reader: Reader, row: dict[str, Any], contacts: pl.DataFrame, deeds: CallDeeds, since: datetime
) -> None:
    """What can be done about a call to this account (a row of the scores); since `since` (UTC)."""
    now = failures.current(reader, row["account_id"])
    done = queries.calls_since(now, since).get(row["account_id"])
    failures.tell(row["account_id"])
    if done is not None:
        with st.container(border=True, gap="xsmall"):
            logged(done, deeds)
        return
    beyond.ask(row["account_id"], partial(_log_all_the_same, row, deeds))
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        with st.popover("Log a call", icon=":material/call:", type="primary"):
            _form(row, contacts, deeds)
        if row["account_id"] in queries.accounts_to_call(now):
            st.caption(":material/check: On the call list", width="content")
        else:
            st.button(
                "Add to call list",
                key="add-here",
                icon=":material/add_call:",
                on_click=_add,
                args=(row, deeds),
            )


def _form(row: dict[str, Any], contacts: pl.DataFrame, deeds: CallDeeds) -> None:
    reachable = contacts.filter(~pl.col("do_not_contact").fill_null(value=False))
    names = dict(reachable.select("contact_id", pl.coalesce("name", "contact_id")).iter_rows())
    if names:
        st.selectbox("With whom", list(names), format_func=lambda code: names[code], key="with-whom")
    st.caption("What came of it?")
    for outcome, label in _OUTCOMES.items():
        st.button(label, key=f"here-{outcome}", width="stretch", on_click=_log, args=(row, deeds, outcome))


def _log(row: dict[str, Any], deeds: CallDeeds, outcome: Outcome, because: str = "") -> None:
    person = Person(row["account_id"], st.session_state.get("with-whom"), row["csm_id"])
    beyond.attempt(partial(deeds.log, person, outcome, because=because), row["account_id"], outcome)


def _log_all_the_same(row: dict[str, Any], deeds: CallDeeds, outcome: str, because: str) -> None:
    _log(row, deeds, cast("Outcome", outcome), because)


def _add(row: dict[str, Any], deeds: CallDeeds) -> None:
    person = Person(row["account_id"], csm_id=row["csm_id"])
    failures.attempt(lambda: deeds.add([person]), row["account_id"])
