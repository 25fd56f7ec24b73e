"""Choose by which day after signing a customer should have had first value."""

from __future__ import annotations

import polars as pl
import streamlit as st

from components import navigation, words
from components.queries import Reader
from components.queries import paths as read

MOST_DAYS = 3650


def draw(reader: Reader, version: int, body: dict[str, object]) -> int | None:
    """The target in days; None where it is to be learned from the successful."""
    st.subheader("By when should a customer get first value?", anchor=False)
    st.caption(
        "Who is still a customer, has not got what they came for, and is past this day after signing, is "
        "late: Happy paths lists them and draws the target. No score changes by it."
    )
    key = f"first-value-{version}"
    # A field that begins with a value of its own can't be emptied again.
    st.session_state.setdefault(key, body.get("first_value_days"))
    given = st.number_input(
        "Days from signing to first value",
        min_value=1,
        max_value=MOST_DAYS,
        value=None,
        key=key,
        width=240,
        placeholder="Learned",
        help="Left empty, it is the day by which 85 % of the successful who got there had it.",
    )
    st.caption(_said(reader, int(given) if given else None))
    navigation.link("paths", "First value on Happy paths", icon=":material/flag:")
    return int(given) if given else None


def _said(reader: Reader, days: int | None) -> str:
    """What the newest snapshot stands on, and what this number makes of the accounts in it."""
    rows = read.first_value(reader)
    target, came_from = read.first_value_target(reader)
    learned = f"Left empty, it is learned: day {target} now." if came_from == "successful" else ""
    if days is None:
        return learned or "Left empty, it is learned from the successful at the next refresh."
    waiting = rows.filter(pl.col("live") & pl.col("reached_on").is_null())
    late = waiting.filter(pl.col("days") > days).height
    told = (
        f"With day {days:,}, {late:,} of {words.count(waiting.height, 'account')} in this book without first "
        f"value are late as of {reader.as_of:%-d %b %Y}."
    )
    return f"{told} {learned}".strip()
