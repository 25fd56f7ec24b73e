"""Where do customers fall between teams?"""

from __future__ import annotations

from typing import Any

import polars as pl
import streamlit as st

from components import charts_handoffs as charts
from components import clock, empty, failures, handoff_words, navigation, session, words
from components.account_rows import account_rows
from components.downloads import downloads
from components.queries import Reader
from components.queries import handoffs as read
from components.queries.handoffs import Between
from models.exception_handoffs import STALE_DAYS
from models.findings import HANDOFF_LATE, KINDS
from models.handoffs import STATES, WAITING
from pages import _files, _handoff_levels, _sipoc

_ANY = ""
_TEAMS, _SIPOC = "Between teams", "SIPOC of each team"

_METHOD = f"""
- A handoff is **open** from the day it is handed over to the day the next team accepts it. Open ones are
  counted as open for as long as they have been (Kaplan-Meier), not as zero and not left out.
- *Passed on*: never accepted on record, but handed on later, so somebody had it. *Left*: the customer left
  before anybody took over. Both count as open until that day.
- **In time** is judged on handoffs that were taken over or are past the service level already.
- The service level is what 85 % of the past handoffs that were taken over needed, unless somebody chose one.
- After {STALE_DAYS} days an open handoff is a gap in the records, not news.
"""


def render() -> None:
    """Who waits between teams, lanes and times of each step, to and fro, rows; SIPOC of each team."""
    st.title("Handoffs", anchor=False)
    _page()


@st.fragment
@failures.guarded
def _page() -> None:
    reader = failures.current(session.reader(), "handoffs")
    if not empty.ready(reader):
        return
    everything = read.between(reader)
    if everything.steps.is_empty():
        empty.nothing(
            "No handoff is on record.",
            "Import handoffs (account, from team, to team, handed on, accepted on) on the Data page. Then "
            "this page tells who waits between teams, and how long each step takes.",
            ":material/swap_horiz:",
        )
        return
    said = st.container(gap="xsmall")
    segment, csm, view = _filters(reader)
    found = read.between(reader, segment, csm) if segment or csm else everything
    waiting, old = _waiting(found)
    with said:
        st.markdown(handoff_words.headline(waiting, clock.today()))
        st.caption(f"{handoff_words.stale(old)} Data as of {reader.as_of:%-d %b %Y}.".strip())
    failures.tell("handoffs")
    if view == _SIPOC:
        _sipoc.draw(reader)
        return
    _stuck(reader, waiting)
    _lanes(reader, found)
    _steps(reader, found)
    _troubles(reader, found)
    _rows(reader, found)
    _way(found)


def _filters(reader: Reader) -> tuple[str | None, str | None, str]:
    people = read.people(reader)
    names = people.drop_nulls("csm_id").select("csm_id", pl.coalesce("csm", "csm_id")).unique().sort("csm")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        view = st.segmented_control(
            "Show", [_TEAMS, _SIPOC], default=_TEAMS, key="handoff_view", bind="query-params", required=True
        )
        if view == _SIPOC:
            return None, None, _SIPOC
        segments = people["segment"].drop_nulls().unique().sort().to_list()
        segment = _choice("Segment", "handoff_segment", dict(zip(segments, segments, strict=True)))
        csm = _choice("CSM", "handoff_csm", dict(names.iter_rows()))
        with st.popover("How this is told", icon=":material/help:"):
            st.markdown(_METHOD)
    return segment, csm, str(view)


def _choice(label: str, key: str, options: dict[str, str]) -> str | None:
    named = {_ANY: f"Any {label if label.isupper() else label.lower()}", **options}
    chosen = st.selectbox(
        label, list(named), format_func=lambda code: named[code], key=key, bind="query-params", width=200
    )
    return chosen or None


def _waiting(found: Between) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Open handoffs of customers: those of the past year, the longest first, and the older ones."""
    opened = found.steps.filter((pl.col("state") == WAITING) & pl.col("live"))
    ordered = opened.sort("days", "name", descending=[True, False])
    return ordered.filter(pl.col("days") <= STALE_DAYS), ordered.filter(pl.col("days") > STALE_DAYS)


def _head(title: str, reader: Reader, name: str, frame: pl.DataFrame) -> None:
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.subheader(title, anchor=False, width="content")
        downloads(f"{name}-{reader.as_of}", frame.height, _files.tables(reader, name, frame))


def _stuck(reader: Reader, waiting: pl.DataFrame) -> None:
    _head("Who is waiting now", reader, "waiting", waiting)
    if waiting.is_empty():
        return
    over = pl.col("days") - pl.col("level")
    state = (
        pl.when(pl.col("days") > pl.col("dropped_after"))
        .then(pl.lit("most likely dropped"))
        .when(over > 0)
        .then(pl.lit("late"))
        .otherwise(pl.lit("has time"))
    )
    rows = waiting.with_columns(
        verdict=state, level=pl.col("level").cast(pl.Int64), days=pl.col("days").cast(pl.Int64)
    )
    account_rows(rows, _WAITING, "Customers waiting to be taken over, the longest first", _key(reader, "now"))
    navigation.link(
        "exceptions",
        "Late and dropped ones as exceptions",
        icon=":material/error:",
        exception_kind=KINDS[HANDOFF_LATE],
    )


def _lanes(reader: Reader, found: Between) -> None:
    st.subheader("How it goes", anchor=False)
    st.plotly_chart(
        charts.swimlanes(found.lanes),
        config=charts.CONFIG,
        alt=charts.alt(found.lanes),
        key=_key(reader, "lanes"),
    )
    lost = found.lanes.filter(pl.col("left") > 0)
    told = ", ".join(f"{row['left']:,} with {words.plain(row['team'])}" for row in lost.iter_rows(named=True))
    st.caption(
        f"{words.count(found.steps['account_id'].n_unique(), 'account')} with handoffs, also those gone. "
        + (f"Customers lost while a team held them: {told}." if told else "No customer was lost yet.")
    )


def _steps(reader: Reader, found: Between) -> None:
    _head("Each step", reader, "handoff-steps", found.times)
    level = found.levels.select("step", "level", "source")
    rows = found.times.join(level, on="step", maintain_order="left").with_columns(pl.col("in_time") * 100)
    st.dataframe(
        rows.select(*_STEPS),
        hide_index=True,
        column_config=_STEPS,
        placeholder="not reached",
        alt="Each step: how many, median and 85 % days, share in time",
        height="content",
    )
    _handoff_levels.draw(reader, found.levels)


def _troubles(reader: Reader, found: Between) -> None:
    _head("To and fro", reader, "bounced", found.bounces)
    if found.bounces.is_empty():
        st.caption("No account was handed straight back.")
    else:
        account_rows(
            found.bounces, _BOUNCES, "Accounts handed straight back, newest first", _key(reader, "back")
        )
    _head("Two teams at once", reader, "overlaps", found.overlaps)
    if found.overlaps.is_empty():
        st.caption("No account was held by two teams on the same days.")
    else:
        account_rows(found.overlaps, _OVERLAPS, "Accounts that two teams held at once", _key(reader, "both"))


def _rows(reader: Reader, found: Between) -> None:
    steps = found.times["step"].to_list()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        step = _choice("Step", "handoff_step", dict(zip(steps, steps, strict=True)))
        state = _choice("State", "handoff_state", {state: state for state in STATES})
    rows = found.steps.sort("handed_on", "account_id", descending=[True, False])
    rows = rows.filter(pl.col("step") == step) if step else rows
    rows = rows.filter(pl.col("state") == state) if state else rows
    _head(f"The rows behind: {words.count(rows.height, 'handoff')}", reader, "handoffs", rows)
    if rows.height:
        account_rows(rows, _ROWS, "Handoffs, newest first", _key(reader, f"rows-{step}-{state}"))


def _way(found: Between) -> None:
    named = dict(found.steps.select("account_id", "name").unique().sort("name").iter_rows())
    account = st.selectbox(
        "One account's way through the teams",
        list(named),
        index=None,
        format_func=lambda key: named.get(key, key),
        placeholder="Choose an account",
        key="handoff_account",
        bind="query-params",
        width=320,
    )
    if not account:
        return
    mine = pl.col("account_id") == account
    held, steps = found.held.filter(mine), found.steps.filter(mine)
    st.plotly_chart(
        charts.way(held, steps), config=charts.CONFIG, alt=charts.way_alt(held, steps), key=f"way-{account}"
    )
    navigation.account_link(account, named[account])


def _key(reader: Reader, part: str) -> str:
    chosen = [st.session_state.get(name) or "" for name in ("handoff_segment", "handoff_csm")]
    return "-".join([part, str(reader.stamps.snapshot), *chosen])


_column: Any = st.column_config
_DAY = "D MMM YYYY"
_WAITING: dict[str, Any] = {
    "step": _column.TextColumn("Handoff", width=180),
    "handed_on": _column.DateColumn("Handed over", format=_DAY),
    "days": _column.NumberColumn("Days waiting"),
    "level": _column.NumberColumn("Should take", help="The step's service level, days"),
    "verdict": _column.TextColumn("So", width=150),
    "segment": _column.TextColumn("Segment"),
    "csm": _column.TextColumn("CSM"),
}
_STEPS: dict[str, Any] = {
    "step": _column.TextColumn("Step", width=190),
    "handed": _column.NumberColumn("Handed over", format="localized"),
    "median": _column.NumberColumn("Median days", format="%.0f"),
    "p85": _column.NumberColumn("85 % within", format="%.0f", help="Days; open ones counted as open"),
    "level": _column.NumberColumn("Service level", format="%.0f"),
    "in_time": _column.NumberColumn("In time", format="%.0f %%"),
    "judged": _column.NumberColumn("of", format="localized", help="Those that had the time"),
    "waiting": _column.NumberColumn("Waiting", format="localized"),
    "left": _column.NumberColumn("Left waiting", format="localized"),
    "passed": _column.NumberColumn("Passed on", format="localized"),
}
_BOUNCES: dict[str, Any] = {
    "from_team": _column.TextColumn("Team"),
    "to_team": _column.TextColumn("handed to"),
    "handed_on": _column.DateColumn("on", format=_DAY),
    "returned_on": _column.DateColumn("back on", format=_DAY),
    "days": _column.NumberColumn("Days", format="%.0f"),
}
_OVERLAPS: dict[str, Any] = {
    "team": _column.TextColumn("Team"),
    "other_team": _column.TextColumn("and"),
    "from_on": _column.DateColumn("from", format=_DAY),
    "to_on": _column.DateColumn("to", format=_DAY, help="Empty: still"),
    "days": _column.NumberColumn("Days", format="%.0f"),
}
_ROWS: dict[str, Any] = {
    "step": _column.TextColumn("Handoff", width=180),
    "handed_on": _column.DateColumn("Handed over", format=_DAY),
    "accepted_on": _column.DateColumn("Taken over", format=_DAY),
    "state": _column.TextColumn("State"),
    "days": _column.NumberColumn("Days", format="%.0f"),
    "segment": _column.TextColumn("Segment"),
    "csm": _column.TextColumn("CSM"),
}
