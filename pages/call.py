"""One call on one screen: who, why, what to say, what came of it."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import streamlit as st

from components import clock, colleagues, empty, failures, navigation, queries, session, words
from components.cards import call_card, card_of, said
from components.queries import Reader
from models.calls import CallList
from models.settings_words import DEFAULT_CAPACITY
from pages import _call_compare, _call_contacts, _call_letter, _call_plan
from pages._deeds import call_deeds

_COLUMN = 290


def render() -> None:
    """The call sheet of one account on today's list."""
    reader = session.reader()
    if not empty.ready(reader, "Call"):
        return
    head = st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center")
    title = head.empty()
    title.title("Call", anchor=False)
    colleagues.watch(reader)
    _call_plan.done_line()
    wanted = st.query_params.get("account")
    scores = queries.scores(reader).filter(pl.col("account_id") == (wanted or ""))
    usual = int(str(queries.chosen_settings(reader).get("capacity", DEFAULT_CAPACITY)))
    listed = queries.call_list(reader, clock.here(), clock.day_start(), usual)
    row = listed.calls.filter(pl.col("account_id") == (wanted or ""))
    if row.is_empty():
        if wanted and scores.is_empty() and reader.viewer.books is not None:
            failures.refused(f"There is no account {wanted[:100]} in their book.")
        _not_listed(listed, scores, wanted)
        return
    found = row.row(0, named=True)
    title.title(f"Call {words.plain(found['name'])}", anchor=False)
    with head:
        navigation.link("today", "Back to the list", icon=":material/arrow_back:")
    _sheet(reader, listed, found, clock.today())


def _not_listed(listed: CallList, scores: pl.DataFrame, wanted: str | None) -> None:
    if not wanted:
        st.markdown("Choose a call on Today.")
    elif scores.is_empty():
        st.markdown(f"There is no account **{words.plain(wanted)}** in this book.")
    else:
        why = listed.left_out.filter(pl.col("account_id") == wanted)["sentence"].to_list()
        name = words.plain(scores["name"][0])
        said = words.plain(why[0]) if why else "Nothing there asks for a call."
        st.markdown(f"**{name}** is not on today's list. {said}")
        navigation.link("account", "Log a call or add it on its page", account=wanted)
    navigation.link("today", "Today's list", icon=":material/stethoscope:")


def _sheet(reader: Reader, listed: CallList, row: dict[str, Any], today: date) -> None:
    card = card_of(row, None)
    grid = st.grid(5, min_column_width=_COLUMN // 2, gap="medium")
    with grid.cell(column_span=3):
        call_card(reader, card, call_deeds(reader), clock.day_start(), on_sheet=True)
        st.markdown(said(card, know=False))
        _call_plan.changes(reader, row, today)
        _call_compare.draw(listed.calls, row)
    with grid.cell(column_span=2):
        _call_plan.taken(reader, row)
        _call_contacts.draw(reader, row["account_id"], today)
        _call_letter.draw(reader, row, today)
