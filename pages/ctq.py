"""Do customers get what matters to them?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import polars as pl
import streamlit as st

from components import charts_ctq as charts
from components import empty, failures, session, words
from components.account_rows import account_rows
from components.downloads import downloads
from components.queries import Reader
from components.queries import quality as read
from models.ctq import MISSED, OPEN, Branch, in_words, judged, proposed
from models.ctq_measures import MEASURES
from models.ctq_table import Told, headline, table, told
from pages import _ctq_edit, _files

_METHOD = """
- A tree: what customers **need** → what **drives** it → a **measure** → its **target**. People write and
  adopt it; until then there is only a proposal.
- Each measure is computed for every account from the data. What is still open (a ticket without an answer)
  counts as late once it is past the target, and is not judged before.
- The share is of the accounts that can be judged, with a 95 % interval (Wilson). It tells how the accounts
  there are do, and how sure that is for accounts like them.
- The trend compares the accounts judged on both days: how many meet the target now and did not, and the other
  way round (McNemar's exact test; changed where chance would say so in fewer than 5 of 100 cases).
"""


def render() -> None:
    """The tree with shares and intervals, who does not get it, the trend, and editing."""
    st.title("Quality to customers", anchor=False)
    _page()


@st.fragment
@failures.guarded
def _page() -> None:
    reader = failures.current(session.reader(), _ctq_edit.WHERE)
    if not empty.ready(reader):
        return
    values = read.values(reader)
    version, adopted = read.tree(reader)
    offered = proposed(values)
    branches = adopted if version.sheet_id else offered
    if not branches and not version.sheet_id:
        empty.nothing(
            "Nothing of what matters to customers can be measured yet.",
            "Import interactions, handoffs, survey_responses or usage on the Data page and refresh; a "
            "measure needs ten accounts.",
            ":material/account_tree:",
        )
        return
    failures.tell(_ctq_edit.WHERE)
    rows = told(branches, values)
    _said(reader, version, rows)
    if not version.sheet_id:
        _ctq_edit.adopt(offered)
    if rows:
        _shown(reader, version.sheet_id, branches, values, rows)
    else:
        empty.nothing("The tree is empty.", "Add what customers need below, or go back to a version.")
    _ctq_edit.draw(reader, version.sheet_id, branches)


def _shown(
    reader: Reader, sheet_id: int, branches: Sequence[Branch], values: pl.DataFrame, rows: Sequence[Told]
) -> None:
    st.plotly_chart(charts.tree(rows), config=charts.CONFIG, alt=charts.alt(rows), key=f"tree-{sheet_id}")
    st.caption("Dot: share of accounts that meet the target; line: 95 % interval; hollow: under 10 accounts.")
    _table(reader, branches, values)
    _who(reader, rows, values)


def _said(reader: Reader, version: read.Version, rows: Sequence[Told]) -> None:
    worst = headline(rows)
    if worst:
        st.markdown(f"**Fewest get this:** {words.plain(worst)}.")
    else:
        st.markdown("**No target can be judged on ten accounts yet.**")
    if version.sheet_id:
        who = f"Tree saved by {words.plain(version.saved_by)} on {version.saved_at}."
    else:
        who = "Nobody has adopted a tree yet: this is a proposal, with usual targets to begin with."
    st.caption(f"{who} Data as of {reader.as_of:%-d %b %Y}, live accounts.")


def _table(reader: Reader, branches: Sequence[Branch], values: pl.DataFrame) -> None:
    days = read.earlier_days(reader)
    usual = read.usual_day(days, reader.as_of)
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="bottom"):
        st.subheader("Each target", anchor=False, width="content")
        with st.container(horizontal=True, vertical_alignment="bottom", width="content"):
            against = _against(list(days), usual)
            before = read.values_in(reader, days[against]) if against else None
            rows = table(branches, values, before)
            downloads(f"quality-{reader.as_of}", rows.height, _files.tables(reader, "quality", rows))
            with st.popover("How this is told", icon=":material/help:"):
                st.markdown(_METHOD)
    percent = pl.col("share", "low", "high", "share_before") * 100
    shown = rows.with_columns(percent).with_columns(
        interval=pl.format("{} to {}", *(pl.col(name).round().cast(pl.Int64) for name in ("low", "high")))
    )
    st.dataframe(
        shown.select(*_COLUMNS),
        hide_index=True,
        column_config=_COLUMNS,
        placeholder="–",
        height="content",
        alt="Each target: the share of accounts that meet it, its interval, and the trend",
    )


def _against(days: list[date], usual: date | None) -> date | None:
    if not days:
        st.caption("There is no earlier snapshot to compare with.", width="content")
        return None
    shown = {f"{day:%Y-%m-%d}": day for day in days}
    chosen = st.selectbox(
        "Against",
        list(shown),
        index=days.index(usual) if usual in days else 0,
        format_func=lambda key: f"{shown[key]:%-d %b %Y}",
        key="quality_against",
        bind="query-params",
        width=160,
    )
    return shown[str(chosen)]


def _who(reader: Reader, rows: Sequence[Told], values: pl.DataFrame) -> None:
    judgeable = [one for one in rows if one.branch.measure in MEASURES and one.branch.target is not None]
    ordered = sorted(judgeable, key=lambda one: 1.0 if one.share.share is None else one.share.share)
    measured = {f"{one.branch.measure}-{one.branch.target:g}": one.branch for one in ordered}
    if not measured:
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        code = st.selectbox(
            "Who does not get it",
            list(measured),
            format_func=lambda key: in_words(measured[key]),
            key="quality_branch",
            bind="query-params",
            width=560,
        )
        undecided = st.toggle("Also those that can't be told yet", key="quality_open", bind="query-params")
    one = measured[str(code)]
    measure = MEASURES[one.measure]
    verdicts = [MISSED, OPEN] if undecided else [MISSED]
    missed = (
        judged(values, one.measure, one.target or 0.0)
        .filter(pl.col("verdict").is_in(verdicts))
        .join(read.named(reader), on="account_id", maintain_order="left")
    )
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.markdown(
            f"**{words.count(missed.height, 'account')}**, the furthest off first.",
            width="content",
        )
        name = f"quality-{one.measure}-{reader.as_of}"
        downloads(name, missed.height, _files.tables(reader, "quality accounts", missed))
    if missed.is_empty():
        empty.nothing("Nobody: every account that can be judged meets it.", "", ":material/task_alt:")
        return
    columns = {"low": _value(measure.unit), **_WHO}
    account_rows(
        missed,
        columns,
        "Accounts that do not meet the target",
        f"who-{code}-{reader.stamps.snapshot}-{undecided}",
    )


def _value(unit: str) -> Any:
    return st.column_config.NumberColumn(
        f"Value ({unit})", format="%.1f", help="What is still open is at least this much"
    )


_column: Any = st.column_config
_COLUMNS: dict[str, Any] = {
    "need": _column.TextColumn("Need", width=140),
    "driver": _column.TextColumn("Driver", width=150),
    "share": _column.NumberColumn("Meet it", format="%.0f %%"),
    "interval": _column.TextColumn("95 %", width=75, alignment="right"),
    "n": _column.NumberColumn("of", format="localized"),
    "trend": _column.TextColumn("Trend", width=135),
    "measure": _column.TextColumn("Measure", width=180),
    "target": _column.TextColumn("Target", width=110),
    "open": _column.NumberColumn("Not yet", format="localized", help="Accounts that can't be told yet"),
    "share_before": _column.NumberColumn("Before", format="%.0f %%"),
    "written_by": _column.TextColumn("Written by"),
}
_WHO: dict[str, Any] = {
    "verdict": _column.TextColumn("Target"),
    "gap": _column.NumberColumn("Off by", format="%.1f"),
    "segment": _column.TextColumn("Segment"),
    "csm": _column.TextColumn("CSM"),
    "risk": _column.NumberColumn("Risk", format="%.0f"),
}
