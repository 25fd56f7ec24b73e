"""What changed since the snapshot of an earlier day."""

from __future__ import annotations

from datetime import date

import polars as pl
import streamlit as st

from components import clock, empty, queries, words
from components.navigation import account_link, link
from components.queries import Reader
from components.queries import paths as queries_paths
from components.queries import why as queries_why
from models.overnight import MENDED, MOVED, OPENED
from models.paths.chosen import Chosen
from models.paths.progress_frames import STUCK

_SHOWN = 4
_HEADS = {
    MOVED: (":material/sync_alt:", "Moved on the quadrant"),
    OPENED: (":material/priority_high:", "New exceptions"),
    MENDED: (":material/check_circle:", "Mended"),
}


def changes(reader: Reader) -> None:
    """Moves, new exceptions and mended ones, the largest accounts first."""
    st.subheader("What changed", anchor=False)
    before = queries.earlier(reader)
    if before is None:
        empty.nothing(
            "No earlier day to compare with.",
            "The next refresh on another day fills this.",
            ":material/history:",
        )
        return
    st.caption(f"Since the snapshot of {words.day(before.as_of, clock.today())}.")
    _stuck(reader, before.as_of)
    found = queries_why.overnight(reader, before)
    if found.is_empty():
        st.markdown("Nothing moved: the same quadrants, and the same exceptions.")
        return
    for change, (icon, head) in _HEADS.items():
        _group(found.filter(pl.col("change") == change), icon, head)


def _stuck(reader: Reader, since: date) -> None:
    """How many are stuck on their path, how many of them newly, and a way there."""
    stuck = queries_paths.progress(reader).filter(pl.col("state") == STUCK)
    if stuck.is_empty():
        return
    new = stuck.filter(pl.col("stuck_since") > since).height
    said = f"{words.count(stuck.height, 'account')} stuck on the path, {new:,} of them new"
    link("paths", said, icon=":material/route:", show=Chosen("state", state=STUCK).text)


def _group(rows: pl.DataFrame, icon: str, head: str) -> None:
    if rows.is_empty():
        return
    with st.container(border=True, gap="xsmall"):
        st.markdown(f"{icon} **{head}** ({rows.height:,})")
        for row in rows.head(_SHOWN).iter_rows(named=True):
            account_link(row["account_id"], row["name"])
            st.caption(words.plain(row["sentence"]))
        if rows.height > _SHOWN:
            link("exceptions", f"and {rows.height - _SHOWN:,} more")
