"""An account's scores, and exactly what each stands on."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import streamlit as st

from components import words
from models.reference import BASELINE
from models.shares import percent

_PARTS = {
    "frequency": "Frequency: how often",
    "effectiveness": "Effectiveness: value events reached",
    "breadth": "Breadth: share of the suite touched",
}
_AGAINST = {
    "own": ", against their own early days",
    "both": ", against their own early days and others of that age",
    "level": ", against others of that age",
}
_SCOPES = {
    "segment": "of the same segment that renewed in the past year",
    "all": "of any segment that renewed in the past year",
    "book": "of the live book, because too few have renewed",
}


def behaviour(row: dict[str, Any], today: date) -> None:
    """The behaviour score: its parts, which sum to it, and whom it compares with."""
    st.markdown(f"**Behaviour {words.whole(row['behaviour'])}** of 100")
    if row["behaviour"] is None:
        st.caption(words.plain(row["behaviour_note"] or "It can't be told yet."))
        return
    lines = ["| Part | Beats | Weight | Points |", "| --- | ---: | ---: | ---: |"]
    lines += [
        f"| {said}{_against(row) if part == 'frequency' else ''} | {words.whole(row[part])} % "
        f"| {percent(row[f'{part}_weight'])} | {_points(row[f'{part}_points'])} |"
        for part, said in _PARTS.items()
    ]
    lines.append(f"| **Sum** | | | **{row['behaviour']:.1f}** |")
    st.markdown("\n".join(lines))
    scope = _SCOPES.get(row["reference_scope"] or "", "")
    st.caption(
        f"Beats: the share it equals or beats of {words.count(row['reference_n'] or 0, 'account')} {scope}. "
        f"50 is their median. Last active {words.ago(row['last_active_on'], today)}; "
        f"{row['active_days_28'] or 0} active days in the last 28, "
        f"{row['active_days_prev_28'] or 0} in the 28 before."
    )


def _against(row: dict[str, Any]) -> str:
    """What frequency is measured by; an account under 90 days of age has no early days to compare with."""
    young = row["age"] is not None and row["age"] <= BASELINE
    return _AGAINST["level" if young else row["frequency_of"] or "own"]


def emotion(row: dict[str, Any], today: date) -> None:
    """The emotion score with its interval, or that nobody has told us."""
    if row["emotion"] is None:
        never = "Nobody was ever asked." if row["mood"] == "never asked" else "Nobody has ever answered."
        st.markdown("**Emotion: not known**")
        st.caption(f"{never} A survey answer fills this.")
        return
    silent = " Silent: no answer in a year." if row["mood"] == "silent" else ""
    st.markdown(f"**Emotion {words.whole(row['emotion'])}** of 100")
    st.caption(
        f"95 % interval {words.whole(row['emotion_low'])} to {words.whole(row['emotion_high'])}, from "
        f"{words.count(row['answers'] or 0, 'answer')}, the last {words.ago(row['last_answer_on'], today)}."
        f"{silent}"
    )


def reach(row: dict[str, Any]) -> None:
    """Whom the account's people are heard by, and whether they speak up for us; in no other score."""
    if row["reach"] is None:
        st.markdown("**Reach: not known**")
        st.caption("Followers of contacts, community posts or referrals fill this.")
        return
    st.markdown(f"**Reach {words.whole(row['reach'])}** of 100")
    known, made = row["followers"] is not None, row["referrals_made"] or 0
    heard = f"{words.count(row['followers'], 'follower')} of its people" if known else "Followers not known"
    posts = words.count(row["posts_365"] or 0, "post")
    won = f", {row['referrals_won'] or 0:,} of them won" if made else ""
    st.caption(
        f"{heard}, {posts} in the community in a year, "
        f"{words.count(made, 'referral')} made{won}. Compared with the whole book; 0 where there is nothing."
    )


def risk(row: dict[str, Any]) -> None:
    """The risk points, term by term; they sum to the score."""
    st.markdown(f"**Risk {words.whole(row['risk'])}** of 100")
    parts = json.loads(row["risk_parts"] or "[]")
    if not parts:
        st.caption("Nothing speaks for a risk.")
        return
    telling = [part for part in parts if round(part["points"], 1) > 0]
    lines = ["| Why | Points |", "| --- | ---: |"]
    lines += [f"| {words.plain(part['sentence'])} | {part['points']:.1f} |" for part in telling]
    st.markdown("\n".join(lines))
    if len(telling) < len(parts):
        quiet = len(parts) - len(telling)
        st.caption("1 other sign adds nothing." if quiet == 1 else f"{quiet} other signs add nothing.")


def _points(points: float | None) -> str:
    return "–" if points is None else f"{points:.1f}"
