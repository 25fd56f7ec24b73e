"""Take what is on the screen along: all of its rows, in the format somebody needs."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Literal

import polars as pl
import streamlit as st

Format = Literal["csv", "xlsx", "parquet", "json"]

_FORMATS: dict[Format, tuple[str, str]] = {
    "csv": ("CSV", "text/csv"),
    "xlsx": ("Excel", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "parquet": ("Parquet", "application/vnd.apache.parquet"),
}


def menu(frame: pl.DataFrame, name: str, write: Callable[[pl.DataFrame, Format], bytes], told: str) -> None:
    """A button that opens the formats; the file is made when somebody clicks, from every row."""
    with st.popover("Export", icon=":material/download:"):
        st.caption(told)
        with st.container(horizontal=True):
            for fmt, (label, mime) in _FORMATS.items():
                st.download_button(
                    label,
                    data=partial(write, frame, fmt),
                    file_name=f"{name}.{fmt}",
                    mime=mime,
                    key=f"export-{name}-{fmt}",
                    on_click="ignore",
                )
