"""Handing files in, and watching long work."""

from __future__ import annotations

import streamlit as st

from components.jobs import Job
from models.shares import percent

ENDINGS = ("csv", "tsv", "txt", "gz", "parquet", "json", "jsonl", "ndjson", "xlsx")

STAGES = {"refresh": "Scoring", "starting": "Starting"}


def files(key: str) -> None:
    """Choose files; they lie in the session under `key`."""
    st.file_uploader(
        "Your files",
        type=list(ENDINGS),
        accept_multiple_files=True,
        key=key,
        help="CSV with any separator and encoding, also gzipped; Parquet; JSON lines; Excel.",
    )


def mapping_file(key: str) -> None:
    """A mapping somebody has already; it lies in the session under `key`."""
    st.file_uploader("Your mapping, if you have one", type=["toml"], key=key)


def progress(job: Job) -> None:
    """A bar with what is being done and how long it will take."""
    stage = STAGES.get(job.stage, job.stage.replace("_", " ").capitalize())
    st.progress(job.share or 0.0, text=f"{stage}: {far(job)}")
    st.caption("You can leave this page; the work goes on, and its result will stand here.")


def far(job: Job) -> str:
    """How far, in words."""
    if job.share is None:
        return f"{job.done:,} rows so far" if job.done else "under way"
    left = job.seconds_left
    return percent(job.share) + ("" if left is None else f", {wait(left)} left")


def wait(seconds: float) -> str:
    """A stretch of time to wait, rounded as a person would.

    >>> wait(3), wait(75), wait(4000)
    ('a few seconds', 'about 1 minute', 'about 67 minutes')
    """
    if seconds < 10:
        return "a few seconds"
    if seconds < 60:
        return f"about {round(seconds / 10) * 10} seconds"
    minutes = round(seconds / 60)
    return f"about {minutes} minute{'' if minutes == 1 else 's'}"
