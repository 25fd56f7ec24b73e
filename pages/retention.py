"""Retention: are we keeping customers?"""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any

import polars as pl
import streamlit as st

from components import charts_retention as charts
from components import empty, failures, filters, session, tables, words
from components.downloads import downloads
from components.queries import Reader
from components.queries import retention as queries_retention
from components.queries.retention import Chosen
from models.book_view import choices
from models.ledger import months_before
from models.retention_rows import FIGURES, GRR, LOGO, MOVES, NRR, SCOPES, value_of
from pages import _files

_PREFIX = "r_"
_CURRENCY, _FIGURE, _MONTH = "currency", "figure", "month"

_DEFINITIONS = """
All figures are as of the snapshot's day and look back 12 months. Nothing dated later counts.

- **Logo retention**: of the customers 12 months ago, the share that still are.
- **GRR**, gross revenue retention: Σ min(MRR now, MRR then) ÷ Σ MRR then, over the accounts
  that paid 12 months ago. Growth does not count; it can't pass 100 %.
- **NRR**, net revenue retention: Σ MRR now ÷ Σ MRR then, over the same accounts. Growth counts.
- **What moved the MRR**: opening + new + reactivated + expansion − contraction − churned = closing, to the
  cent, month by month. Changes within a month are netted.

Currencies are never added up. An account that changed its currency left the one and joined the other.
"""


def render() -> None:
    """Logo retention, GRR, NRR and the MRR bridge; every figure opens into its rows."""
    st.title("Retention", anchor=False)
    _page()


@st.fragment
@failures.guarded
def _page() -> None:
    reader = session.reader()
    if not empty.ready(reader):
        return
    first = st.container()
    chosen = _narrow(reader)
    series = queries_retention.retention_figures(reader, chosen)
    if series.is_empty():
        empty.nothing(
            "Nobody of these was a customer 12 months ago, and nobody pays.",
            "Retention needs accounts with signed_on, and subscriptions with starts_on and mrr. "
            "Take a filter away, or import them on the Data page.",
        )
        return
    currency = _currency(series)
    own = series.filter(pl.col("currency").is_in(["", currency]))
    with first:
        _sentence(reader, own, currency)
    _metrics(own, reader.as_of)
    _others(reader, series, currency)
    _charts(reader, own, currency)
    _rows(reader, chosen, own, currency)


def _narrow(reader: Reader) -> Chosen:
    scoped = queries_retention.scopes(reader)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = filters.scope(_PREFIX, {name: choices(scoped, name) for name in SCOPES})
        with st.popover("What the figures mean", icon=":material/help:"):
            st.markdown(_DEFINITIONS)
    return tuple(chosen.items())


def _currency(series: pl.DataFrame) -> str:
    paid = series.filter(pl.col("figure") == "MRR closing").sort("until", "value", descending=True)
    currencies = paid["currency"].unique(maintain_order=True).to_list()
    if len(currencies) < 2:
        return str(currencies[0]) if currencies else ""
    return str(
        st.segmented_control(
            "Currency", currencies, key=_CURRENCY, bind="query-params", default=currencies[0], required=True
        )
    )


def _at(series: pl.DataFrame, figure: str, day: date) -> dict[str, Any]:
    found = series.filter((pl.col("figure") == figure) & (pl.col("until") == day))
    return found.row(0, named=True) if found.height else {"value": None, "accounts": 0}


def _sentence(reader: Reader, series: pl.DataFrame, currency: str) -> None:
    day = reader.as_of
    logo, grr, nrr = (_at(series, name, day) for name in (LOGO, GRR, NRR))
    if logo["value"] is None:
        st.markdown(f"**No base yet:** nobody was a customer 12 months before {day:%-d %b %Y}.")
        return
    kept = round(logo["value"] * logo["accounts"])
    told = f"**You kept {kept:,} of the {words.count(logo['accounts'], 'customer')} of a year ago.** "
    if grr["value"] is not None:
        told += (
            f"Of their MRR in {currency or 'the one currency'}, {grr['value']:.0%} is still paid, "
            f"{nrr['value']:.0%} with what they grew."
        )
    st.markdown(told)
    if logo["accounts"] < 30:
        st.caption("Fewer than 30 customers in the base: one more or less moves these shares a lot.")


def _metrics(series: pl.DataFrame, day: date) -> None:
    before = _year_before(series, day)
    for place, name in zip(st.columns(3), (LOGO, GRR, NRR), strict=True):
        now, then = _at(series, name, day), _at(series, name, before)["value"] if before else None
        if now["value"] is None:
            continue
        place.metric(
            f"{charts.NAMES[name]}, {words.count(now['accounts'], 'account')}",
            f"{now['value']:.1%}",
            delta=None if then is None else f"{(now['value'] - then) * 100:+.1f} points",
            delta_description=None if before is None else f"since {before:%b %Y}",
        )
    st.caption(f"As of {day:%-d %b %Y}, over 12 months; the accounts are those of the base, a year before.")


def _year_before(series: pl.DataFrame, day: date) -> date | None:
    """The measured day nearest to a year before."""
    earlier = series.filter(pl.col("until").dt.month_start() == months_before(day, 12).replace(day=1))
    found = earlier["until"].max()
    return found if isinstance(found, date) else None


def _others(reader: Reader, series: pl.DataFrame, currency: str) -> None:
    rest = series.filter((pl.col("until") == reader.as_of) & ~pl.col("currency").is_in(["", currency]))
    told = []
    for other in rest["currency"].unique().sort():
        mine = rest.filter(pl.col("currency") == other)
        grr, nrr = _at(mine, GRR, reader.as_of), _at(mine, NRR, reader.as_of)
        if grr["value"] is not None:
            n = words.count(grr["accounts"], "account")
            told.append(f"{other} GRR {grr['value']:.0%}, NRR {nrr['value']:.0%} ({n})")
    if told:
        st.caption(f"Apart, because currencies are not added up: {'; '.join(told)}.")


def _charts(reader: Reader, series: pl.DataFrame, currency: str) -> None:
    snapshot = reader.snapshot.snapshot_id if reader.snapshot else 0
    left, right = st.columns(2, gap="medium")
    with left:
        st.markdown("**Kept, of a year before, by month**")
        _chart(charts.rates(series), charts.rates_alt(series), f"rates-{snapshot}")
    with right:
        st.markdown(f"**What moved the MRR in {currency or 'the one currency'}, by month**")
        _chart(charts.moves(series, currency), charts.moves_alt(series, currency), f"moves-{snapshot}")
    st.caption("Click a point or a bar to open the accounts that make it.")


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
        st.session_state[_FIGURE] = charts.NAMES[found[0]]
        st.session_state[_MONTH] = _month(found[1])


def _month(day: date) -> str:
    return f"{day:%b %Y}"


def _rows(reader: Reader, chosen: Chosen, series: pl.DataFrame, currency: str) -> None:
    st.subheader("The accounts behind a figure", anchor=False)
    labels = {charts.NAMES[name]: name for name in FIGURES}
    days = {_month(day): day for day in series["until"].unique().sort(descending=True)}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        label = st.selectbox("Figure", list(labels), key=_FIGURE, bind="query-params", width=220)
        month = st.selectbox("Month", list(days), key=_MONTH, bind="query-params", width=160)
        found = queries_retention.retention_behind(reader, chosen, labels[label], days[month], currency)
        named = _named(reader, found)
        day = days[month]
        name = f"retention-{label.replace(' ', '-').lower()}-{day}"
        downloads(name, named.height, _files.tables(reader, "retention", named, _files.EVERY))
    if found.is_empty():
        empty.nothing(f"No account makes {label} in {month}.", "Choose another figure or month.")
        return
    st.markdown(_sum(found, labels[label], series, day, currency))
    tables.plain_table(
        named.head(tables.MOST_ROWS).drop("account_id", "until"), f"The accounts that make {label}", _COLUMNS
    )
    if named.height > tables.MOST_ROWS:
        st.caption(f"The first {tables.MOST_ROWS} of {named.height:,}; the export has all.")


def _named(reader: Reader, found: pl.DataFrame) -> pl.DataFrame:
    scoped = queries_retention.scopes(reader).select("account_id", "name", "segment", "csm")
    return scoped.join(found.drop("month", strict=False), on="account_id", maintain_order="right")


def _sum(found: pl.DataFrame, figure: str, series: pl.DataFrame, day: date, currency: str) -> str:
    made = value_of(found, figure)
    shown = _at(series, figure, day)["value"]
    same = made is not None and shown is not None and abs(made - shown) < 1e-9
    told = ": the figure above." if same else ": not the figure above; please report this."
    return _made(found, figure, made or 0.0, currency) + told


def _made(found: pl.DataFrame, figure: str, made: float, currency: str) -> str:
    rows = words.count(found.height, "account")
    if figure == LOGO:
        n, kept = found.height, int(found["kept"].sum())
        return f"**{rows}: {kept:,} kept, {n - kept:,} left.** {kept:,} ÷ {n:,} = {made:.1%}"
    if figure in MOVES:
        return f"**{rows}.** Their changes add up to {_amount(made, currency)}"
    now = "mrr_kept" if figure == GRR else "mrr_now"
    top, base = (_amount(float(found[name].sum()), currency) for name in (now, "mrr_then"))
    return f"**{rows}.** {top} ÷ {base} = {made:.1%}"


def _amount(amount: float, currency: str) -> str:
    return f"{amount:,.2f} {currency}".strip()


_MONEY = partial(st.column_config.NumberColumn, format="%,.2f")
_COLUMNS: dict[str, Any] = {
    "name": "Account",
    "segment": "Segment",
    "csm": "CSM",
    "kept": st.column_config.CheckboxColumn("Kept"),
    "ended_on": st.column_config.DateColumn("Left on", format="D MMM YYYY"),
    "currency": "Currency",
    "mrr_then": _MONEY("MRR a year before"),
    "mrr_now": _MONEY("MRR now"),
    "mrr_kept": _MONEY("Of it kept"),
    "part": "Move",
    "opening": _MONEY("MRR before"),
    "change": _MONEY("Change"),
    "closing": _MONEY("MRR after"),
}
