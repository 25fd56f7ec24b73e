"""Search, filters and order of the book; each stands in the page's link."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from models.book_link import DEFAULTS, WITHIN, query_of, state_of
from models.book_view import SORTS, BookQuery
from models.findings import kind_name

_LABELS = {
    "segment": "Segment",
    "plan": "Plan",
    "region": "Region",
    "csm": "CSM",
    "exception": "Open exception",
}


def asked() -> BookQuery:
    """What the filters ask for now, read from the session."""
    return query_of(state())


def state() -> dict[str, Any]:
    """Every parameter of the link as it is set now."""
    return {name: st.session_state.get(name, default) for name, default in DEFAULTS.items()}


def ask(**wanted: Any) -> None:
    """Set every filter: what is not named goes back to its default. For callbacks only."""
    for name, default in DEFAULTS.items():
        st.session_state[name] = wanted.get(name, default)


def ask_link(link: str) -> None:
    """Set every filter as a saved link wants it. For callbacks only."""
    ask(**state_of(link))


def order_by(column: str) -> None:
    """Order the whole table by this column; the same column again turns it round. For callbacks only."""
    label = SORTS[column]
    same = st.session_state.get("sort", DEFAULTS["sort"]) == label
    st.session_state["sort"] = label
    st.session_state["reverse"] = same and not st.session_state.get("reverse", False)


def search_and_order() -> None:
    """Search and order, side by side in the caller's row."""
    st.text_input(
        "Search",
        key="q",
        type="search",
        placeholder="Name or id",
        live="300ms",
        bind="query-params",
        width=300,
    )
    st.selectbox("Sort by", list(SORTS.values()), key="sort", bind="query-params", width=170)
    st.toggle("Reverse", key="reverse", bind="query-params")


def quadrants(offered: Mapping[str, list[str]]) -> None:
    """One pill a quadrant that the book has; `offered` holds the values of each column."""
    st.pills(
        "Quadrant",
        offered["quadrant"],
        selection_mode="multi",
        key="quadrant",
        bind="query-params",
        label_visibility="collapsed",
        format_func=str.capitalize,
    )


def more(offered: Mapping[str, list[str]]) -> None:
    """Every other filter, folded away until somebody wants it; `offered` as for `quadrants`.

    Not a popover: the browser forgets to update a widget of a popover that was opened and closed,
    and sends its old value back.
    """
    with (
        st.expander("Filters", icon=":material/filter_list:", key="filters"),
        st.container(horizontal=True, vertical_alignment="bottom"),
    ):
        for name, label in _LABELS.items():
            _several(name, label, offered[name] if name in offered else _kinds(offered["kinds"]))
        st.slider("Risk at least", 0, 100, key="risk", step=5, bind="query-params", width=210)
        st.segmented_control("Renews within", list(WITHIN), key="renews", bind="query-params")


def _kinds(kinds: list[str]) -> list[str]:
    return [kind_name(kind) for kind in kinds]


def _several(name: str, label: str, options: list[str]) -> None:
    if options:
        st.multiselect(label, options, key=name, bind="query-params", placeholder="Any", width=210)


def scope(
    prefix: str, options: dict[str, list[str]], on_change: Callable[[], None] | None = None
) -> dict[str, tuple[str, ...]]:
    """One multiselect a column, side by side, for pages that narrow what they add up.

    `options` holds each column's values. Returns what was chosen, columns with a choice only.
    The parameters in the link are `prefix` and the column.
    """
    chosen = {}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        for column, values in options.items():
            if values:
                chosen[column] = tuple(
                    st.multiselect(
                        _LABELS[column],
                        values,
                        key=f"{prefix}{column}",
                        bind="query-params",
                        on_change=on_change,
                        placeholder="Any",
                        width=180,
                    )
                )
    return {column: values for column, values in chosen.items() if values}
