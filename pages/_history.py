"""Scoring the past 12 months, week by week, in the background."""

from __future__ import annotations

import streamlit as st

from actions.refresh import RefreshReport, refresh_weeks, weeks_missing
from components import failures, jobs, session, words
from components.jobs import Job, Tell
from components.queries import Reader
from pages import _import

WHERE = "history"
WEEKS = 52


def draw(reader: Reader) -> None:
    """How much of the past 12 months is scored, the button that scores the rest, or how far it is."""
    name = _import.name(reader, WHERE)
    job = jobs.current(name)
    if job is not None and not job.ended:
        _import.watch(reader, WHERE)
        return
    failures.tell(WHERE)
    ended = jobs.news(name)
    if ended is not None:
        _ended(ended)
        jobs.dismissal(name, ended)
    if reader.snapshot is None:
        return
    missing = len(weeks_missing(reader.store, session.now_utc(), WEEKS))
    if not missing:
        st.caption(f"Each of the past {WEEKS} weeks is scored with the settings of today.")
        return
    seconds = missing * sum(reader.snapshot.stages.values())
    st.markdown(
        f"**{WEEKS - missing} of the past {WEEKS} weeks are scored with the settings of today.** The others "
        f"can be scored now, each from what was known that day. It takes about "
        f"{words.count(max(round(seconds / 60), 1), 'minute')}, can be left alone, and goes on where it was "
        "if the server stops. Older snapshots stay as they are."
    )
    st.button(
        "Recompute the past 12 months",
        key="recompute",
        icon=":material/history:",
        on_click=_start,
    )


def _start() -> None:
    reader, now = session.reader(), session.now_utc()

    def work(tell: Tell) -> list[RefreshReport]:
        return refresh_weeks(reader.store, reader.viewer, now, WEEKS, progress=tell)

    if failures.attempt(reader.viewer.may_write, WHERE):
        jobs.start(_import.name(reader, WHERE), work)


def _ended(job: Job) -> None:
    if job.failure:
        st.error(
            f"{job.failure} The weeks scored so far stay; start again to go on.", icon=":material/error:"
        )
    else:
        st.success(
            f"{words.count(len(job.result), 'week')} scored.",
            title="The past is there.",
            icon=":material/check:",
        )
