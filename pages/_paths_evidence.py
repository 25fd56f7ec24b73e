"""Why these paths and no others: what was learned from, how well it holds, and every candidate's verdict."""

from __future__ import annotations

from functools import partial
from typing import Any

import polars as pl
import streamlit as st

from components import navigation, paths_words, tables, words
from components.downloads import downloads
from components.queries import Reader
from components.queries import paths as read
from components.queries import settings as read_settings
from models.decisions import success_from
from models.paths.frames import Discovery
from models.settings_words import success_words
from pages import _files

CANDIDATES, METHOD = "paths_candidates", "paths_method"

_HOW = """
- Each known decision is one case. Only what an account did **strictly before** its decision counts, and only
  accounts that could be watched from signing on.
- An activity is judged at a **landmark**: of the accounts still open on that day, those that had done it are
  compared with those that had not, within the same segment and signing quarter.
- What everybody does is never a step. Near-duplicates of one activity are merged. What only reflects that
  an account uses the product more is taken out.
- A path is shown when it holds on **later decisions** than those it was learned from.
- All of this tells what goes together. Whether bringing a customer to a step *makes* it stay, only a trial
  can tell.
"""


def evidence(reader: Reader) -> None:
    """The verdict in words with its numbers, the success it means, and the candidates behind it."""
    kept = read.discovery(reader)
    st.subheader("Does it hold?", anchor=False)
    _success(reader)
    if kept is None:
        st.markdown("Paths have not been looked for yet; the next refresh does.")
        return
    found = kept.found
    st.markdown(f"**{paths_words.verdict(found)}** {words.plain(' '.join(found.why))}")
    st.caption(
        f"{paths_words.counts_line(found)} Looked for in what was known on {kept.as_of:%-d %b %Y}, "
        f"made {kept.made_at:%-d %b %Y}."
    )
    _validation(found)
    part = st.expander(
        f"Why each activity is a step or is not ({found.candidates.height:,})",
        icon=":material/rule:",
        key=CANDIDATES,
        on_change="rerun",
    )
    if part.open:
        with part:
            _candidates(reader, found)
    with st.expander("How paths are found", icon=":material/help:", key=METHOD):
        st.markdown(_HOW)


def _success(reader: Reader) -> None:
    """What success means here, and how many accounts each other definition would give."""
    _, body = read_settings.in_force(reader)
    offered, counts = read_settings.success_choices(reader, body.get("success", {}))
    now = success_words(success_from(offered[0]))
    by = {row["definition"]: row for row in counts.iter_rows(named=True) if row["succeeded"]}
    told = [
        f"{words.plain(name)}: {row['succeeded']:,} of {row['decided']:,} accounts"
        + (" (now)" if name == now else "")
        for name, row in by.items()
    ]
    st.markdown(f"Success means **{words.plain(now)}**. By definition: {'; '.join(told)}.")
    navigation.link("settings", "Choose another in Settings", icon=":material/tune:")


def _validation(found: Discovery) -> None:
    rows = found.validation
    if rows.is_empty():
        return
    lines = ["| Check | Value | 95 % interval | n |", "| --- | ---: | ---: | ---: |"]
    for row in rows.iter_rows(named=True):
        value = "–" if row["value"] is None else f"{row['value']:.2f}"
        within = (
            "–" if row["low"] is None or row["high"] is None else f"{row['low']:.2f} to {row['high']:.2f}"
        )
        lines.append(f"| {words.plain(row['label'])} | {value} | {within} | {row['n']:,} |")
    st.markdown("\n".join(f"- {words.plain(said)}" for said in rows["sentence"]))
    st.markdown("\n".join(lines))


def _candidates(reader: Reader, found: Discovery) -> None:
    rows = found.candidates
    if rows.is_empty():
        st.caption("Nothing could be judged.")
        return
    verdicts = rows.group_by("verdict").len().sort("len", descending=True)
    offered = verdicts["verdict"].to_list()
    counts = dict(verdicts.iter_rows())
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        picked = st.pills(
            "Verdict",
            offered,
            selection_mode="multi",
            format_func=lambda name: f"{name.capitalize()} ({counts.get(name, 0):,})",
            key="candidate_verdict",
            bind="query-params",
        )
        downloads("path-candidates", rows.height, _files.tables(reader, "path candidates", rows))
    shown = rows.filter(pl.col("verdict").is_in(picked)) if picked else rows
    order = shown.sort("z", descending=True, nulls_last=True).head(tables.MOST_ROWS)
    tables.plain_table(
        order.with_columns(pl.col("prevalence") * 100).select(*_COLUMNS),
        "Every activity that was looked at, and why it is or is not a step",
        _COLUMNS,
    )
    if shown.height > order.height:
        st.caption(f"The {order.height:,} clearest of {shown.height:,}; the export has all.")


_NUMBER = partial(st.column_config.NumberColumn, width=80)
_COLUMNS: dict[str, Any] = {
    "event": st.column_config.TextColumn("Activity", width=180),
    "nth": _NUMBER("on days", help="Different days with it that were asked for"),
    "verdict": st.column_config.TextColumn("Verdict", width=110),
    "why": st.column_config.TextColumn("Why", width=480),
    "landmark": _NUMBER("By day"),
    "prevalence": _NUMBER("Did it", format="%.0f %%"),
    "reached": _NUMBER("n did", format="localized"),
    "n": _NUMBER("n", format="localized"),
    "z": _NUMBER("z", format="%.1f", help="Within segment, signing quarter and ordinal"),
    "z_adj": _NUMBER("z adjusted", format="%.1f", help="After general activity is taken out"),
}
