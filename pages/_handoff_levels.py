"""The part of the Handoffs page where a service level is chosen for each step."""

from __future__ import annotations

import polars as pl
import streamlit as st

from actions import settings as choose
from components import failures, handoff_words, session, words
from components.queries import Reader
from components.queries import handoffs as read
from models.handoff_times import SETTING

_WHERE = "handoffs"


def draw(reader: Reader, levels: pl.DataFrame) -> None:
    """What each step's level is and where it comes from; managers can choose another."""
    lines = [
        f"{words.plain(row['step'])}: {words.plain(handoff_words.level(row))}"
        for row in levels.iter_rows(named=True)
    ]
    st.caption("Service levels. " + " · ".join(lines) + ".")
    version, chosen = read.chosen_levels(reader)
    with st.popover("Change a service level", icon=":material/tune:"):
        step = st.selectbox("Step", levels["step"].to_list(), key="level_step")
        if step is None:
            return
        now = levels.row(by_predicate=pl.col("step") == step, named=True)
        days = st.number_input(
            "Days", 1, 365, min(365, max(1, int(now["level"]))), key=f"level-{version}-{step}"
        )
        st.caption(
            "It holds for everybody: on this page at once, for exceptions from the next refresh on. "
            "It is a version of the settings, and can be taken back there."
        )
        with st.container(horizontal=True):
            st.button(
                "Save",
                type="primary",
                icon=":material/save:",
                on_click=_save,
                args=(version, chosen | {str(step): float(days)}),
            )
            learned = {name: value for name, value in chosen.items() if name != step}
            st.button(
                "Learn it from the past",
                icon=":material/undo:",
                disabled=step not in chosen,
                on_click=_save,
                args=(version, learned),
            )


def _save(version: int, levels: dict[str, float]) -> None:
    reader = session.reader()
    changes = {SETTING: levels or None}
    failures.attempt_at(
        version,
        lambda at: choose.choose(reader.store, reader.viewer, session.now_utc(), at, changes),
        _WHERE,
    )
