"""The form of a rule of one's own: what to look at, for whom, and what to do then."""

from __future__ import annotations

from typing import Any

import polars as pl
import streamlit as st

from components.queries import Reader, csms, scores
from components.queries import rules as queries_rules
from models.own_rules import COMPARISONS, LONGEST_NAME, SEVERITIES, Rule

NEW = Rule("", "active_days_28", "below", 3.0, "")


def fields(reader: Reader, rule: Rule, key: str) -> Rule:
    """Draw the form filled with `rule`; returns what stands in it now."""
    measures = {rule.measure: rule.measure, **queries_rules.measures(reader)}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.text_input(
            "Name", rule.name, key=f"name-{key}", max_chars=LONGEST_NAME, width=260, persist_state="session"
        )
        measure = st.selectbox(
            "What to look at",
            list(measures),
            index=list(measures).index(rule.measure),
            format_func=lambda code: measures[code].capitalize(),
            key=f"measure-{key}",
            width=340,
        )
        comparison = st.selectbox(
            "Is", COMPARISONS, index=COMPARISONS.index(rule.comparison), key=f"is-{key}", width=120
        )
        threshold = st.number_input("Threshold", value=float(rule.threshold), key=f"at-{key}", width=140)
    told = _whom(reader, rule, key)
    do = st.text_input(
        "What to do then", rule.prescription, key=f"do-{key}", max_chars=300, persist_state="session"
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        severity = st.segmented_control(
            "How serious", list(SEVERITIES), default=rule.severity, key=f"severity-{key}", required=True
        )
        within = st.number_input(
            "Days to act within", 1, 365, rule.within_days, key=f"within-{key}", width=160
        )
    return Rule(
        name.strip(),
        str(measure),
        str(comparison),
        float(threshold),
        do.strip(),
        severity=str(severity),
        within_days=int(within),
        **told,
    )


def _whom(reader: Reader, rule: Rule, key: str) -> dict[str, Any]:
    """The filters: segment, plan, CSM, tenure."""
    book = scores(reader)
    named = dict(csms(reader).select("csm_id", "name").iter_rows())
    lists = (("segments", "Segment", "segment"), ("plans", "Plan", "plan"), ("csms", "CSM", "csm_id"))
    told: dict[str, Any] = {}
    with st.expander("Only for some accounts", icon=":material/filter_list:"):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            for field, label, column in lists:
                chosen = getattr(rule, field)
                options = sorted({*_known(book, column), *chosen})
                told[field] = tuple(
                    st.multiselect(
                        label,
                        options,
                        default=list(chosen),
                        format_func=lambda code: named.get(code, code),
                        key=f"{field}-{key}",
                        placeholder="Any",
                        width=230,
                    )
                )
        with st.container(horizontal=True, vertical_alignment="bottom"):
            for field, label in (("tenure_from", "Signed at least"), ("tenure_to", "Signed at most")):
                days = st.number_input(
                    f"{label} so many days ago",
                    0,
                    20_000,
                    getattr(rule, field),
                    key=f"{field}-{key}",
                    width=240,
                )
                told[field] = None if days is None else int(days)
    return told


def _known(book: pl.DataFrame, column: str) -> list[str]:
    return book[column].drop_nulls().unique().to_list()
