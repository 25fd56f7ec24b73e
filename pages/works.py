"""Do our calls help?"""

from __future__ import annotations

from typing import Any

import polars as pl
import streamlit as st

from components import clock, empty, failures, session, words
from components.account_rows import account_rows
from components.downloads import downloads
from components.queries import Reader
from components.queries import effects as read
from components.queries.effects import Works
from models.calls import HAND
from models.effects.frames import ARMS, CALLED, HELD, KIND, MEASURES, PRESCRIPTION, RETENTION, WAITING
from models.effects.report import of
from models.effects.trial import Trial
from models.effects.words import METHOD, effect_words, one_in, trial_words
from models.findings import KINDS
from pages import _files, _works_empty

WHERE = "works"
_ANY = ""
_MOST = 6


def render() -> None:
    """What calls do to retention and use, by kind and prescription; the rows; who was assigned to what."""
    st.title("What works", anchor=False)
    _page()


@st.fragment
@failures.guarded
def _page() -> None:
    reader = failures.current(session.reader(), WHERE)
    if not empty.ready(reader):
        return
    found = read.works(reader)
    if found.trial is None or found.effects is None:
        _works_empty.draw(reader, found.share)
        return
    _headline(reader, found, found.trial)
    _whole(found.effects)
    _groups(reader, found.effects, KIND, "By kind of exception")
    _groups(reader, found.effects, PRESCRIPTION, "By prescription")
    _saved(reader, found)
    _assignments(reader, found)


def _headline(reader: Reader, found: Works, trial: Trial) -> None:
    now = "" if found.share else " Now none is: the lots drawn before still count."
    drawn = found.episodes.filter(pl.col("trial_id") == trial.trial_id, pl.col("nth").is_not_null())
    over = drawn.filter(pl.col("churned").is_not_null()).height
    st.markdown(
        f"{trial_words(trial.share, trial.started_on)}{now} Lots were drawn for "
        f"{words.count(drawn.height, 'account')}; the 90 days of {over:,} are over."
    )
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.caption(
            f"Outcomes as of {reader.as_of:%-d %b %Y}. The top third of each day's list, unhappy answers and "
            "the largest accounts are always called, so this says nothing of them.",
            width="stretch",
        )
        with st.popover("How this is told", icon=":material/help:"):
            st.markdown(METHOD)


def _whole(table: pl.DataFrame) -> None:
    for _, rows in of(table):
        for measure in MEASURES:
            _told(measure, rows[measure])


def _told(measure: str, row: dict[str, Any]) -> None:
    with st.container(border=True, gap="xsmall"):
        st.markdown(f"{_NAMED[measure]} {effect_words(row)}")


_NAMED = {
    RETENTION: ":material/handshake: Retention.",
    MEASURES[1]: ":material/monitoring: Use at 28 days.",
    MEASURES[2]: ":material/monitoring: Use at 90 days.",
}


def _groups(reader: Reader, table: pl.DataFrame, by: str, title: str) -> None:
    mine = table.filter(pl.col("by") == by)
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.subheader(title, anchor=False, width="content")
        files = _files.tables(reader, f"effects by {by}", mine)
        downloads(f"effects-by-{by}-{clock.today()}", mine.height, files)
    if mine.is_empty():
        st.caption("No lot has been drawn yet.")
        return
    groups = list(of(table, by))
    for group, rows in groups[:_MOST]:
        named = KINDS.get(group, group)
        n = rows[RETENTION]["called"] + rows[RETENTION]["held"]
        with st.expander(f"{words.plain(named)} · {words.count(n, 'account')} with 90 days over"):
            for measure in MEASURES:
                st.markdown(f"- {_NAMED[measure]} {effect_words(rows[measure])}")
    if len(groups) > _MOST:
        st.caption(f"The {_MOST} with the most accounts of {len(groups)}; the export has all.")


def _saved(reader: Reader, found: Works) -> None:
    if found.saved is None:
        return
    table = found.saved.sort("called", "learned", "kind", descending=[True, True, False])
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.subheader("What the call list takes a call to save", anchor=False, width="content")
        downloads(f"saveability-{clock.today()}", table.height, _files.tables(reader, "saveability", table))
    controls = table["controls"][0] if table.height else "too few"
    if controls == "too few":
        st.caption(
            "Too few accounts went without a call, or too few of them left, to learn from: the list uses "
            "what was stated for each kind."
        )
    else:
        st.caption(f"Learned against accounts that were {controls}, and held toward what was stated.")
    shown = table.with_columns(
        kind=pl.col("kind").replace(KINDS | {HAND: "Added by hand"}),
        learned=pl.col("learned") * 100,
        stated=pl.col("stated") * 100,
        about=pl.Series([one_in(share) for share in table["learned"]], dtype=pl.String),
    )
    st.dataframe(
        shown.select(*_SAVED),
        hide_index=True,
        column_config=_SAVED,
        placeholder="–",
        alt="By kind: how many of the leavers a call saves, learned and stated",
        height="content",
    )


def _assignments(reader: Reader, found: Works) -> None:
    rows = found.episodes.with_columns(exempt=pl.col("exempt").fill_null(""))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        arm = st.selectbox(
            "Meant to be",
            [_ANY, *ARMS],
            format_func=lambda code: code or "Any",
            key="works_arm",
            bind="query-params",
            width=200,
        )
        lot = st.toggle("Only where a lot was drawn", value=True, key="works_lot", bind="query-params")
    rows = rows.filter(pl.col("arm") == arm) if arm else rows
    rows = rows.filter(pl.col("nth").is_not_null()) if lot else rows
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.subheader(
            f"The rows behind: {words.count(rows.height, 'assignment')}", anchor=False, width="content"
        )
        downloads(f"assignments-{clock.today()}", rows.height, _files.tables(reader, "assignments", rows))
    _explained(found)
    if rows.height:
        named = read.names(reader)
        shown = rows.join(named, on="account_id", how="left").with_columns(
            pl.col("name").fill_null(pl.col("account_id"))
        )
        account_rows(shown, _ROWS, "Assignments, newest first", f"works-{reader.stamps.snapshot}-{arm}-{lot}")


def _explained(found: Works) -> None:
    each = {arm: found.episodes.filter(pl.col("arm") == arm).height for arm in (CALLED, HELD, WAITING)}
    salt = found.trial.salt if found.trial else ""
    st.caption(
        f"{each[CALLED]:,} meant to be called, {each[HELD]:,} held out, {each[WAITING]:,} waiting without a "
        "slot. Every lot can be computed again: places of a block are ordered by SHA-256 of "
        f"“salt|CSM|block|place”. The salt of this trial: `{salt}`."
    )


_column: Any = st.column_config
_DAY = "D MMM YYYY"
_SAVED: dict[str, Any] = {
    "kind": _column.TextColumn("Kind of exception", width=220),
    "about": _column.TextColumn("A call saves about", help="Of those who would have left"),
    "learned": _column.NumberColumn("That is", format="%.0f %%"),
    "stated": _column.NumberColumn("Stated before", format="%.0f %%"),
    "called": _column.NumberColumn("Called", format="localized", help="With 90 days over"),
    "churned": _column.NumberColumn("Left", format="localized"),
    "expected": _column.NumberColumn("Expected to leave", format="%.1f"),
}
_ROWS: dict[str, Any] = {
    "started_on": _column.DateColumn("Assigned", format=_DAY),
    "arm": _column.TextColumn("Meant to be"),
    "exempt": _column.TextColumn("Always called, because", width=200),
    "csm_id": _column.TextColumn("CSM"),
    "churned": _column.CheckboxColumn("Left in 90 days"),
    "calls": _column.NumberColumn("Calls"),
    "use_before": _column.NumberColumn("Events before", help="In the 28 days before"),
    "use_28": _column.NumberColumn("at 28 days"),
    "use_90": _column.NumberColumn("at 90 days"),
}
