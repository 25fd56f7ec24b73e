"""Record how one renewal went and why; change it, or take it back."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import streamlit as st

from actions import renewal_results
from components import failures, navigation, session, words
from components.queries import Reader
from models.renewal_results import LONGEST_NOTE, REASONS, RESULTS

_WHICH = "renewal"


def draw(reader: Reader, rows: pl.DataFrame, where: str) -> None:
    """One renewal of the list: what is known of it, and the form."""
    st.subheader("How did it go?", anchor=False)
    labels = {
        f"{row['name']} · {row['due_on']:%-d %b %Y} · {row['account_id']}": row for row in rows.to_dicts()
    }
    label = st.selectbox(
        "Renewal", list(labels), index=None, key=_WHICH, placeholder="Choose a renewal", width=420
    )
    if label is None or label not in labels:
        return
    row = labels[label]
    key = f"{row['account_id']}-{row['due_on']}-{row['version'] or 0}"
    with st.container(border=True, gap="small"):
        navigation.account_link(row["account_id"], row["name"])
        _known(row, reader)
        result = st.segmented_control(
            "Result",
            list(RESULTS),
            format_func=lambda name: RESULTS[name],
            key=f"result-{key}",
            default=row["result"],
        )
        if result is not None:
            _why(row, str(result), key, where)
        if row["result"]:
            st.button(
                "Take the record back",
                key=f"undo-{key}",
                type="tertiary",
                icon=":material/undo:",
                on_click=_undo,
                args=(row, where),
            )


def _known(row: dict[str, Any], reader: Reader) -> None:
    told = [f"{words.money(row['mrr'], row['currency'])} a month", words.near(row["due_on"], reader.as_of)]
    if row["told"]:
        told.append(f"the data tells it was {row['told']}")
    st.markdown(" · ".join(words.plain(part) for part in told))
    if row["said"]:
        st.caption(f"{words.plain(row['said'])} ({row['said_on']:%-d %b %Y})")
    if row["result"]:
        note = f": {words.plain(row['note'])}" if row["note"] else ""
        st.caption(
            f"Recorded as {row['result']}, {row['reason']}{note} by {words.plain(row['recorded_by'])} "
            f"on {row['recorded_at']:%-d %b %Y}."
        )


def _why(row: dict[str, Any], result: str, key: str, where: str) -> None:
    reasons = list(REASONS[result])
    same = row["reason"] if row["reason"] in reasons else None
    st.pills("Why?", reasons, key=f"reason-{key}-{result}", default=same, format_func=str.capitalize)
    st.text_input(
        "In a few words",
        value=row["note"] or "",
        key=f"note-{key}",
        max_chars=LONGEST_NOTE,
        persist_state="session",
    )
    st.button("Save", key=f"save-{key}", type="primary", on_click=_save, args=(row, result, key, where))


def _save(row: dict[str, Any], result: str, key: str, where: str) -> None:
    reader, now = session.reader(), session.now_utc()
    reason = str(st.session_state.get(f"reason-{key}-{result}") or "")
    note = str(st.session_state.get(f"note-{key}") or "")
    due_on: date = row["due_on"]
    if row["result_id"] is None:
        failures.attempt(
            lambda: renewal_results.record(
                reader.store, reader.viewer, now, row["account_id"], due_on, result, reason, note
            ),
            where,
        )
        return
    failures.attempt_at(
        row["version"],
        lambda version: renewal_results.change(
            reader.store, reader.viewer, now, row["result_id"], version, result, reason, note
        ),
        where,
    )


def _undo(row: dict[str, Any], where: str) -> None:
    reader, now = session.reader(), session.now_utc()
    failures.attempt(
        lambda: renewal_results.undo(reader.store, reader.viewer, now, row["result_id"], row["version"]),
        where,
    )
