"""Accounts: which of mine are at risk?"""

from __future__ import annotations

from functools import partial

import polars as pl
import streamlit as st

from components import empty, failures, filters, queries, session, tables, words
from components.downloads import downloads
from components.queries import Reader
from components.queries import found as queries_found
from components.queries.found import Told
from models.book_link import link_of, told
from models.book_view import HIGH_RISK, NOBODY, BookQuery, page_of
from models.findings import KINDS
from pages import _call_list, _files
from pages._saved_views import saved_views

_PAGE = "accounts"
_WITHIN = "90 days"


def render() -> None:
    """The whole book in one table: find, narrow, order, keep as a view, act, export."""
    st.title("Accounts", anchor=False)
    _book()


@st.fragment
@failures.guarded
def _book() -> None:
    reader = session.reader()
    if not empty.ready(reader):
        return
    book = queries.book(reader)
    if book.is_empty():
        empty.nobody(reader)
        return
    of_all = queries_found.told(reader)
    _sentence(reader, book, of_all)
    row = st.container(horizontal=True, vertical_alignment="bottom", gap="small")
    with row:
        filters.search_and_order()
    filters.quadrants(of_all.offered)
    filters.more(of_all.offered)
    query = filters.asked()
    found = queries_found.found(reader, query)
    with row:
        _keep_and_export(reader, query, found.len())
    failures.tell(_PAGE)
    _found(reader, book, found, query)


def _sentence(reader: Reader, book: pl.DataFrame, told: Told) -> None:
    st.markdown(
        f"**{words.count(book.height, 'account')}: {told.at_risk:,} at risk {HIGH_RISK:.0f} or above, "
        f"{told.troubled:,} with an open exception.** "
        f"{_shown(told.due)} MRR renews within 90 days ({words.count(told.renewing, 'account')}). "
        f"Scores as of {words.day(reader.as_of, session.now().date())}."
    )
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        kinds = [KINDS.get(kind, kind) for kind in told.offered["kinds"]]
        _shortcut("Open exceptions", told.troubled, exception=kinds)
        _shortcut("At risk", told.at_risk, risk=int(HIGH_RISK))
        _shortcut("Renew within 90 days", told.renewing, renews=_WITHIN, sort="Renewal")
        _shortcut("At risk and renewing", told.both, risk=int(HIGH_RISK), renews=_WITHIN)
        _shortcut("Without a CSM", told.nobodys, csm=[NOBODY])
        _shortcut("Everything", book.height)


def _shown(amounts: str) -> str:
    """Amounts with a currency sign that Markdown would take for a formula."""
    return amounts.replace("$", r"\$")


def _shortcut(label: str, n: int, **wanted: object) -> None:
    if n:
        st.button(f"{label} ({n:,})", type="tertiary", on_click=partial(filters.ask, **wanted))


def _keep_and_export(reader: Reader, query: BookQuery, rows: int) -> None:
    with st.popover("Views", icon=":material/bookmark:"):
        saved_views(reader, _PAGE, link_of(filters.state()), filters.ask_link)
    read = partial(queries_found.whole, reader, query)
    downloads(f"accounts-{reader.as_of}", rows, _files.later(reader, "accounts", read, _files.EVERY))


def _found(reader: Reader, book: pl.DataFrame, found: pl.Series, query: BookQuery) -> None:
    conditions = told(query)
    if conditions:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(
                f"**{found.len():,} of {book.height:,}**: {words.plain(conditions)}.", width="content"
            )
            st.button("Clear", type="tertiary", icon=":material/close:", on_click=filters.ask)
    if found.is_empty():
        empty.nothing(
            "No account meets all of these conditions.",
            "Take one away, or clear them.",
            ":material/search_off:",
        )
        return
    bulk = st.container()
    slot = st.container()
    shown = shown_key(reader, query)
    page = tables.pager(found.len(), shown)
    part = book[page_of(found, page, tables.PAGE_ROWS)]
    with slot:
        key = f"book-{shown}-{page}"
        ticked = tables.score_table(part, query, reader.as_of, key)
    with bulk:
        _bulk(part, ticked, key)


def shown_key(reader: Reader, query: BookQuery) -> str:
    """Changes whenever other rows stand in the table, so that a tick never meets another account."""
    return f"{reader.stamps.snapshot}-{abs(hash((query, reader.viewer.scope)))}"


def _bulk(part: pl.DataFrame, ticked: list[str], table: str) -> None:
    _call_list.added_line(_PAGE)
    if not ticked:
        return
    rows = part.filter(pl.col("account_id").is_in(ticked))
    names = ", ".join(rows["name"].head(3).to_list()) + (" …" if rows.height > 3 else "")
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(
            f"**{words.count(rows.height, 'account')} ticked:** {words.plain(names)}", width="content"
        )
        st.button(
            "Add to call list",
            type="primary",
            icon=":material/add_call:",
            on_click=_add,
            args=(ticked, table),
        )


def _add(ticked: list[str], table: str) -> None:
    if _call_list.add(_PAGE, ticked):
        tables.untick(table)
