"""Who do I call, and why?"""

from __future__ import annotations

from datetime import date

import polars as pl
import streamlit as st

from actions import effects
from components import clock, colleagues, empty, queries, session, words
from components.cards import call_card, card_key, card_of, logged_card
from components.churn_card import ranked_by
from components.downloads import downloads
from components.failures import guarded
from components.navigation import link
from components.overnight import changes
from components.queries import Reader
from components.queries import day as queries_day
from components.queries import effects as queries_effects
from components.queries import rules as queries_rules
from components.queries.day import Day
from models.book_view import HIGH_RISK
from models.calls import CallList
from models.exception_view import BEYOND, STATES
from models.settings_words import DEFAULT_CAPACITY
from pages import _call_plan, _log_many
from pages._deeds import call_deeds
from pages._files import calendar, tables

_COLUMN = 290
_ON_A_PAGE = 8
_LINE = "today-figures"
_LEFT_OUT = 50


def render() -> None:
    """Today: the call list cut to capacity, and what changed overnight."""
    reader = session.reader()
    if not empty.ready(reader, "Welcome to Rounds"):
        return
    if queries_effects.share(reader):
        effects.assigned(reader.store, session.now_utc())
        reader = queries.refreshed(reader)
    colleagues.watch(reader)
    today = clock.today()
    day = _header(reader, today)
    mine = day.mine
    _sentence(reader, mine, day.listed, today)
    _call_plan.done_line()
    _figures(reader, day, today)
    grid = st.grid(3, min_column_width=_COLUMN, gap="medium")
    with grid.cell(column_span=2), st.container(key="call-list"):
        if mine.height:
            st.caption(ranked_by(reader))
        _cards(reader, mine)
        _log_many.draw(reader, mine)
        _also_logged(reader, mine)
        _over(reader, day.over)
        _left_out(day.left)
    with grid.cell(), st.container(key="overnight"):
        changes(reader)


def _header(reader: Reader, today: date) -> Day:
    """The greeting, how many calls fit, the export; returns the list of the day."""
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        name = "" if reader.viewer == queries.EVERYONE else reader.viewer.name
        st.title(words.greeting(clock.here().hour, name), anchor=False, width="content")
        with st.container(horizontal=True, vertical_alignment="center", width="content", gap="small"):
            st.caption("Calls that fit today", width="content", help="For each CSM.")
            usual = int(str(queries.chosen_settings(reader).get("capacity", DEFAULT_CAPACITY)))
            capacity = st.number_input(
                "Calls that fit today",
                min_value=1,
                max_value=100,
                value=usual,
                key="capacity",
                bind="query-params",
                label_visibility="collapsed",
                width=120,
            )
            fits = int(capacity or usual)
            day = queries_day.day(reader, clock.here(), clock.day_start(), fits)
            files = tables(reader, "calls", day.mine) | calendar(reader, day.mine, day.listed.day)
            downloads(f"calls-{today}", day.mine.height, files)
    return day


def _sentence(reader: Reader, mine: pl.DataFrame, listed: CallList, today: date) -> None:
    waiting = listed.calls.height - mine.height
    day = "today" if listed.day == today else f"on {listed.day:%A}, {words.day(listed.day, today)}"
    book = queries.scores(reader).height
    whose = "your" if reader.viewer != queries.EVERYONE else "the"
    as_of = f":gray[Data as of {words.near(reader.as_of, today)}.]"
    if mine.is_empty():
        st.markdown(f"**None of {whose} {words.count(book, 'account')} needs a call {day}.** {as_of}")
        return
    need = "needs" if mine.height == 1 else "need"
    until = f" until {words.next_working_day(today)}" if listed.day == today else ""
    wait = f" {waiting:,} can wait{until}." if waiting else ""
    you = " you" if whose == "your" else " a call"
    st.markdown(
        f"**{mine.height:,} of {whose} {words.count(book, 'account')} {need}{you} {day}.**{wait} {as_of}"
    )


def _redraw(account_id: str) -> None:
    """After a click only the card and the line of figures are drawn again."""
    st.rerun([card_key(account_id), _LINE])


@st.fragment(key=_LINE)
@guarded
def _figures(reader: Reader, day: Day, today: date) -> None:
    month = queries_day.done(queries.refreshed(reader), today.replace(day=1))
    parts = [
        f"**{day.worth}** MRR on this list (n = {day.mine.height})",
        f"**{queries_day.risky(reader):,}** at risk (risk {HIGH_RISK:.0f} or more, "
        f"n = {queries.scores(reader).height:,})",
        f"**{words.count(month.calls, 'call')}** since {words.day(today.replace(day=1), today)}: "
        f"{month.reached:,} reached, {month.helped:,} helped",
    ]
    st.caption(" · ".join(parts))


def _cards(reader: Reader, mine: pl.DataFrame) -> None:
    if mine.is_empty():
        empty.nothing(
            "Nobody has to be called today.",
            "An open exception, or an account that you add on its page or in Accounts, fills this list.",
            ":material/task_alt:",
        )
        return
    pages, place = -(-mine.height // _ON_A_PAGE), st.container()
    page = st.pagination(pages, key="call_page") if pages > 1 else 1
    shown = mine.slice((min(page, pages) - 1) * _ON_A_PAGE, _ON_A_PAGE)
    deeds, since = call_deeds(reader, _redraw), clock.day_start()
    names = dict(queries.csms(reader).select("csm_id", "name").iter_rows())
    several = mine["csm_id"].n_unique() > 1
    with place:
        for row in shown.iter_rows(named=True):
            csm = names.get(row["csm_id"], row["csm_id"]) if several else None
            call_card(reader, card_of(row, csm), deeds, since)


def _also_logged(reader: Reader, mine: pl.DataFrame) -> None:
    """Calls of today that the list did not ask for."""
    done = queries.calls_since(reader, clock.day_start())
    listed = set(mine["account_id"]) if done else set()
    others = [account for account in done if account not in listed]
    if not others:
        return
    names = dict(queries.scores(reader).select("account_id", "name").iter_rows())
    st.subheader("Also logged today", anchor=False)
    deeds = call_deeds(reader, _redraw)
    for account in others:
        logged_card(reader, account, names.get(account, account), deeds, clock.day_start())


def _over(reader: Reader, over: int) -> None:
    """How many the alert budget keeps off the list, and where they stand."""
    if not over:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(
            f"{words.count(over, 'account')} more have only exceptions over the alert budget of "
            f"{queries_rules.budget(reader)} new ones a week for each CSM.",
            width="content",
        )
        link("exceptions", "See them", icon=":material/visibility:", exception_state=STATES[BEYOND])


def _left_out(left: pl.DataFrame) -> None:
    if left.is_empty():
        return
    with st.expander(f"{words.count(left.height, 'account')} with a reason, left out today"):
        lines = [
            f"- {words.plain(row['name'])}: {words.plain(row['sentence'])}"
            for row in left.head(_LEFT_OUT).iter_rows(named=True)
        ]
        more = [f"- and {left.height - _LEFT_OUT:,} more"] if left.height > _LEFT_OUT else []
        st.markdown("\n".join([*lines, *more]))
