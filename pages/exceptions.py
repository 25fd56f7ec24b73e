"""Where is something wrong?"""

from __future__ import annotations

from datetime import date

import polars as pl
import streamlit as st

from components import clock, empty, queries, session, words
from components.downloads import downloads
from components.exception_card import exception_card
from components.queries import Reader
from components.queries import rules as queries_rules
from components.queries import wrong as queries_wrong
from models.exception_view import BEYOND, OPEN, STATES
from models.findings import KINDS
from pages import _rules, _rules_kinds
from pages._deeds import call_deeds, exception_deeds
from pages._files import tables

_ON_A_PAGE = 8
_ANY = ""
_VIEWS = ("Found", "Rules")


def render() -> None:
    """Exceptions by kind, with evidence and verdicts; the rules behind them, and how often each was right."""
    reader = session.reader()
    if not empty.ready(reader, "Exceptions"):
        return
    head = st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center")
    head.title("Exceptions", anchor=False, width="content")
    today = clock.today()
    view = st.segmented_control(
        "View",
        list(_VIEWS),
        default=_VIEWS[0],
        key="exceptions_view",
        bind="query-params",
        label_visibility="collapsed",
        required=True,
    )
    if view == "Rules":
        _rules.draw(reader, queries_wrong.known(reader), today)
        return
    chosen = _filters(reader, today)
    with head:
        downloads(f"exceptions-{today}", chosen.height, tables(reader, "exceptions", chosen))
    _cards(reader, _summary(chosen, reader, today))


def _filters(reader: Reader, today: date) -> pl.DataFrame:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        state = st.segmented_control(
            "State",
            list(STATES),
            default="open",
            format_func=lambda code: STATES[code],
            key="exception_state",
            bind="query-params",
            required=True,
        )
        csm = _choice("CSM", "exception_csm", queries_wrong.owners(reader))
        named = {name: name for name in queries_wrong.segments(reader)}
        segment = _choice("Segment", "exception_segment", named)
    there = queries_wrong.listed(reader, today, str(state), csm, segment)
    if state == OPEN:
        _beyond(reader, queries_wrong.listed(reader, today, BEYOND, csm, segment))
    _rules_kinds.said(reader)
    names = {**KINDS, **queries_rules.names(reader)}
    kind = st.pills(
        "Kind",
        list(names),
        format_func=lambda code: names.get(code, code),
        key="exception_kind",
        bind="query-params",
        label_visibility="collapsed",
    )
    return there.filter(pl.col("kind") == kind) if kind else there


def _beyond(reader: Reader, left: pl.DataFrame) -> None:
    """How many the alert budget leaves out, where it does."""
    if left.is_empty():
        return
    accounts = words.count(left["account_id"].n_unique(), "account")
    st.caption(
        f":material/visibility: {words.count(left.height, 'exception')} more on {accounts} stand under "
        f"“{STATES[BEYOND]}”: each CSM gets the {queries_rules.budget(reader)} new ones a week with most at "
        "stake; unhappy answers and customers who wait for us come on top."
    )


def _choice(label: str, key: str, options: dict[str, str]) -> str | None:
    named = {_ANY: f"Any {label if label.isupper() else label.lower()}", **options}
    chosen = st.selectbox(
        label, list(named), format_func=lambda code: named[code], key=key, bind="query-params", width=220
    )
    return chosen or None


def _summary(chosen: pl.DataFrame, reader: Reader, today: date) -> pl.DataFrame:
    """What was found, and which page of it is shown; returns that page."""
    accounts = chosen["account_id"].n_unique()
    pages = max(1, -(-chosen.height // _ON_A_PAGE))
    page, order = 1, ", those with most at stake first" if chosen.height > 1 else ""
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.markdown(
            f"**{words.count(chosen.height, 'exception')}** on {words.count(accounts, 'account')}"
            f"{order}. :gray[Data as of {words.near(reader.as_of, today)}.]",
            width="content",
        )
        if pages > 1:
            page = st.pagination(pages, key="exception_page", bind="query-params")
    return chosen.slice((min(page, pages) - 1) * _ON_A_PAGE, _ON_A_PAGE)


def _cards(reader: Reader, shown: pl.DataFrame) -> None:
    if shown.is_empty():
        empty.nothing(
            "No exception here.",
            "Each refresh looks for falling usage, unhappy answers, silence and renewals that nobody "
            "prepares. Choose another state or kind to see what was found before.",
            ":material/task_alt:",
        )
        return
    rows = queries.scores(reader).filter(pl.col("account_id").is_in(shown["account_id"].implode()))
    accounts = {row["account_id"]: row for row in rows.iter_rows(named=True)}
    deeds, calls = exception_deeds(reader), call_deeds(reader)
    waiting = queries.accounts_to_call(reader)
    for row in shown.iter_rows(named=True):
        account = row["account_id"]
        exception_card(reader, row, accounts[account], deeds, calls, listed=account in waiting)
