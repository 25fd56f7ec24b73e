"""The pulse on an account's page: what stands, by whom and when, and a light way to give one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl
import streamlit as st

from components import failures, queries, words
from components.failures import guarded
from components.queries import Reader
from models.pulse import LEVELS, LONGEST_REASON

_WHERE = "pulse"
_LEVEL, _REASON = "pulse_level", "pulse_reason"
_OLD = 60


@dataclass(frozen=True)
class PulseDeeds:
    """Give a pulse (account, level, reason) or take one back (pulse, version)."""

    give: Callable[[str, int, str], object]
    withdraw: Callable[[int, int], object]


@st.fragment
@guarded
def pulse_card(reader: Reader, account_id: str, deeds: PulseDeeds, today: date) -> None:
    """The newest pulse in words, and a popover with six pills and one line to give another."""
    now = failures.current(reader, _WHERE)
    mine = queries.pulses(now).filter((pl.col("account_id") == account_id) & pl.col("withdrawn_at").is_null())
    row = mine.row(0, named=True) if mine.height else None
    failures.tell(_WHERE)
    with st.container(border=True, gap="xsmall"):
        st.markdown(_said(row, today, _names(now)))
        if row:
            st.caption(words.plain(row["reason"]))
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            label = "Give a pulse" if row is None else "Give another"
            with st.popover(label, icon=":material/favorite:"):
                _form(account_id, deeds)
            if row and row["given_by"] == reader.viewer.person:
                st.button(
                    "Take back",
                    key="pulse_back",
                    type="tertiary",
                    icon=":material/undo:",
                    on_click=_withdraw,
                    args=(row, deeds),
                )


def _said(row: dict[str, Any] | None, today: date, names: dict[str, str]) -> str:
    if row is None:
        return "**Pulse**: nobody gave one yet. It is your own judgement, kept beside the scores."
    given = row["given_at"].date()
    who = words.plain(names.get(row["given_by"], row["given_by"]))
    old = ", some time ago" if (today - given).days > _OLD else ""
    return (
        f"**Pulse: {LEVELS[row['level']]}** ({7 - row['level']} of {len(LEVELS)}, 1 is best), "
        f"by {who}, {words.near(given, today)}{old}."
    )


def _names(reader: Reader) -> dict[str, str]:
    people = queries.csms(reader).drop_nulls("email")
    return dict(people.select("email", "name").iter_rows())


def _form(account_id: str, deeds: PulseDeeds) -> None:
    st.pills(
        "How is this account, in your own judgement?",
        list(LEVELS),
        format_func=lambda level: LEVELS[level].capitalize(),
        key=_LEVEL,
        persist_state="session",
    )
    st.text_input(
        "Why?",
        key=_REASON,
        max_chars=LONGEST_REASON,
        placeholder="A few words",
        help="Kept with the pulse",
        persist_state="session",
    )
    st.button("Save", key="pulse_save", type="primary", on_click=_give, args=(account_id, deeds))


def _give(account_id: str, deeds: PulseDeeds) -> None:
    level, reason = st.session_state.get(_LEVEL), str(st.session_state.get(_REASON) or "")
    if failures.attempt(lambda: deeds.give(account_id, int(level or 0), reason), _WHERE):
        st.session_state[_LEVEL], st.session_state[_REASON] = None, ""


def _withdraw(row: dict[str, Any], deeds: PulseDeeds) -> None:
    failures.attempt(lambda: deeds.withdraw(row["pulse_id"], row["version"]), _WHERE)
