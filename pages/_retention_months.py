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
from components.queries import retention as queries_retention
from components.queries.retention import Chosen
from models.bridge import PARTS
from models.retention_rows import ENDS, FIGURES, LOGO, MOVES, RENEWAL_GRR, RENEWAL_NRR, WON, value_of
from models.shares import percent
from pages._retention_opened import amount, opened

_FIGURE, _MONTH = "figure", "month"
_BRIDGE_MONTHS = 12


def ask(figure: str, day: date) -> None:
    """Open this figure of this day. For callbacks only."""
    st.session_state[_FIGURE] = charts.NAMES[figure]
    st.session_state[_MONTH] = _month(day)


def draw(reader: Reader, chosen: Chosen, series: pl.DataFrame, currency: str, into: str) -> None:
    """Two charts, the bridge as a table, and the rows."""
    snapshot = reader.snapshot.snapshot_id if reader.snapshot else 0
    left, right = st.columns(2, gap="medium")
    with left:
        st.markdown("**Kept, of a year before, by month**")
        _chart(charts.rates(series), charts.rates_alt(series), f"rates-{snapshot}")
    with right:
        st.markdown(f"**What moved the MRR in {currency or 'the one currency'}, by month**")
        _chart(charts.moves(series, currency), charts.moves_alt(series, currency), f"moves-{snapshot}")
    st.caption("Click a point or a bar to open the accounts that make it.")
    _bridge(series, currency, snapshot)
    _rows(reader, chosen, series, currency, into)


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


def _bridge(series: pl.DataFrame, currency: str, snapshot: int) -> None:
    found = series.filter(pl.col("figure").is_in([*MOVES, *ENDS]))
    if found.is_empty():
        return
    wide = found.pivot("figure", index="until", values="value").sort("until", descending=True)
    order = ["until", ENDS[0], *(f"MRR {part}" for part in PARTS), ENDS[1]]
    shown = wide.select(name for name in order if name in wide.columns).head(_BRIDGE_MONTHS)
    days = shown["until"].to_list()

    def opens(row: int, column: str) -> None:
        if column in charts.NAMES:
            ask(column, days[row])

    with st.expander(f"The bridge in {currency or 'the one currency'}, to the cent", icon=":material/table:"):
        columns: dict[str, Any] = {
            name: st.column_config.NumberColumn(charts.NAMES[name], format="%,.2f") for name in order[1:]
        }
        columns["until"] = st.column_config.DateColumn("Up to", format="D MMM YYYY", pinned=True)
        tables.open_table(shown, "The MRR bridge by month", columns, f"bridge-{snapshot}-{currency}", opens)
        st.caption("Opening plus the five parts is closing. Click a number to open its accounts below.")


def _rows(reader: Reader, chosen: Chosen, series: pl.DataFrame, currency: str, into: str) -> None:
    st.subheader("The accounts behind a figure", anchor=False)
    labels = {charts.NAMES[name]: name for name in FIGURES}
    days = {_month(day): day for day in series["until"].unique().sort(descending=True)}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        label = st.selectbox("Figure", list(labels), key=_FIGURE, bind="query-params", width=220)
        month = st.selectbox("Month", list(days), key=_MONTH, bind="query-params", width=160)
    figure, day = labels[label], days[month]
    found = queries_retention.retention_behind(reader, chosen, figure, day, currency, into)
    if found.is_empty():
        empty.nothing(f"No account makes {label} in {month}.", "Choose another figure or month.")
        return
    file = f"retention-{label.replace(' ', '-').lower()}-{day}"
    opened(reader, file, found, _sum(found, figure, series, day, currency), f"The accounts that make {label}")


def _sum(found: pl.DataFrame, figure: str, series: pl.DataFrame, day: date, currency: str) -> str:
    made = value_of(found, figure)
    above = series.filter((pl.col("figure") == figure) & (pl.col("until") == day))["value"]
    shown = above[0] if above.len() else None
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
