"""Audit log: who did what, when, to how many rows?"""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import polars as pl
import streamlit as st

from components import empty, failures, session, tables, words
from components.downloads import downloads
from components.queries import Reader
from components.queries import audit as queries_audit
from components.queries.audit import Search
from pages import _files

_DAYS = 30
_PAGE = tables.PAGE_ROWS


@failures.guarded
def render() -> None:
    """Every change, export, sign-in and refusal; searched, opened and exported."""
    st.title("Audit log", anchor=False)
    reader = session.reader()
    queries_audit.may_read(reader)
    _page()


@st.fragment
@failures.guarded
def _page() -> None:
    reader = session.reader()
    search = _search(reader)
    found = queries_audit.count(reader, search)
    if not found:
        empty.nothing("No entry was found.", "Every change, import, export and sign-in leaves one here.")
        return
    _sentence(reader, search, found)
    page = tables.pager(
        found, "audit-" + "-".join(map(str, (search.since, search.person, search.what, search.words)))
    )
    shown = queries_audit.entries(reader, search, _PAGE, (page - 1) * _PAGE)
    _table(shown)


def _search(reader: Reader) -> Search:
    who, what = queries_audit.names(reader)
    today = session.now().astimezone(UTC).date()
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        text = st.text_input(
            "Search", key="words", placeholder="account, file, value …", bind="query-params", width=260
        )
        person = st.selectbox(
            "Who",
            ["", *who],
            key="who",
            format_func=lambda one: one or "Anybody",
            bind="query-params",
            width=220,
        )
        deed = st.selectbox(
            "What",
            ["", *what],
            key="what",
            format_func=lambda one: one or "Anything",
            bind="query-params",
            width=200,
        )
        days = st.date_input("From and to", (today - timedelta(days=_DAYS), today), key="days", width=230)
    since, until = _ends(days, today)
    return Search(
        since=datetime.combine(since, time.min),
        until=datetime.combine(until + timedelta(days=1), time.min),
        person=str(person or ""),
        what=str(deed or ""),
        words=str(text or "").strip(),
    )


def _ends(days: Any, today: date) -> tuple[date, date]:
    """The first and the last day picked; while only the first is, up to today."""
    picked = [*days] if isinstance(days, tuple) else [days, days]
    return (picked[0] if picked else today), (picked[1] if len(picked) == 2 else today)


def _sentence(reader: Reader, search: Search, found: int) -> None:
    since = f" since {search.since:%-d %b %Y}" if search.since else ""
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.markdown(
            f"**{words.count(found, 'entry', 'entries')}**{since}, newest first. "
            "Entries can't be changed or taken away, by anybody.",
            width="content",
        )
        files = _files.later(reader, "audit log", lambda: queries_audit.entries(reader, search))
        downloads("audit-log", found, files)


def _table(shown: pl.DataFrame) -> None:
    column = st.column_config
    tables.plain_table(
        shown.select(
            "at",
            "person",
            "what",
            "subject",
            "rows",
            change=tables.told(shown.select(pl.struct("before", "after")).to_series(), _change),
        ),
        "Entries of the audit log, newest first",
        {
            "at": column.DatetimeColumn("When (UTC)", format="D MMM YYYY, HH:mm:ss", width=170),
            "person": column.TextColumn("Who", width=200),
            "what": column.TextColumn("What", width=150),
            "subject": column.TextColumn("To what", width=220),
            "rows": column.NumberColumn("Rows", format="localized", width=80),
            "change": column.TextColumn("Before → after", width="large"),
        },
    )


def _change(values: dict[str, Any]) -> str:
    """What changed, in one line: only what differs.

    >>> _change({"before": '{"role": "csm", "name": "A"}', "after": '{"role": "admin", "name": "A"}'})
    'role: csm → admin'
    """
    before, after = ({} if one is None else json.loads(one) for one in (values["before"], values["after"]))
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    return "; ".join(f"{name}: {_said(before.get(name))} → {_said(after.get(name))}" for name in names)


def _said(value: Any) -> str:
    return (
        "–" if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    )
