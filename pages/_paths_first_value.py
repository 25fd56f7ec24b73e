"""Time to first value: how soon customers get what they came for, by cohort, and who is late."""

from __future__ import annotations

from functools import partial
from typing import Any

import polars as pl
import streamlit as st

from components import charts_first_value as charts
from components import empty, tables, words
from components.downloads import downloads
from components.navigation import entry
from components.queries import Reader
from components.queries import paths as read
from models.first_value import ALL, TRIAL
from pages import _files

_MOST_COHORTS = 4
_OPENED = "opened_late_row"


def first_value(reader: Reader) -> None:
    """The curve with its target, the sentence, and the accounts that are late."""
    st.subheader("First value", anchor=False)
    rows, curves = read.first_value(reader), read.first_value_curves(reader)
    if rows.is_empty() or curves.is_empty():
        empty.nothing(
            "Time to first value can't be told yet.",
            "It needs accounts that signed since usage is recorded, and value events: import features with "
            "is_value, or refresh so that they are learned.",
            ":material/flag:",
        )
        return
    target = rows["target_days"].max()
    days = int(target) if isinstance(target, int) else None
    st.markdown(_sentence(rows, curves, days))
    shown = _choose(curves)
    st.plotly_chart(
        charts.reached(curves, shown, days),
        config=charts.CONFIG,
        alt=charts.reached_alt(curves, shown, days),
        key=f"first-value-{reader.stamps.snapshot}-{'-'.join(shown)}",
    )
    st.caption(
        "Accounts that signed since usage is recorded, of the whole company. Who left without it, or is not "
        f"there yet, counts until that day (Kaplan-Meier). Band: 95 % interval of {charts.called(shown[0])}."
    )
    _late(reader, rows)


def _sentence(rows: pl.DataFrame, curves: pl.DataFrame, target: int | None) -> str:
    parts = [_half(curves, ALL, "Half of all customers get it")]
    if (curves["of"] == TRIAL).any():
        parts.append(_half(curves, TRIAL, "Half of the trials get it"))
    waiting = rows.filter(pl.col("live") & pl.col("reached_on").is_null())
    late = rows.filter("late")
    if target:
        parts.append(
            f"The target is day {target}. **{words.count(late.height, 'account is', 'accounts are')} late**, "
            f"of {waiting.height:,} in this book that are not there yet."
        )
    else:
        parts.append(
            f"{words.count(waiting.height, 'account')} in this book are not there yet; no target is set."
        )
    return " ".join(parts)


def _half(curves: pl.DataFrame, of: str, said: str) -> str:
    row = curves.filter(pl.col("of") == of).row(0, named=True)
    n = f"{row['reached']:,} of {row['accounts']:,} got there"
    if row["median_days"] is None:
        return f"{said.replace('Half', 'Under half')} at all ({n})."
    low, high = (words.whole(row[name]) for name in ("median_low", "median_high"))
    return f"**{said} by day {row['median_days']:.0f}** [{low}–{high}] after signing ({n})."


def _choose(curves: pl.DataFrame) -> list[str]:
    groups = curves["of"].unique().to_list()
    cohorts = sorted((of for of in groups if of not in (ALL, TRIAL)), reverse=True)
    offered = [of for of in (ALL, TRIAL) if of in groups] + cohorts
    picked = st.multiselect(
        "Compare",
        offered,
        default=[ALL, *cohorts[1:2]] if ALL in groups else offered[:1],
        format_func=charts.called,
        key="first_value_of",
        bind="query-params",
        max_selections=_MOST_COHORTS + 1,
    )
    return list(picked) or offered[:1]


def _late(reader: Reader, rows: pl.DataFrame) -> None:
    late = rows.filter("late").sort("days", descending=True)
    if late.is_empty():
        return
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.markdown(f"**Late for first value** ({late.height:,})", width="content")
        downloads(f"first-value-late-{reader.as_of}", late.height, _files.tables(reader, "first value", late))
    page = tables.pager(late.height, f"late-{reader.stamps.snapshot}-{reader.viewer.scope}")
    part = late.slice((page - 1) * tables.PAGE_ROWS, tables.PAGE_ROWS)
    told = {name: one for name, one in _COLUMNS.items() if name != "trial" or rows["trial"].any()}
    tables.plain_table(
        part.select(pl.col("name").fill_null(pl.col("account_id")), *told),
        "Accounts that are late for first value, the longest first",
        {**_name(part["account_id"].to_list()), **told},
        key=f"late-{reader.stamps.snapshot}-{page}",
    )


def _name(ids: list[str]) -> dict[str, Any]:
    button = partial(st.column_config.ButtonColumn, type="tertiary", alignment="left", pinned=True, width=200)
    return {"name": button("Name", key=_OPENED, on_click=_open, args=(ids,))}


_COLUMNS: dict[str, Any] = {
    "days": st.column_config.NumberColumn("Days since signing", format="localized"),
    "target_days": st.column_config.NumberColumn("Target"),
    "signed_on": st.column_config.DateColumn("Signed", format="D MMM YYYY"),
    "cohort": st.column_config.TextColumn("Cohort"),
    "segment": st.column_config.TextColumn("Segment"),
    "trial": st.column_config.CheckboxColumn("Trial"),
}


def _open(ids: list[str]) -> None:
    clicked = st.session_state[_OPENED]
    page = entry("account").page(_nothing)
    st.switch_page(page, query_params={"account": ids[clicked["row"]]})


def _nothing() -> None:
    """Stands in for a page's `render` where only its address is wanted."""
