"""Happy paths: how do customers succeed, and who is off the path?"""

from __future__ import annotations

from functools import partial
from typing import Any

import polars as pl
import streamlit as st

from components import charts_paths as charts
from components import clock, empty, failures, paths_words, queries, session, words
from components.downloads import downloads
from components.queries import EVERYONE, Reader
from components.queries import paths as read
from models.paths.chosen import Chosen, told
from models.paths.chosen import narrowed as chosen_of
from models.paths.chosen import read as chosen_in
from models.paths.link import (
    DEFAULTS,
    FILTERS,
    NO_PATH,
    PREFIX,
    SEARCH,
    SHOW,
    choices,
    filterable,
    kept,
    link_of,
    state_of,
)
from models.paths.picture import ORDER, columns, picture, standing
from pages import _files
from pages._paths_cards import cards, none_found
from pages._paths_evidence import evidence
from pages._paths_first_value import first_value
from pages._paths_groups import groups
from pages._paths_list import PAGE, accounts_below
from pages._saved_views import saved_views

_CHART = "paths_chart"
_TURN = "paths_turn"
_FILTER = 114


def render() -> None:
    """Who is stuck and on what, the paths with their evidence, and time to first value."""
    st.title("Happy paths", anchor=False)
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
    _book(reader, book)
    cards(reader)
    first_value(reader)
    evidence(reader)


def _book(reader: Reader, book: pl.DataFrame) -> None:
    """The sentence, the filters, the picture and its list; or why there is no path to stand on."""
    prescribed = read.steps(reader)
    if prescribed.is_empty():
        found = read.discovery(reader)
        none_found(found.found if found else None)
        return
    rows = filterable(book, read.progress(reader))
    head = st.container(gap="xsmall")
    kept_rows, query = _choices(reader, rows)
    placed = standing(read.progress(reader), read.step_times(reader), prescribed, kept_rows)
    with head:
        _sentence(reader, placed, book.height)
    failures.tell(PAGE)
    if placed.is_empty():
        empty.nothing(
            "No account meets all of these conditions.", "Take a filter away.", ":material/search_off:"
        )
        return
    wanted = query["path"]
    drawn = prescribed.filter(pl.col("path").is_in(wanted)) if wanted else prescribed
    _picture(reader, placed, drawn, query)
    chosen = chosen_in(str(st.query_params.get(SHOW, "")))
    listed = _rows(chosen_of(placed, chosen), kept_rows, read.progress(reader))
    conditions = _told(chosen, prescribed, listed)
    accounts_below(reader, listed, placed.height, conditions, _clear, _mark(query, chosen, reader))
    groups(reader, kept_rows)


def _choices(reader: Reader, rows: pl.DataFrame) -> tuple[pl.DataFrame, dict[str, tuple[str, ...]]]:
    """Search and filters with what they let through; views and export beside them."""
    query: dict[str, tuple[str, ...]] = {}
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        st.text_input(
            "Search",
            key=SEARCH,
            type="search",
            placeholder="Name or id",
            live="300ms",
            bind="query-params",
            width=_FILTER,
        )
        for name, label in FILTERS.items():
            query[name] = tuple(
                st.multiselect(
                    label,
                    _offered(rows, name),
                    key=f"{PREFIX}{name}",
                    bind="query-params",
                    placeholder="Any",
                    width=_FILTER,
                )
            )
        with st.popover("Views", icon=":material/bookmark:"):
            saved_views(reader, PAGE, link_of(_state()), _ask)
        here = st.container(width="content")
    found = kept(rows, query, str(st.session_state.get(SEARCH) or ""))
    with here:
        every = read.progress_table(reader).join(found, on="account_id", how="semi", maintain_order="left")
        downloads(
            f"path-progress-{reader.as_of}", every.height, _files.tables(reader, "path-progress", every)
        )
    return found, query


def _offered(rows: pl.DataFrame, name: str) -> list[str]:
    offered = choices(rows, name)
    if name == "state":
        return [state for state in ORDER if state in offered]
    return sorted(offered, key=lambda one: one == NO_PATH) if name == "path" else offered


def _sentence(reader: Reader, placed: pl.DataFrame, book: int) -> None:
    """Who is stuck, and how many stand in every state; each number leads to its accounts."""
    whose = "your" if reader.viewer != EVERYONE else "the"
    as_of = f":gray[As of {words.day(reader.as_of, clock.today())}.]"
    st.markdown(f"{paths_words.stuck_sentence(placed, whose, book)} {as_of}")
    counts = dict(placed.group_by("state").len().iter_rows())
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        for state in ORDER:
            if counts.get(state):
                st.button(
                    f"{charts.SIGNS[state]} {counts[state]:,} {state}",
                    type="tertiary",
                    key=f"state-{state}",
                    help=paths_words.STATES[state].capitalize(),
                    on_click=partial(_show, Chosen("state", state=state).text),
                )


def _picture(
    reader: Reader, placed: pl.DataFrame, drawn: pl.DataFrame, query: dict[str, tuple[str, ...]]
) -> None:
    shown = picture(placed, drawn)
    key = f"{_CHART}-{_mark(query, None, reader)}-{st.session_state.get(_TURN, 0)}"
    with st.container(key="paths-picture", gap="xsmall"):
        st.plotly_chart(
            charts.strip(shown),
            key=key,
            on_select=partial(_select, key),
            config=charts.CONFIG,
            alt=charts.strip_alt(shown),
        )
        st.caption(paths_words.legend(shown))


def _select(key: str) -> None:
    selection: Any = st.session_state[key]["selection"]
    _show(charts.clicked(selection), keep=True)


def _show(text: str, *, keep: bool = False) -> None:
    """Choose which accounts are listed; unless `keep`, the figure forgets its click. For callbacks only."""
    if text:
        st.query_params[SHOW] = text
    elif SHOW in st.query_params:
        del st.query_params[SHOW]
    if not keep:
        st.session_state[_TURN] = st.session_state.get(_TURN, 0) + 1


def _clear() -> None:
    _show("")


def _rows(wanted: pl.DataFrame, kept_rows: pl.DataFrame, progress: pl.DataFrame) -> pl.DataFrame:
    """What the table and the export hold of these accounts, in the order they come."""
    about = kept_rows.select(
        "account_id", "name", "csm", "segment", "cohort", "mrr", "currency", "renewal_on"
    )
    ids = wanted.select("account_id").join(about, on="account_id", how="inner", maintain_order="left")
    return ids.join(progress, on="account_id", how="inner", maintain_order="left")


def _told(chosen: Chosen | None, prescribed: pl.DataFrame, listed: pl.DataFrame) -> str:
    if chosen is not None and chosen.kind == "id":
        return str(listed["name"][0]) if listed.height else "an account that is not here"
    return told(chosen, columns(prescribed))


def _mark(query: dict[str, tuple[str, ...]], chosen: Chosen | None, reader: Reader) -> int:
    """Changes whenever other rows stand in the picture or the table."""
    search = st.session_state.get(SEARCH)
    asked = (tuple(query.items()), search, chosen, reader.viewer.scope, reader.stamps.changes)
    return abs(hash((reader.stamps.snapshot, *asked)))


def _state() -> dict[str, Any]:
    """What the link says."""
    return {name: st.session_state.get(name) for name in DEFAULTS} | {SHOW: st.query_params.get(SHOW, "")}


def _ask(link: str) -> None:
    """Set every filter and what is listed as a kept view wants it. For callbacks only."""
    wanted = state_of(link)
    for name, value in wanted.items():
        if name != SHOW:
            st.session_state[name] = value
    _show(wanted[SHOW])
