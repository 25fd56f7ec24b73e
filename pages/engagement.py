"""Engagement: what do they do, and how do they feel?"""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any

import polars as pl
import streamlit as st

from components import charts_quadrant as charts
from components import empty, failures, filters, queries, session, words
from components.charts_ready import Ready
from components.downloads import downloads
from components.queries import Reader
from models.book_view import BookQuery, choices, narrowed
from models.engagement_link import (
    DEFAULTS,
    FILTERS,
    PREFIX,
    SHOW,
    direction_in,
    link_of,
    quarter_in,
    state_of,
)
from models.quadrant_points import drawn, points, quarter
from models.quadrant_region import inside, regions
from pages import _files
from pages._engagement_list import accounts_below
from pages._engagement_playbook import playbooks
from pages._engagement_words import (
    SINCE,
    Compared,
    arrows_wanted,
    compared,
    quarters,
    sentence,
    since_choice,
    usual_day,
)
from pages._saved_views import saved_views

_PAGE = "engagement"
_CHART = "quadrant_chart"
_TURN = "quadrant_turn"
_COLUMN = 300
_HOW = {
    "Box": "Draw a box, and",
    "Lasso": "Draw round some marks, and",
    "Click": "Click a mark (several with Shift), and",
}
_SIZES = {"mrr": "MRR", "reach": "Reach"}
_UNDATED = (
    "Reach is made of followers, posts and referrals; followers carry no date, so each snapshot has those "
    "that were known when it was made."
)


def render() -> None:
    """The quadrant, who is where and who moved, and the medicine for each quarter."""
    st.title("Engagement", anchor=False)
    _page()


@st.fragment
@failures.guarded
def _page() -> None:
    reader = session.reader()
    if not empty.ready(reader):
        return
    book = queries.book(reader)
    if book.is_empty():
        empty.nobody(reader)
        return
    head = st.container(gap="xsmall")
    query, found, day, size = _choices(reader, book)
    then = compared(reader, found, query, day)
    with head:
        sentence(reader, book, then, _show)
    failures.tell(_PAGE)
    if found.is_empty():
        empty.nothing(
            "No account meets all of these conditions.", "Take a filter away.", ":material/search_off:"
        )
        return
    show = str(st.query_params.get(SHOW, ""))
    _picture(reader, then, size, query)
    listed = _listed(then, show, size)
    accounts_below(reader, then, listed, show, query, partial(_show, ""))
    playbooks(reader, quarter_in(show) or _most(listed), listed if show else found)


def _choices(reader: Reader, book: pl.DataFrame) -> tuple[BookQuery, pl.DataFrame, date | None, str]:
    """Search and filters with what they let through, the day to compare with, what a mark's size means."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        st.text_input(
            "Search",
            key=f"{PREFIX}q",
            type="search",
            placeholder="Name or id",
            live="300ms",
            bind="query-params",
            width=220,
        )
        day = since_choice(reader)
        size = _size(book)
        with st.popover("Views", icon=":material/bookmark:"):
            saved_views(reader, _PAGE, link_of(_state(reader)), _ask)
        here = st.container()
    chosen = filters.scope(PREFIX, {name: choices(book, name) for name in FILTERS})
    query = BookQuery(
        search=str(st.session_state.get(f"{PREFIX}q") or ""),
        segments=chosen.get("segment", ()),
        plans=chosen.get("plan", ()),
        regions=chosen.get("region", ()),
        csms=chosen.get("csm", ()),
        sort=filters.asked().sort,
        descending=filters.asked().descending,
    )
    found = narrowed(book, query, reader.as_of)
    with here:
        columns = ["account_id", "name", "quadrant", "behaviour", "emotion", "mood", "mrr", "currency"]
        files = _files.tables(
            reader, "engagement", found.select(*columns, "csm", "segment", "plan", "region")
        )
        downloads(f"engagement-{reader.as_of}", found.height, files)
    return query, found, day, size


def _size(book: pl.DataFrame) -> str:
    """Asked for only where reach is known."""
    if "reach" not in book.columns or not book["reach"].count():
        return "mrr"
    label = st.segmented_control(
        "Size of a mark", list(_SIZES.values()), default="MRR", key="size", bind="query-params", required=True
    )
    return next((name for name, said in _SIZES.items() if said == label), "mrr")


def _picture(reader: Reader, then: Compared, size: str, query: BookQuery) -> None:
    grid = st.grid(3, min_column_width=_COLUMN, gap="medium")
    with grid.cell(column_span=2), st.container(key="quadrant", gap="xsmall"):
        _chart(reader, then, size, query)
    with grid.cell(), st.container(key="quarters", gap="xsmall"):
        quarters(then, _show)


def _chart(reader: Reader, then: Compared, size: str, query: BookQuery) -> None:
    placed, direction = points(then.now, size), direction_in(str(st.query_params.get(SHOW, "")))
    marks = drawn(placed)
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        tool = _tool()
        arrows, some = arrows_wanted(then, direction)
    counts = dict(then.counts.select("quarter", "accounts").iter_rows())
    turn = st.session_state.get(_TURN, 0)
    asked = (query, reader.viewer.scope, then.day, turn, tool, direction)
    key = f"{_CHART}-{reader.stamps.snapshot}-{abs(hash(asked))}"
    st.plotly_chart(
        Ready(charts.quadrant(marks, counts, arrows, charts.TOOLS[tool])),
        key=key,
        on_select=partial(_select, key),
        config=charts.CONFIG,
        alt=charts.quadrant_alt(counts, marks),
    )
    what = "reach" if size == "reach" else "MRR"
    each = (
        f"{words.count(placed.height, 'account')} are too many to tell apart: each mark is a group that lies "
        f"close together, its size the number of accounts ({marks.marks.height:,} marks). "
        f"{_HOW[tool]} every account inside is selected."
        if marks.cells
        else f"Each mark is an account, its size the {what}. {_HOW[tool]} the list below shows who it is."
    )
    hidden = then.now.height - placed.height
    without = f" {words.count(hidden, 'account')} without a behaviour score can't be drawn." if hidden else ""
    undated = f" {_UNDATED}" if size == "reach" else ""
    st.caption(f"{each}{some}{without}{undated}")


def _tool() -> str:
    return str(
        st.segmented_control(
            "Mark by",
            list(charts.TOOLS),
            default="Box",
            key="tool",
            required=True,
            label_visibility="collapsed",
        )
    )


def _select(key: str) -> None:
    selection: Any = st.session_state[key]["selection"]
    _show(charts.marked(selection), keep=True)


def _show(text: str, *, keep: bool = False) -> None:
    """Choose which accounts are listed; unless `keep`, the figure forgets its box. For callbacks only."""
    if text:
        st.query_params[SHOW] = text
    elif SHOW in st.query_params:
        del st.query_params[SHOW]
    if not keep:
        st.session_state[_TURN] = st.session_state.get(_TURN, 0) + 1


def _listed(then: Compared, show: str, size: str) -> pl.DataFrame:
    """The accounts that are chosen, of those the filters let through; `VIEW` in, `VIEW` out."""
    book, name, direction = then.now, quarter_in(show), direction_in(show)
    if name:
        return book.filter(quarter() == name)
    if direction:
        ids = then.moves.filter(pl.col("direction") == direction)["account_id"]
    elif show:
        ids = inside(points(book, size), regions(show))["account_id"]
    else:
        return book
    return book.filter(pl.col("account_id").is_in(ids.implode()))


def _most(listed: pl.DataFrame) -> str | None:
    """The quarter that most of these stand in."""
    common = (
        listed["quadrant"].drop_nulls().value_counts().sort("count", "quadrant", descending=[True, False])
    )
    return None if common.is_empty() else str(common["quadrant"][0])


def _state(reader: Reader) -> dict[str, Any]:
    """What the link says; the usual day is left out, so that a kept view moves on with the days."""
    now = {name: st.session_state.get(name) for name in DEFAULTS}
    since = None if now[SINCE] == usual_day(reader) else now[SINCE]
    return now | {SINCE: since, SHOW: st.query_params.get(SHOW, "")}


def _ask(link: str) -> None:
    """Set every filter and what is listed as a kept view wants it. For callbacks only."""
    wanted = state_of(link)
    wanted[SINCE] = wanted[SINCE] or usual_day(session.reader())
    for name, value in wanted.items():
        if name != SHOW and (value is not None or name in st.session_state):
            st.session_state[name] = value
    _show(wanted[SHOW])
