"""Retention by month: the lines, the bridge to the cent, and the accounts behind any figure."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any

import polars as pl
import streamlit as st

from components import charts_retention as charts
from components import empty, tables, words
from components.queries import Reader
from components.queries import retained as queries_retained
from components.queries import retention as queries_retention
from components.queries.retained import Retained
from components.queries.retention import Chosen
from models.retention_rows import ENDS, FIGURES, LOGO, MOVES, RENEWAL_GRR, RENEWAL_NRR, WON, value_of
from models.shares import percent
from pages._retention_opened import amount, opened

_FIGURE, _MONTH = "figure", "month"


def ask(figure: str, day: date) -> None:
    """Open this figure of this day. For callbacks only."""
    st.session_state[_FIGURE] = charts.NAMES[figure]
    st.session_state[_MONTH] = _month(day)


def draw(reader: Reader, chosen: Chosen, found: Retained, currency: str, into: str) -> None:
    """Two charts, the bridge as a table, and the rows."""
    snapshot = reader.snapshot.snapshot_id if reader.snapshot else 0
    drawn = queries_retained.drawn(reader, chosen, currency, into)
    left, right = st.columns(2, gap="medium")
    with left:
        st.markdown("**Kept, of a year before, by month**")
        _chart(drawn.rates, drawn.rates_alt, f"rates-{snapshot}")
    with right:
        st.markdown(f"**What moved the MRR in {currency or 'the one currency'}, by month**")
        _chart(drawn.moves, drawn.moves_alt, f"moves-{snapshot}")
    st.caption("Click a point or a bar to open the accounts that make it.")
    _bridge(drawn.bridge, currency, snapshot)
    _rows(reader, chosen, found, currency, into)


def _chart(figure: charts.Figure, alt: str, key: str) -> None:
    st.plotly_chart(
        figure,
        key=key,
        on_select=partial(_pick, key),
        selection_mode="points",
        config=charts.CONFIG,
        alt=alt,
    )


def _pick(key: str) -> None:
    found = charts.picked(st.session_state[key]["selection"]["points"])
    if found:
        ask(*found)


def _month(day: date) -> str:
    return f"{day:%b %Y}"


def _bridge(shown: pl.DataFrame, currency: str, snapshot: int) -> None:
    if shown.is_empty():
        return
    days = shown["until"].to_list()

    def opens(row: int, column: str) -> None:
        if column in charts.NAMES:
            ask(column, days[row])

    with st.expander(f"The bridge in {currency or 'the one currency'}, to the cent", icon=":material/table:"):
        columns: dict[str, Any] = {
            name: st.column_config.NumberColumn(charts.NAMES[name], format="%,.2f")
            for name in shown.columns[1:]
        }
        columns["until"] = st.column_config.DateColumn("Up to", format="D MMM YYYY", pinned=True)
        tables.open_table(shown, "The MRR bridge by month", columns, f"bridge-{snapshot}-{currency}", opens)
        st.caption("Opening plus the five parts is closing. Click a number to open its accounts below.")


def _rows(reader: Reader, chosen: Chosen, figures: Retained, currency: str, into: str) -> None:
    st.subheader("The accounts behind a figure", anchor=False)
    labels = {charts.NAMES[name]: name for name in FIGURES}
    days = {_month(day): day for day in figures.days}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        label = st.selectbox("Figure", list(labels), key=_FIGURE, bind="query-params", width=220)
        month = st.selectbox("Month", list(days), key=_MONTH, bind="query-params", width=160)
    figure, day = labels[label], days[month]
    found = queries_retention.retention_behind(reader, chosen, figure, day, currency, into)
    if found.is_empty():
        empty.nothing(f"No account makes {label} in {month}.", "Choose another figure or month.")
        return
    file = f"retention-{label.replace(' ', '-').lower()}-{day}"
    shown = figures.at(figure, currency, day).value
    opened(reader, file, found, _sum(found, figure, shown, currency), f"The accounts that make {label}")


def _sum(found: pl.DataFrame, figure: str, shown: float | None, currency: str) -> str:
    made = value_of(found, figure)
    same = made is not None and shown is not None and abs(made - shown) < 1e-9
    told = ": the figure above." if same else ": not the figure above; please report this."
    return _made(found, figure, made or 0.0, currency) + told


def _made(found: pl.DataFrame, figure: str, made: float, currency: str) -> str:
    rows = words.count(found.height, "account")
    n = found.height
    if figure == LOGO:
        kept = int(found["kept"].sum())
        return f"**{rows}: {kept:,} kept, {n - kept:,} left.** {kept:,} ÷ {n:,} = {percent(made, 1)}"
    if figure == WON:
        won = int(found["won"].sum())
        due = words.count(n, "renewal")
        return f"**{due} due: {won:,} won, {n - won:,} lost.** {won:,} ÷ {n:,} = {percent(made, 1)}"
    if figure in MOVES:
        return f"**{rows}.** Their changes add up to {amount(made, currency)}"
    if figure in ENDS:
        return f"**{rows}.** Their MRR adds up to {amount(made, currency)}"
    now = "mrr_kept" if figure in ("GRR", RENEWAL_GRR) else "mrr_now"
    top, base = (amount(float(found[name].sum()), currency) for name in (now, "mrr_then"))
    what = words.count(n, "renewal") if figure in (RENEWAL_GRR, RENEWAL_NRR) else rows
    return f"**{what}.** {top} ÷ {base} = {percent(made, 1)}"
