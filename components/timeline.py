"""One account's timeline on the screen: a line an event, a paragraph a month."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import streamlit as st

from components import empty, words
from components.failures import guarded

_SHOWN = 40
_ICONS = {
    "survey": "rate_review",
    "ticket": "confirmation_number",
    "call": "call",
    "email": "mail",
    "meeting": "groups",
    "chat": "chat",
    "handoff": "swap_horiz",
    "community": "forum",
    "social": "public",
    "subscription": "payments",
    "courtesy call": "stethoscope",
    "exception": "error",
    "pulse": "favorite",
    "champion": "person_off",
    "release": "new_releases",
    "content": "outgoing_mail",
}


@st.fragment
@guarded
def timeline_list(events: pl.DataFrame, names: dict[str, str], today: date) -> None:
    """The events (`models.timeline.TIMELINE`), filtered by channel; `names` holds contacts by id."""
    if events.is_empty():
        empty.nothing(
            "Nothing has happened here yet.",
            "Surveys, tickets, calls, emails, meetings, handoffs, community posts and subscriptions "
            "that you import show here, and every call you log and every piece you send.",
        )
        return
    of_channel = dict(events.group_by("channel").len().sort("len", descending=True).iter_rows())
    chosen = st.pills(
        "Channels",
        list(of_channel),
        selection_mode="multi",
        format_func=lambda name: f"{name.capitalize()} ({of_channel.get(name, 0):,})",
        key="timeline_channels",
        label_visibility="collapsed",
    )
    kept = events.filter(pl.col("channel").is_in(chosen)) if chosen else events
    pages = max(1, -(-kept.height // _SHOWN))
    page = st.pagination(pages, key="timeline_page") if pages > 1 else 1
    shown = kept.slice((min(page, pages) - 1) * _SHOWN, _SHOWN)
    text: list[str] = []
    for _, month in shown.group_by(pl.col("at").dt.truncate("1mo"), maintain_order=True):
        text += [f"**{month['at'][0]:%B %Y}**", ""]
        text += [_line(row, names, today) for row in month.iter_rows(named=True)]
        text.append("")
    st.markdown("\n".join(text))


def _line(row: dict[str, Any], names: dict[str, str], today: date) -> str:
    icon = f":material/{_ICONS.get(row['channel'], 'circle')}:"
    who = names.get(row["contact_id"] or "", "")
    said = [words.plain(part) for part in (who, row["detail"]) if part]
    tail = f" :gray[· {' · '.join(said)}]" if said else ""
    return f"- {icon} {words.day(row['at'].date(), today)} · {words.plain(row['title'])}{tail}"
