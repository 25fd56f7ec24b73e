"""An account's path on its page: each step with its date, what is next, what to do about it, ticks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl
import streamlit as st

from components import failures, navigation, words
from components.charts_paths import SIGNS
from components.failures import guarded
from components.queries import Reader
from components.queries import paths as read
from components.queries import playbooks as read_content
from models.paths.adopted import HappyPath, PathStep
from models.paths.chosen import Chosen
from models.paths.progress_frames import BEHIND, STUCK

WHERE = "path_card"
_WIDTH = 126
_COLOURS = {STUCK: "red", BEHIND: "orange"}
_DAY = "path_tick_day"


@dataclass(frozen=True)
class PathDeeds:
    """Tick a step (path, step, account, day) or take a tick back."""

    tick: Callable[[int, str, str, date], object]
    undo: Callable[[int], object]


@st.fragment
@guarded
def path_card(reader: Reader, account_id: str, deeds: PathDeeds, today: date) -> None:
    """The path as a row of steps, the next missing one in words, and what to do about it."""
    st.subheader("Path", anchor=False)
    now = failures.current(reader, WHERE)
    failures.tell(WHERE)
    found = read.of_account(now, account_id)
    if found is None:
        st.markdown("No path is meant for this account yet.")
        navigation.link("paths", "Happy paths", icon=":material/route:")
        return
    row, times = found
    path = _path(now, row["path_id"])
    ticks = read.ticks(now, account_id)
    with st.container(border=True, gap="small", key="path-card"):
        st.markdown(_head(row))
        _steps(times, row, ticks, today)
        st.markdown(words.plain(row["sentence"]))
        _strayed(row)
        if path is not None:
            _advice(now, path, row)
            _ticks(path, row, ticks, deeds, today)
        if row["path_key"]:
            show = Chosen("path", path_key=row["path_key"]).text
            navigation.link("paths", "Others on this path", icon=":material/route:", show=show)


def _head(row: dict[str, Any]) -> str:
    badge = f":{_COLOURS.get(row['state'], 'gray')}-badge[{SIGNS[row['state']]} {row['state'].capitalize()}]"
    if not row["path"]:
        return f"{badge} No step of any path is done yet."
    version = f", version {row['version']}" if row["version"] else ", found in the data"
    done = f"{row['done']} of {words.count(row['steps'], 'step')} done"
    return f"**{words.plain(row['path'])}** {badge} {done} :gray[{version.removeprefix(', ')}]"


def _steps(times: pl.DataFrame, row: dict[str, Any], ticks: pl.DataFrame, today: date) -> None:
    """Every step with its sign: done and when, waited for and since when, left out, or still ahead."""
    own = ticks.filter(pl.col("path_id").eq_missing(row["path_id"]))
    ticked = dict(own.select("step", "done_on").iter_rows())
    with st.container(horizontal=True, gap="small"):
        for step in times.iter_rows(named=True):
            with st.container(border=True, width=_WIDTH, gap="xsmall"):
                st.markdown(f"**{_sign(step, row)} {words.plain(step['label'])}**")
                st.caption(_when(step, row, ticked.get(step["step"]), today))


def _sign(step: dict[str, Any], row: dict[str, Any]) -> str:
    signs = {"done": "✓", "current": SIGNS[row["state"]], "skipped": "–", "ahead": "○"}
    return signs[step["state"]]


def _when(step: dict[str, Any], row: dict[str, Any], ticked: date | None, today: date) -> str:
    if step["state"] == "done":
        # Who signed before usage is known: its days since signing are not.
        after = f", day {step['days']:,}" if row["watched"] else ""
        return f"{words.day(step['done_on'], today)}{after}"
    if ticked is not None:
        return f"ticked, {words.day(ticked, today)}; counts once accounts are placed anew"
    if step["state"] == "skipped":
        return "left out" if step["kind"] == "data" else "not ticked"
    if step["state"] == "current" and step["gap_days"] is not None:
        usual = f"; the successful needed {step['usual_days']:.0f}" if step["usual_days"] is not None else ""
        return f"{words.count(step['gap_days'], 'day')} on it{usual}"
    return "ahead" if step["usual_days"] is None else f"usually {step['usual_days']:.0f} days after"


def _strayed(row: dict[str, Any]) -> None:
    """What was left out, done the other way round, or done again and again, in words."""
    heads = {
        "skipped": "Left out",
        "swapped": "The other way round",
        "looped": "Done again and again without going on",
    }
    lines = [f"- {said}: {words.plain(', '.join(row[name]))}" for name, said in heads.items() if row[name]]
    if lines:
        st.markdown("\n".join(lines))


def _path(reader: Reader, path_id: int | None) -> HappyPath | None:
    if path_id is None:
        return None
    mine = read.in_force(reader).filter(pl.col("path_id") == path_id)
    return read.path_of(mine.row(0, named=True)) if mine.height else None


def _advice(reader: Reader, path: HappyPath, row: dict[str, Any]) -> None:
    """What to do about the next missing step, and what to send."""
    step = next((one for one in path.steps if one.key == row["next_step"]), None)
    if step is None:
        return
    if step.advice:
        st.markdown(f":material/lightbulb: **{words.plain(step.name)}:** {words.plain(step.advice)}")
    pieces = read_content.library(reader).filter(
        pl.col("content_id").is_in(list(step.content)) & pl.col("retired_at").is_null()
    )
    for piece in pieces.iter_rows(named=True):
        st.markdown(f":material/send: Send {read_content.piece_words(piece)}")


def _ticks(path: HappyPath, row: dict[str, Any], ticks: pl.DataFrame, deeds: PathDeeds, today: date) -> None:
    """Each step that a person ticks: tick it with its day, or take the tick back."""
    own = ticks.filter(pl.col("path_id").eq_missing(row["path_id"]))
    standing = {one["step"]: one for one in own.iter_rows(named=True)}
    for step in path.steps:
        if step.kind == "manual":
            _tick(step, standing.get(step.key), row, deeds, today)


def _tick(
    step: PathStep, tick: dict[str, Any] | None, row: dict[str, Any], deeds: PathDeeds, today: date
) -> None:
    name = words.plain(step.name)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if tick is not None:
            day = words.day(tick["done_on"], today)
            st.markdown(f"✓ **{name}**: {words.plain(tick['ticked_by'])}, {day}", width="content")
            st.button(
                "Undo",
                key=f"untick-{step.key}",
                type="tertiary",
                icon=":material/undo:",
                on_click=_undo,
                args=(tick["tick_id"], deeds),
            )
            return
        st.markdown(f"**{name}**: {words.plain(step.who)} ticks it", width="content")
        st.date_input(
            "Done on",
            value=today,
            max_value=today,
            key=f"{_DAY}-{step.key}",
            label_visibility="collapsed",
            width=130,
        )
        st.button(
            "Tick",
            key=f"tick-{step.key}",
            icon=":material/check:",
            help=f"{name} is done",
            on_click=_do,
            args=(row["path_id"], step.key, row["account_id"], deeds),
        )


def _do(path_id: int, step: str, account_id: str, deeds: PathDeeds) -> None:
    day = st.session_state[f"{_DAY}-{step}"]
    failures.attempt(lambda: deeds.tick(path_id, step, account_id, day), WHERE)


def _undo(tick_id: int, deeds: PathDeeds) -> None:
    failures.attempt(lambda: deeds.undo(tick_id), WHERE)
