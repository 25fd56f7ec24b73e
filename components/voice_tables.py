"""The tables of the Voice page: figures by group, the newest comments, and who does not answer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import polars as pl
import streamlit as st

from components import empty, navigation, tables, voice_words, words
from models.answers import TENURES, UNKNOWN
from models.surveys import KINDS, Window

_COMMENTS = 8
_RIGHT = {
    name: st.column_config.TextColumn(alignment="right")
    for name in (*KINDS.values(), "95 %", "Before", "Answered", "95 % answered")
}
_TOP = {"nps": 10, "csat": 5, "ces": 7}


def groups(figures: pl.DataFrame, kind: str, label: str, spans: tuple[Window, Window]) -> None:
    """One row a group: n, figure, interval, what became of it, and who answered.

    `figures` has the rows of `surveys.VOICE` of one kind and split in both periods.
    """
    then, now = spans
    rows = in_order(figures.filter(pl.col("last") == now.last))
    if rows.is_empty():
        empty.nothing("No answers in this period.", "Choose a longer period, or another survey.")
        return
    earlier = {row["group"]: row for row in figures.filter(pl.col("last") == then.last).to_dicts()}
    shown = [_group(row, earlier.get(row["group"]), kind, label) for row in rows.to_dicts()]
    tables.plain_table(
        pl.DataFrame(shown, infer_schema_length=None), f"{KINDS[kind]} by {label.lower()}", _RIGHT
    )
    few = rows.filter(pl.col("value").is_null()).height
    compared = rows.filter(pl.col("verdict").is_in(["changed", "no detectable change"])).height
    told = f"The {voice_words.span(now)} against the {voice_words.span(then)}."
    if compared > 1:
        told += f" Verdicts are held to 5 % for all {compared} comparisons together."
    if few:
        told += f" {words.count(few, 'group has', 'groups have')} {voice_words.FEW}."
    st.caption(told)


def comments(told: pl.DataFrame, names: dict[str, str], as_of: date) -> None:
    """The newest comments, each with its answer and account; `told` has the columns of `ANSWERS`."""
    st.markdown("**Newest comments**")
    written = told.filter(pl.col("comment").fill_null("").str.strip_chars() != "")
    if written.is_empty():
        empty.nothing("Nobody wrote a comment in this period.", "Map the column comment of your answers.")
        return
    pages = max(1, -(-written.height // _COMMENTS))
    page = min(st.session_state.get("comments_page", 1), pages)
    places = st.columns(2, gap="small")
    for number, row in enumerate(written.slice((page - 1) * _COMMENTS, _COMMENTS).iter_rows(named=True)):
        with places[number % 2]:
            _comment(row, names.get(row["account_id"], row["account_id"]), as_of)
    if pages > 1:
        st.pagination(pages, key="comments_page")
    st.caption(f"{words.count(written.height, 'comment')} of {words.count(told.height, 'answer')}.")


def who_is_silent(
    found: pl.DataFrame,
    waiting: set[str],
    as_of: date,
    add: Callable[..., Any],
    key: str,
) -> None:
    """The accounts that do not answer; those ticked can go on the call list.

    `found` has the columns of `answers.UNANSWERING` and of the scores; `waiting` are on the list already.
    """
    rows = found.head(tables.MOST_ROWS)
    shown = pl.DataFrame([_silent(row, waiting, as_of) for row in rows.to_dicts()], infer_schema_length=None)
    chosen: Any = st.dataframe(
        shown,
        key=key,
        on_select="rerun",
        selection_mode="multi-row",
        hide_index=True,
        height=min(33 * (rows.height + 1) + 3, 420),
        placeholder="–",
        column_config={
            **{name: st.column_config.TextColumn(alignment="right") for name in ("Behaviour", "Risk", "MRR")},
            "Account": st.column_config.ButtonColumn(
                type="tertiary",
                alignment="left",
                width=240,
                key="silent_opened",
                on_click=_open,
                args=(rows["account_id"].to_list(),),
            ),
        },
        alt="Accounts that do not answer, the riskiest first",
    )
    ticked = rows[[row for row in chosen.selection.rows if row < rows.height]]
    fresh = ticked.filter(~pl.col("account_id").is_in(list(waiting)))
    label = f"Add {words.count(fresh.height, 'account')} to call list" if fresh.height else "Add to call list"
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            label,
            key="silent_add",
            type="primary",
            icon=":material/add_call:",
            disabled=fresh.is_empty(),
            on_click=add,
            args=(fresh["account_id"].to_list(),),
        )
        if fresh.is_empty():
            st.caption("Tick the accounts to call.", width="content")


def in_order(rows: pl.DataFrame) -> pl.DataFrame:
    """Tenures from short to long, numbers by size, everything else by name; what is not known last."""
    group = pl.col("group")
    tenure = group.replace_strict({name: at for at, name in enumerate(TENURES)}, default=None)
    number = pl.coalesce(tenure.cast(pl.Float64), group.cast(pl.Float64, strict=False))
    return rows.sort(group == UNKNOWN, number, group, nulls_last=True)


def _group(row: dict[str, Any], before: dict[str, Any] | None, kind: str, label: str) -> dict[str, Any]:
    earlier = before["value"] if before else None
    return {
        label: row["group"],
        "n": row["n"],
        KINDS[kind]: voice_words.figure(row["value"], kind),
        "95 %": voice_words.bounds(row, kind) or None,
        "Verdict": row["verdict"],
        "Before": voice_words.figure(earlier, kind) if earlier is not None else None,
        "n before": before["n"] if before else 0,
        "Answered": None if row["rate"] is None else f"{100 * row['rate']:.0f} % of {row['invited']:,}",
        "95 % answered": None
        if row["rate"] is None
        else f"{100 * row['rate_low']:.0f} to {100 * row['rate_high']:.0f} %",
    }


def _comment(row: dict[str, Any], name: str, as_of: date) -> None:
    with st.container(border=True, gap="xsmall"):
        st.markdown(words.plain(row["comment"]))
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            navigation.account_link(row["account_id"], name)
            kind = row["kind"]
            score = "no score" if row["score"] is None else f"{row['score']:.0f} of {_TOP[kind]}"
            st.caption(f"{KINDS[kind]} {score} · {words.day(row['day'], as_of)}", width="content")


def _silent(row: dict[str, Any], waiting: set[str], as_of: date) -> dict[str, Any]:
    return {
        "Account": row["name"],
        "Asked": row["times"],
        "Last answer": words.ago(row["last_answer_on"], as_of),
        "Behaviour": words.whole(row["behaviour"]),
        "Risk": words.whole(row["risk"]),
        "MRR": words.money(row["mrr"], row["currency"]),
        "Call list": "on it" if row["account_id"] in waiting else None,
    }


def _open(ids: list[str]) -> None:
    clicked = st.session_state["silent_opened"]
    page = navigation.entry("account").page(_nothing)
    st.switch_page(page, query_params={"account": ids[clicked["row"]]})


def _nothing() -> None:
    """Stands in for a page's `render` where only its address is wanted."""
