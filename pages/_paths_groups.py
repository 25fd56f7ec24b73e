"""Whose accounts are stuck: the book on its paths by CSM, segment, quarter of signing or path."""

from __future__ import annotations

from functools import partial
from typing import Any

import polars as pl
import streamlit as st

from components import tables
from components.charts_paths import SIGNS
from components.downloads import downloads
from components.queries import Reader
from models.paths.funnel import states_by
from models.paths.link import FILTERS, PREFIX
from models.paths.picture import ORDER
from models.paths.progress_frames import STUCK
from pages import _files

GROUPS = "paths_groups"
_OPENED = "opened_path_group"


def groups(reader: Reader, rows: pl.DataFrame) -> None:
    """The accounts that the filters let through, counted by state; a click narrows the page to a group."""
    part = st.expander(
        "By CSM, segment, quarter of signing or path", icon=":material/groups:", key=GROUPS, on_change="rerun"
    )
    if not part.open:
        return
    offered = {name: label for name, label in FILTERS.items() if name != "state"}
    with part:
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            by = st.segmented_control(
                "Count by",
                list(offered),
                default="csm",
                required=True,
                format_func=lambda name: offered[name],
                key="paths_by",
                label_visibility="collapsed",
            )
            told = states_by(rows, by)
            downloads(
                f"paths-by-{by}-{reader.as_of}", told.height, _files.tables(reader, "paths by group", told)
            )
        tables.plain_table(
            told.with_columns(pl.col("stuck_share") * 100).select("of", "accounts", "stuck_share", *ORDER),
            f"How many accounts are in each state on their path, by {offered[by]}",
            _columns(by, offered[by], told["of"].to_list()),
            key=f"paths-by-{by}-{reader.stamps.snapshot}-{hash(tuple(told['of']))}",
        )


def _columns(by: str, label: str, of: list[str]) -> dict[str, Any]:
    column = st.column_config
    number = partial(column.NumberColumn, format="localized", width=95)
    return {
        "of": column.ButtonColumn(
            label,
            type="tertiary",
            alignment="left",
            pinned=True,
            width=200,
            key=_OPENED,
            on_click=_narrow,
            args=(by, of),
        ),
        "accounts": number("Accounts"),
        "stuck_share": column.NumberColumn(f"{STUCK.capitalize()}, share", format="%.0f %%", width=95),
        **{state: number(f"{SIGNS[state]} {state.capitalize()}") for state in ORDER},
    }


def _narrow(by: str, of: list[str]) -> None:
    """Show this group alone. For callbacks only."""
    st.session_state[f"{PREFIX}{by}"] = [of[st.session_state[_OPENED]["row"]]]
