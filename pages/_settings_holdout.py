"""Choose how many of the calls a lot holds out, so that their effect can be told."""

from __future__ import annotations

from typing import Any

import streamlit as st

from components import navigation
from models.effects.lots import block


def draw(version: int, body: dict[str, Any]) -> float:
    """One number, and who is never held out; returns the share, 0 for none."""
    st.subheader("Do the calls help?", anchor=False)
    st.caption(
        "A lot can keep some accounts from calls for 90 days, so that What works can compare. Never held "
        "out: the top third of each day's list, unhappy answers, the largest accounts (the top 5 % by MRR), "
        "and calls that a person added."
    )
    given = st.number_input(
        "Share of the calls held out, in percent",
        min_value=0,
        max_value=33,
        value=round(100 * float(body.get("holdout") or 0)),
        key=f"holdout-{version}",
        width=220,
        help="0 holds out nobody. Another share begins a new trial; what was drawn before stays on record.",
    )
    share = int(given or 0) / 100
    if share:
        held, size = block(share)
        st.caption(f"Below the top third, {held} of every {size} accounts that would be called are held out.")
    navigation.link("works", "What it would cost and tell", icon=":material/science:")
    return share
