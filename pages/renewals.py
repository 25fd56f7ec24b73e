"""Renewals: who renews when, and how did it go?"""

from __future__ import annotations

from functools import partial
from typing import Any

import polars as pl
import streamlit as st

from components import empty, failures, filters, session, tables, words
from components.downloads import downloads
from components.queries import Reader, csms
from components.queries import renewals as queries_renewals
from models.book_view import HIGH_RISK, choices
from models.renewal_list import disagree, due_now
from pages import _files, _renewal_record

WHERE = "renewals"
_WITHIN, _PREFIX = "due", "n_"
AHEAD = {"30 days": 30, "90 days": 90, "180 days": 180, "A year": 365}
PAST = "Came due"
RECORDED = "Recorded"


def render() -> None:
    """The list by due day with risk, MRR, contact, path and words; results recorded beside it."""
    st.title("Renewals", anchor=False)
    _page()


@st.fragment
@failures.guarded
def _page() -> None:
    reader = failures.current(session.reader(), WHERE)
    if not empty.ready(reader):
        return
    every = _named(reader, queries_renewals.listing(reader))
    if every.is_empty():
        empty.nothing(
            "No renewal is known.",
            "Import accounts with renewal_on, or subscriptions with ends_on, on the Data page.",
        )
        return
    first = st.container()
    chosen = filters.scope(_PREFIX, {name: choices(every, name) for name in ("segment", "csm")})
    rows = every.filter(*(pl.col(name).is_in(list(values)) for name, values in chosen.items()))
    with first:
        _sentence(reader, rows)
    failures.tell(WHERE)
    wanted = str(
        st.segmented_control(
            "Due within",
            [*AHEAD, PAST, RECORDED],
            key=_WITHIN,
            bind="query-params",
            default="90 days",
            required=True,
        )
    )
    shown = _wanted(rows, wanted)
    if shown.is_empty():
        empty.nothing(*_NOTHING.get(wanted, ("Nothing is due in this time.", "Look further ahead.")))
        return
    _table(reader, shown, wanted)
    _renewal_record.draw(reader, shown, WHERE)


_NOTHING = {
    PAST: ("Every renewal that came due is recorded.", "What comes due next shows here on its day."),
    RECORDED: ("Nobody recorded a result yet.", "Choose a renewal in another list and record how it went."),
}


def _named(reader: Reader, rows: pl.DataFrame) -> pl.DataFrame:
    names = csms(reader).select("csm_id", csm="name")
    joined = rows.join(names, on="csm_id", how="left", maintain_order="left")
    return joined.with_columns(csm=pl.coalesce("csm", "csm_id", pl.lit("Nobody")))


def _sentence(reader: Reader, rows: pl.DataFrame) -> None:
    near = rows.filter(pl.col("days").is_between(0, 90) & pl.col("result").is_null())
    risky = near.filter(pl.col("risk") >= HIGH_RISK)
    st.markdown(
        f"**{words.count(near.height, 'renewal')} in the next 90 days, {words.sums(near)} a month.** "
        f"{risky.height:,} of them at risk of {HIGH_RISK:.0f} or more: {words.sums(risky)}."
    )
    waiting, odd = due_now(rows).height, disagree(rows).height
    told = f"As of {reader.as_of:%-d %b %Y}. {words.count(waiting, 'renewal')} came due without a record."
    if odd:
        told += f" {odd:,} went otherwise than recorded, as the data tells."
    st.caption(told)


def _wanted(rows: pl.DataFrame, wanted: str) -> pl.DataFrame:
    if wanted == PAST:
        return due_now(rows).sort("due_on", descending=True)
    if wanted == RECORDED:
        return rows.filter(pl.col("result").is_not_null()).sort("recorded_at", descending=True)
    return rows.filter(pl.col("days").is_between(0, AHEAD[wanted]))


def _table(reader: Reader, rows: pl.DataFrame, wanted: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{words.count(rows.height, 'renewal')}, {words.sums(rows)} a month**")
        name = f"renewals-{wanted.lower().replace(' ', '-')}"
        whole = rows.drop("result_id", "version")
        downloads(name, rows.height, _files.tables(reader, "renewals", whole, _files.EVERY))
    path = rows["path"].null_count() < rows.height
    shown = rows.head(tables.MOST_ROWS).select(
        "name",
        "due_on",
        "days",
        "mrr",
        "currency",
        "risk",
        words.sentence_case("quadrant"),
        *(("path", "path_step", "path_state") if path else ()),
        "last_contact_on",
        "said",
        "said_on",
        "told",
        "result",
        "reason",
        "csm",
    )
    tables.plain_table(shown, "Renewals by due day", _COLUMNS, key=f"table-{name}")
    if rows.height > tables.MOST_ROWS:
        st.caption(f"The first {tables.MOST_ROWS} of {rows.height:,}; the export has all.")
    if not path:
        st.caption("No happy path is adopted yet, so nobody stands on a step.")


_DAY = partial(st.column_config.DateColumn, format="D MMM YYYY")
_COLUMNS: dict[str, Any] = {
    "name": st.column_config.TextColumn("Account", pinned=True),
    "due_on": _DAY("Due"),
    "days": st.column_config.NumberColumn("In days"),
    "mrr": st.column_config.NumberColumn("MRR", format="%,.0f"),
    "currency": "Currency",
    "risk": st.column_config.ProgressColumn(
        "Risk", format="%.0f", min_value=0, max_value=100, color="gray", width=90
    ),
    "quadrant": "Quadrant",
    "path": "Path",
    "path_step": "Step",
    "path_state": "On the path",
    "last_contact_on": _DAY("Last contact"),
    "said": st.column_config.TextColumn("What they said last", width=260),
    "said_on": _DAY("Said on"),
    "told": st.column_config.TextColumn("The data tells", help="Settled 31 days after the due day"),
    "result": "Recorded",
    "reason": "Why",
    "csm": "CSM",
}
