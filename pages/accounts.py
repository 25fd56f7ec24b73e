"""Accounts: which of mine are at risk?"""

from __future__ import annotations

from datetime import datetime
from functools import partial

import polars as pl
import streamlit as st

from actions import calls, views
from components import empty, failures, filters, queries, session, tables, words
from components.downloads import downloads
from components.queries import Reader
from models.book_link import link_of, told
from models.book_view import HIGH_RISK, NOBODY, BookQuery, at_risk, choices, narrowed, renewing
from models.findings import KINDS
from pages import _files

_PAGE = "accounts"
_ADDED = "accounts_added"
_NAME = "accounts_view_name"
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
        empty.nothing(
            f"There is no account in {words.plain(reader.viewer.name)}'s book on {reader.as_of:%-d %b %Y}.",
            "Accounts come with an import; the column csm_id says in whose book each one is.",
        )
        return
    _sentence(reader, book)
    row = st.container(horizontal=True, vertical_alignment="bottom", gap="small")
    with row:
        filters.search_and_order()
    filters.quadrants(book)
    filters.more(book)
    query = filters.asked()
    found = narrowed(book, query, reader.as_of)
    with row:
        _keep_and_export(reader, found)
    failures.tell(_PAGE)
    _found(reader, book, found, query)


def _sentence(reader: Reader, book: pl.DataFrame) -> None:
    risky, due = at_risk(book), renewing(book, reader.as_of)
    troubled = book.filter(pl.col("kinds").list.len() > 0)
    st.markdown(
        f"**{words.count(book.height, 'account')}: {risky.height:,} at risk {HIGH_RISK:.0f} or above, "
        f"{troubled.height:,} with an open exception.** "
        f"{_shown(words.sums(due))} MRR renews within 90 days ({words.count(due.height, 'account')}). "
        f"Scores as of {words.day(reader.as_of, session.now().date())}."
    )
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        kinds = [KINDS.get(kind, kind) for kind in choices(book, "kinds")]
        _shortcut("Open exceptions", troubled.height, exception=kinds)
        _shortcut("At risk", risky.height, risk=int(HIGH_RISK))
        _shortcut("Renew within 90 days", due.height, renews=_WITHIN, sort="Renewal")
        _shortcut(
            "At risk and renewing", renewing(risky, reader.as_of).height, risk=int(HIGH_RISK), renews=_WITHIN
        )
        _shortcut("Without a CSM", book.filter(pl.col("csm") == NOBODY).height, csm=[NOBODY])
        _shortcut("Everything", book.height)


def _shown(amounts: str) -> str:
    """Amounts with a currency sign that Markdown would take for a formula."""
    return amounts.replace("$", r"\$")


def _shortcut(label: str, n: int, **wanted: object) -> None:
    if n:
        st.button(f"{label} ({n:,})", type="tertiary", on_click=partial(filters.ask, **wanted))


def _keep_and_export(reader: Reader, found: pl.DataFrame) -> None:
    with st.popover("Views", icon=":material/bookmark:"):
        _views(reader)
    name = f"accounts-{reader.as_of}"
    downloads(name, found.height, _files.tables(reader, "accounts", found.drop("haystack"), _files.EVERY))


def _found(reader: Reader, book: pl.DataFrame, found: pl.DataFrame, query: BookQuery) -> None:
    conditions = told(query)
    if conditions:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(
                f"**{found.height:,} of {book.height:,}**: {words.plain(conditions)}.", width="content"
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
    page = tables.pager(found.height, shown)
    with slot:
        key = f"book-{shown}-{page}"
        ticked = tables.score_table(found, page, query, reader.as_of, key)
    with bulk:
        _bulk(found, ticked, key)


def shown_key(reader: Reader, query: BookQuery) -> str:
    """Changes whenever other rows stand in the table, so that a tick never meets another account."""
    return f"{reader.stamps.snapshot}-{abs(hash((query, reader.viewer.scope)))}"


def _bulk(found: pl.DataFrame, ticked: list[str], table: str) -> None:
    _added_line()
    if not ticked:
        return
    rows = found.filter(pl.col("account_id").is_in(ticked))
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


def _added_line() -> None:
    added = st.session_state.get(_ADDED)
    if not added:
        return
    at, n, wanted = added
    already = f" {words.count(wanted - n, 'account')} stood there already." if wanted > n else ""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(
            f":material/check: {words.count(n, 'account')} added to the call list, due today.{already}",
            width="content",
        )
        if n:
            st.button("Undo", type="tertiary", icon=":material/undo:", on_click=_undo, args=(at,))
        st.button("Close", type="tertiary", icon=":material/close:", on_click=_forget_added)


def _add(ticked: list[str], table: str) -> None:
    if failures.attempt(partial(_add_now, ticked), _PAGE):
        tables.untick(table)


def _add_now(ticked: list[str]) -> None:
    reader, at = session.reader(), session.now_utc()
    book = queries.book(reader).filter(pl.col("account_id").is_in(ticked))
    why = dict(
        queries.open_exceptions(reader)
        .filter(pl.col("account_id").is_in(ticked))
        .group_by("account_id")
        .agg(pl.col("sentence").head(3))
        .iter_rows()
    )
    wanted = [
        calls.Call(account, csm_id=csm, reasons=why.get(account, []))
        for account, csm in book.select("account_id", "csm_id").iter_rows()
    ]
    n = calls.add_to_list(reader.store, reader.viewer, at, wanted)
    st.session_state[_ADDED] = (at, n, len(wanted))


def _undo(at: datetime) -> None:
    if failures.attempt(partial(_undo_now, at), _PAGE):
        _forget_added()


def _undo_now(at: datetime) -> None:
    reader = session.reader()
    mine = queries.calls(reader).filter(
        pl.col("created_at") == at, pl.col("created_by") == reader.viewer.person, pl.col("state") == "open"
    )
    for task, version in mine.select("task_id", "version").iter_rows():
        calls.undo(reader.store, reader.viewer, session.now_utc(), task, version)


def _forget_added() -> None:
    st.session_state.pop(_ADDED, None)


def _views(reader: Reader) -> None:
    link = link_of(filters.state())
    st.caption("This view's link: it opens with the same search, filters and order.")
    st.code(f"/{_PAGE}?{link}" if link else f"/{_PAGE}", language=None)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input("Keep it as", key=_NAME, placeholder="A name", max_chars=60, width=200)
        st.button("Save", on_click=_save_view)
    saved = queries.saved_views(reader, _PAGE)
    if saved.is_empty():
        st.caption("You have saved no view yet.")
    for name, query in saved.iter_rows():
        with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
            st.button(name, type="tertiary", key=f"view-{name}", on_click=filters.ask_link, args=(query,))
            st.button(
                "Forget",
                type="tertiary",
                key=f"forget-{name}",
                help=f"Forget {words.plain(name)}",
                on_click=_forget_view,
                args=(name,),
            )


def _save_view() -> None:
    reader = session.reader()
    name = str(st.session_state.get(_NAME) or "")
    save = partial(views.save_view, reader.store, reader.viewer, _PAGE, name, link_of(filters.state()))
    if failures.attempt(save, _PAGE):
        st.session_state[_NAME] = ""


def _forget_view(name: str) -> None:
    reader = session.reader()
    failures.attempt(partial(views.forget_view, reader.store, reader.viewer, _PAGE, name), _PAGE)
