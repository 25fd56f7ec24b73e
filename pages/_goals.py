"""The scorecard: what a manager wants measures to reach by a day, how far they came, and the rows."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import polars as pl
import streamlit as st

from actions import goals as set_goals
from components import failures, session, words
from components.queries import Reader
from components.queries import goals as queries_goals
from components.queries import retention as queries_retention
from models.goals import BEHIND, MEANINGS, MEASURES, MISSED, REACHED, UNKNOWN, Progress, progress
from models.retention_rows import GRR, NRR
from models.shares import percent
from pages._retention_opened import opened

WHERE = "retention"
_ICONS = {
    REACHED: ":material/check_circle:",
    BEHIND: ":material/trending_down:",
    MISSED: ":material/cancel:",
    UNKNOWN: ":material/help:",
}
_OPEN = "goal"


def draw(reader: Reader, currency: str, into: str) -> None:
    """One line when folded; each goal with its progress, trend and rows inside."""
    goals = queries_goals.listing(reader).to_dicts()
    trends = queries_goals.trends(reader, currency, into) if goals else None
    found = (
        {row["measure"]: _progress(row, trends, reader.as_of) for row in goals} if trends is not None else {}
    )
    with st.expander(_title(goals, found), icon=":material/flag:", expanded=bool(goals)):
        for row in goals:
            _goal(reader, row, found[row["measure"]], trends, currency, into)
        if set_goals.may_set(reader.viewer):
            _new(reader, goals, currency, into)
        elif not goals:
            st.caption("A manager sets goals here.")
        _rows(reader, goals, trends, currency, into)


def _progress(row: dict[str, Any], trends: pl.DataFrame, as_of: date) -> Progress:
    own = trends.filter(pl.col("measure") == row["measure"])
    return progress(own, row["target"], row["starts_on"], row["due_on"], as_of)


def _title(goals: list[dict[str, Any]], found: dict[str, Progress]) -> str:
    if not goals:
        return "Goals: none is set yet"
    states = [one.state for one in found.values()]
    told = [f"{states.count(state)} {state}" for state in dict.fromkeys(sorted(states))]
    return f"Goals: {', '.join(told)}"


def _goal(
    reader: Reader,
    row: dict[str, Any],
    now: Progress,
    trends: pl.DataFrame | None,
    currency: str,
    into: str,
) -> None:
    name = MEASURES[row["measure"]]
    icon = _ICONS.get(now.state, ":material/trending_up:")
    told, chart, deeds = st.columns([7, 3, 3], vertical_alignment="center")
    with told:
        st.markdown(f"{icon} **{name}: {now.state}.** {_said(row, now)}")
        st.caption(f"{MEANINGS[row['measure']]} {_worth(reader, row, now, currency, into)}")
    if trends is not None and now.value is not None:
        own = trends.filter(pl.col("measure") == row["measure"]).sort("day").tail(13)
        with chart:
            st.metric(
                f"{name} by month",
                percent(now.value, 1),
                chart_data=own["value"].to_list(),
                chart_type="line",
                label_visibility="collapsed",
            )
    with deeds:
        if set_goals.may_set(reader.viewer):
            with st.popover("Change", icon=":material/edit:"):
                _form(row, f"goal-{row['goal_id']}-{row['version']}")


def _said(row: dict[str, Any], now: Progress) -> str:
    target = f"Target {percent(row['target'], 1)} by {row['due_on']:%-d %b %Y}"
    if now.value is None or now.day is None:
        return f"{target}; the measure isn't known yet."
    start = f"from {percent(now.start, 1)} on {row['starts_on']:%-d %b %Y}" if now.start is not None else ""
    if now.state in (REACHED, MISSED):
        return f"{target}. Now {percent(now.value, 1)} ({now.day:%-d %b %Y}), {start}."
    way = "" if now.way is None else f", {percent(max(now.way, 0))} of the way"
    line = "" if now.expected is None else f" An even pace would be at {percent(now.expected, 1)}."
    return f"{target}. Now {percent(now.value, 1)} ({now.day:%-d %b %Y}), {start}{way}.{line}"


def _worth(reader: Reader, row: dict[str, Any], now: Progress, currency: str, into: str) -> str:
    """What the way already made is worth in MRR, where the measure is a share of MRR."""
    figure = {"grr": GRR, "nrr": NRR}.get(row["measure"])
    if figure is None or now.value is None or now.start is None:
        return ""
    rows = queries_retention.retention_behind(reader, (), figure, reader.as_of, currency, into)
    gained = (now.value - now.start) * float(rows["mrr_then"].sum())
    what = "more" if gained >= 0 else "less"
    return (
        f"Return so far: {words.marked_money(abs(gained), currency)} a month {what} than at the start's rate."
    )


def _new(reader: Reader, goals: list[dict[str, Any]], currency: str, into: str) -> None:
    left = {
        name: measure for measure, name in MEASURES.items() if measure not in {g["measure"] for g in goals}
    }
    if not left:
        return
    with st.popover("Set a goal", icon=":material/add:"):
        label = str(st.selectbox("Measure", list(left), key="goal-new-measure"))
        measure = left[label]
        st.caption(MEANINGS[measure])
        own = queries_goals.trends(reader, currency, into).filter(pl.col("measure") == measure).sort("day")
        now = float(own["value"][-1]) if own.height else None
        st.caption("Not known yet." if now is None else f"Now {percent(now, 1)}.")
        _inputs(
            f"goal-new-{measure}",
            now if now is not None else 0.9,
            reader.as_of,
            reader.as_of + timedelta(days=182),
        )
        st.button("Set", key="goal-set", type="primary", on_click=_set, args=(measure, f"goal-new-{measure}"))


def _form(row: dict[str, Any], key: str) -> None:
    _inputs(key, row["target"], row["starts_on"], row["due_on"])
    st.caption(f"Set by {words.plain(row['set_by'])} on {row['set_at']:%-d %b %Y}.")
    st.button("Save", key=f"{key}-save", type="primary", on_click=_change, args=(row, key))
    st.button("Take off the scorecard", key=f"{key}-retire", type="tertiary", on_click=_retire, args=(row,))


def _inputs(key: str, target: float, starts_on: date, due_on: date) -> None:
    st.number_input(
        "Target, %",
        min_value=0.1,
        max_value=300.0,
        value=round(target * 100, 1),
        step=0.5,
        key=f"{key}-target",
    )
    st.date_input("Counted from", value=starts_on, key=f"{key}-start")
    st.date_input("By", value=due_on, key=f"{key}-due")


def _asked(key: str) -> tuple[float, date, date]:
    state = st.session_state
    return float(state[f"{key}-target"]) / 100, state[f"{key}-start"], state[f"{key}-due"]


def _set(measure: str, key: str) -> None:
    reader = session.reader()
    failures.attempt(
        lambda: set_goals.set_goal(reader.store, reader.viewer, session.now_utc(), measure, *_asked(key)),
        WHERE,
    )


def _change(row: dict[str, Any], key: str) -> None:
    reader, at = session.reader(), session.now_utc()
    goal_id, asked = int(row["goal_id"]), _asked(key)
    failures.attempt_at(
        int(row["version"]),
        lambda version: set_goals.change_goal(reader.store, reader.viewer, at, goal_id, version, *asked),
        WHERE,
    )


def _retire(row: dict[str, Any]) -> None:
    reader, known = session.reader(), (row["goal_id"], row["version"])
    failures.attempt(
        lambda: set_goals.retire_goal(reader.store, reader.viewer, session.now_utc(), *known), WHERE
    )


def _rows(
    reader: Reader, goals: list[dict[str, Any]], trends: pl.DataFrame | None, currency: str, into: str
) -> None:
    if not goals or trends is None:
        return
    labels = {MEASURES[row["measure"]]: row["measure"] for row in goals}
    label = st.selectbox(
        "Open the rows of",
        [*labels],
        index=None,
        key=_OPEN,
        bind="query-params",
        width=260,
        placeholder="a goal",
    )
    if label is None:
        return
    measure = labels[label]
    own = trends.filter((pl.col("measure") == measure) & (pl.col("day") == reader.as_of))
    rows = queries_goals.behind(reader, measure, currency, into)
    said = f"**{words.count(rows.height, 'row')}**"
    if own.height:
        point = own.row(0, named=True)
        sums = f"{point['part']:,.0f} ÷ {point['whole']:,.0f} = {percent(point['value'], 1)}"
        said = f"**{sums}**, from {words.count(rows.height, 'row')}."
    opened(reader, f"goal-{measure}", rows, said, f"The rows behind {label}")
