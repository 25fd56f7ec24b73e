"""Take what the screen shows along as a file; it is made when the button is pressed."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import streamlit as st

_KINDS = {
    "csv": ("CSV", "text/csv", ":material/table_rows:"),
    "xlsx": (
        "Excel",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ":material/grid_on:",
    ),
    "parquet": ("Parquet", "application/vnd.apache.parquet", ":material/table:"),
    "ics": ("Calendar", "text/calendar", ":material/event:"),
}


def downloads(
    name: str, rows: int, make: Mapping[str, Callable[[], bytes]], *, label: str = "Export"
) -> None:
    """One popover with a button for each kind of file in `make` (csv, xlsx, parquet, ics).

    `name` is the file's name without its ending, unique on the page.
    """
    with st.popover(label, icon=":material/download:", disabled=rows == 0):
        st.caption(f"{rows:,} {'row' if rows == 1 else 'rows'}, all columns.")
        for ending, build in make.items():
            kind, mime, icon = _KINDS[ending]
            st.download_button(
                kind,
                data=build,
                file_name=f"{name}.{ending}",
                mime=mime,
                icon=icon,
                key=f"download-{name}-{ending}",
                on_click="ignore",
                width="stretch",
            )
