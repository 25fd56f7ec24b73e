"""What a holdout would cost and tell, where none is chosen."""

from __future__ import annotations

import streamlit as st

from components import clock, navigation, queries, words
from components.queries import Reader
from components.queries import effects as read
from models.effects.cost import Cost
from models.settings_words import DEFAULT_CAPACITY
from models.shares import percent

_SHARES = {0.05: "5 %", 0.1: "10 %", 0.2: "20 %"}


def draw(reader: Reader, share: float) -> None:
    """Why nothing is known, and the price of knowing."""
    with st.container(border=True, gap="small"):
        if share:
            st.markdown(
                f":material/inbox: **{percent(share)} of the calls will be held out; no lot has been "
                "drawn yet.**"
            )
            st.caption(
                "Lots are drawn when the day's list is made: open Today, or refresh. The first results come "
                "28 days later."
            )
            return
        st.markdown(":material/inbox: **Nobody knows whether the calls help: no holdout is chosen.**")
        st.markdown(
            "Accounts are called because they are in trouble, so those called leave more often than the "
            "rest, whether or not a call helps. Only a lot tells: some that would be called are not, "
            "and what became of both is compared. Never held out: the top third of each day's list, unhappy "
            "answers, and the largest accounts."
        )
    cost = _chosen(reader)
    st.markdown("\n".join(f"- {words.plain(line)}" for line in cost.lines()))
    navigation.link("settings", "Choose a holdout in the settings", icon=":material/tune:")


def _chosen(reader: Reader) -> Cost:
    share = st.segmented_control(
        "What would it cost and tell to hold out",
        list(_SHARES),
        default=0.1,
        format_func=lambda code: _SHARES[code],
        key="works_share",
        required=True,
    )
    usual = int(str(queries.chosen_settings(reader).get("capacity", DEFAULT_CAPACITY)))
    listed = queries.call_list(reader, clock.here(), clock.day_start(), usual)
    return read.cost(reader, float(share or 0.1), listed.calls)
