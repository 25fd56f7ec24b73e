"""The part of the Handoffs page that lays out each team's process: SIPOC, from data and from people."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import polars as pl
import streamlit as st

from actions import quality as deeds
from components import empty, failures, session, words
from components.downloads import downloads
from components.queries import Reader
from components.queries import quality as read
from models.sipoc import PARTS, Line, difference, from_body, sheet
from pages import _files


def draw(reader: Reader) -> None:
    """One process in five parts, the lines people wrote, and every version."""
    processes = read.processes(reader)
    if not processes:
        empty.nothing(
            "No process can be told from the data.",
            "The newest snapshot keeps none: refresh on the Data page, or import handoffs first.",
        )
        return
    process = st.pills(
        "Team",
        processes,
        default=processes[0],
        format_func=str.capitalize,
        key="sipoc_process",
        bind="query-params",
        required=True,
    )
    where = _where(str(process))
    failures.tell(where)
    version, lines = read.lines(reader, str(process))
    _table(reader, str(process), processes, lines)
    _write(str(process), version.sheet_id, lines)
    _versions(reader, str(process), version.sheet_id)


def _table(reader: Reader, process: str, processes: list[str], lines: Sequence[Line]) -> None:
    entries = read.entries(reader)
    rows = sheet(entries, process, lines)
    every = pl.concat(
        [
            sheet(entries, one, read.lines(reader, one)[1]).select(pl.lit(one).alias("process"), pl.all())
            for one in processes
        ]
    )
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.subheader(f"{process.capitalize()} in five parts", anchor=False, width="content")
        downloads(f"sipoc-{reader.as_of}", every.height, _files.tables(reader, "sipoc", every))
    grid = st.grid(5, min_column_width=150, gap="small")
    for part, title in PARTS.items():
        with grid.cell(), st.container(border=True, gap="xsmall"):
            st.markdown(f"**{title}**")
            _entries(rows.filter(pl.col("part") == part))
    st.caption(
        f"Numbers: of the whole company, in the year to {reader.as_of:%-d %b %Y}, while the team held the "
        "account. Lines with a pencil were written by people."
    )


def _entries(rows: pl.DataFrame) -> None:
    if rows.is_empty():
        st.caption("Nothing in the data, and nobody wrote anything yet.")
    for row in rows.iter_rows(named=True):
        if row["n"] is None:
            st.markdown(
                f":material/edit: {words.plain(row['entry'])} :gray[:small[{words.plain(row['origin'])}]]"
            )
        else:
            told = f"{words.count(row['n'], row['unit'].removesuffix('s'))}, from data"
            st.markdown(f"{words.plain(row['entry'])} :gray[:small[{words.plain(told)}]]")


def _write(process: str, version: int, lines: Sequence[Line]) -> None:
    with st.expander(f"Write about {process}", icon=":material/edit:"):
        frame = pl.DataFrame(
            [(PARTS[one.part], one.text, one.by) for one in lines],
            schema={"part": pl.String, "text": pl.String, "by": pl.String},
            orient="row",
        )
        edited: Any = st.data_editor(
            frame,
            num_rows="dynamic",
            hide_index=True,
            key=f"sipoc-{process}-{version}",
            disabled=["by"],
            column_config={
                "part": st.column_config.SelectboxColumn(
                    "Part", options=list(PARTS.values()), required=True, width=130
                ),
                "text": st.column_config.TextColumn("What", required=True, width=460),
                "by": st.column_config.TextColumn("Written by"),
            },
        )
        codes = {title: part for part, title in PARTS.items()}
        wanted = [
            Line(codes.get(row["part"] or "", ""), row["text"] or "", row["by"] or "")
            for row in edited.iter_rows(named=True)
        ]
        st.button(
            "Save as a new version",
            type="primary",
            icon=":material/save:",
            key="sipoc_save",
            disabled=[(one.part, one.text) for one in wanted] == [(one.part, one.text) for one in lines],
            on_click=_save,
            args=(process, wanted, version),
        )


def _save(process: str, lines: Sequence[Line], seen: int) -> None:
    reader = session.reader()
    who = reader.store, reader.viewer, session.now_utc()
    failures.attempt_at(seen, partial(deeds.save_sipoc, *who, process, tuple(lines)), _where(process))


def _versions(reader: Reader, process: str, now: int) -> None:
    known = read.sipoc_versions(reader, process).to_dicts()
    if not known:
        return
    with st.expander(f"Versions ({len(known)})", icon=":material/history:"):
        bodies = [from_body(one["body"]) for one in known]
        for one, own, before in zip(known, bodies, [*bodies[1:], ()], strict=True):
            with st.container(
                horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"
            ):
                st.markdown(
                    f"**{words.plain(one['saved_by'])}**, {one['saved_at']:%-d %b %Y %H:%M} UTC: "
                    + (words.plain("; ".join(difference(before, own))) or "as before"),
                    width="content",
                )
                if one["sheet_id"] != now:
                    st.button(
                        "Go back to this",
                        key=f"sipoc-back-{one['sheet_id']}",
                        icon=":material/undo:",
                        on_click=_back,
                        args=(process, one["sheet_id"], now),
                    )


def _back(process: str, sheet_id: int, seen: int) -> None:
    reader = session.reader()
    failures.attempt(
        partial(
            deeds.revert, reader.store, reader.viewer, session.now_utc(), "sipoc", process, sheet_id, seen
        ),
        _where(process),
    )


def _where(process: str) -> str:
    """What is refused, or kept as a draft, belongs to one process."""
    return f"sipoc-{process}"
