"""Backtest: had you used this list, would it have helped?"""

from __future__ import annotations

import streamlit as st

from components import empty, failures, navigation, session, words
from components.queries import Reader
from components.queries import churn as queries_churn
from components.queries.churn import Kept
from models.churn.model import Model
from pages import _backtest_figures, _backtest_list, _backtest_now

WHERE = "backtest"

_METHOD = """
- **What is judged**: {kind}. Each was looked at {lead} days before, with what was known then
  and nothing since.
- **By whom**: the past is replayed in four windows of time. Each window is predicted by a model that knows
  only outcomes from before it began. The model in use is then fitted on everything.
- **Verdict**: who left must rank above who stayed *within the same month and tenure band*; the 99 % interval
  (whole accounts redrawn 200 times) must lie above 50 %. Under 50 churns nothing is said.
- **Refused** under 300 accounts or 30 churns.
- **What it can't say**: that a call would keep them. It ranks who leaves, not who can be persuaded.
"""


def render() -> None:
    """The churn model held against the past: verdict, any past list, figures with intervals, drift."""
    st.title("Backtest: had you used this list?", anchor=False)
    _page()


@st.fragment
@failures.guarded
def _page() -> None:
    reader = failures.current(session.reader(), WHERE)
    if not empty.ready(reader):
        return
    kept = queries_churn.training(reader)
    if kept is None:
        empty.nothing(
            "The churn model was never trained.", "The next refresh trains it: Data page, or import."
        )
        return
    _verdict(reader, kept)
    if kept.model is None:
        empty.nothing(
            "There is nothing to hold against the past yet.",
            "Import accounts that left, with churned_on, and older subscriptions on the Data page; the next "
            "refresh tries again.",
        )
        return
    _cautions(reader, kept)
    judged = queries_churn.judged(reader, kept.model_id)
    if judged.is_empty():
        empty.nothing(
            "No past decision of this book could be judged.",
            "The first months only teach: more history, or another book, fills this.",
        )
    else:
        _backtest_list.draw(reader, judged, kept.model)
        _backtest_figures.draw(reader, judged, kept)
    _backtest_now.draw(reader)


def _verdict(reader: Reader, kept: Kept) -> None:
    st.markdown(f"**{words.plain(kept.verdict.sentence)}**")
    ranks = (
        "The chance of leaving × MRR ranks accounts and calls."
        if queries_churn.ranks_by_chance(reader)
        else "Accounts and calls are ranked by the transparent risk points instead, not by a chance."
    )
    st.markdown(ranks)
    with st.container(horizontal=True, vertical_alignment="center"):
        if kept.model is not None:
            st.caption(_trained(kept, kept.model), width="content")
            with st.popover("How this is judged", icon=":material/help:"):
                kind = (
                    "renewals that came due"
                    if kept.model.kind == "renewal"
                    else f"every account each month, and whether it left within {kept.model.horizon} days"
                )
                st.markdown(_METHOD.format(kind=kind, lead=kept.model.lead))
        else:
            st.caption(f"On what was known on {kept.known_on:%-d %b %Y}.")
        navigation.link("accounts", "Accounts by risk", icon=":material/groups:")


def _trained(kept: Kept, model: Model) -> str:
    told = model.trained
    return (
        f"Trained on {words.count(told.observations, 'decision')} of {words.count(told.accounts, 'account')} "
        f"({told.churns:,} left) from {told.first:%-d %b %Y} to {told.last:%-d %b %Y}, known on "
        f"{kept.known_on:%-d %b %Y}. {model.leaks.checked}"
    )


def _cautions(reader: Reader, kept: Kept) -> None:
    for said in queries_churn.said_against(reader, kept):
        st.warning(words.plain(said), icon=":material/warning:")
