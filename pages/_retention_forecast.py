"""What of today's MRR will be paid, which renewals will be won, and how past forecasts did."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import streamlit as st

from components import charts_survival as charts
from components import empty, tables, words
from components.queries import Reader
from components.queries import retention as queries_retention
from components.queries.retention import Chosen
from models.forecast import Forecast
from models.shares import percent
from pages._retention_opened import amount, opened

_QUARTER, _DUE, _MADE = "quarter", "due_quarter", "past_forecast"
_BY = {"Segment": "segment", "Plan": "plan", "Region": "region", "CSM": "csm"}


def draw(reader: Reader, chosen: Chosen, series: pl.DataFrame, currency: str, into: str) -> None:
    """The forecast of MRR, its rows, the renewals, and the past."""
    made = queries_retention.foreseen(reader, chosen, into)
    own = made.quarters.filter(pl.col("currency") == currency)
    if own.is_empty():
        empty.nothing(
            f"No forecast: {made.missing or 'nobody pays in this currency'}.",
            "It rests on who left before: at least 10 departures must be known, and customers that pay.",
        )
    else:
        _mrr(reader, made, own, series, currency)
        _parts(reader, chosen, currency, into)
        _past(reader, chosen, currency, into)
    _renewals(reader, chosen)


def _mrr(reader: Reader, made: Forecast, own: pl.DataFrame, series: pl.DataFrame, currency: str) -> None:
    last = own.row(-1, named=True)
    st.markdown(
        f"**Of today's {amount(last['mrr_now'], currency)} a month, {last['expected']:,.0f} will be paid on "
        f"{last['until']:%-d %b %Y}** (90 % interval {last['low']:,.0f} to {last['high']:,.0f}; "
        f"{words.count(last['accounts'], 'customer')}). New customers come on top."
    )
    ratio = made.growth.ratio
    grown = "grew" if ratio >= 1 else "shrank"
    st.caption(
        f"From how long {made.endings:,} former customers stayed, and from those who stayed the past year: "
        f"they {grown} by {percent(abs(ratio - 1), 1)} ({words.count(made.growth.accounts, 'account')})."
    )
    past = series.filter(pl.col("figure") == "MRR closing").sort("until").tail(13)
    st.plotly_chart(
        charts.forecast(own, past, currency),
        key="forecast",
        config=charts.CONFIG,
        alt=charts.forecast_alt(own, currency),
    )
    _table(reader, own.drop("currency"), "Forecast by quarter", f"quarters-{currency}", _QUARTER)
    days = {_day(day): day for day in own["until"]}
    label = st.selectbox("Open the accounts behind", list(days), key=_QUARTER, bind="query-params", width=260)
    rows = made.rows.filter((pl.col("until") == days[label]) & (pl.col("currency") == currency))
    said = (
        f"**{words.count(rows.height, 'account')} add up to "
        f"{amount(float(rows['expected'].sum()), currency)}**, each MRR × chance to stay × growth."
    )
    lost = rows.sort(pl.col("mrr_now") - pl.col("expected"), descending=True)
    opened(reader, f"forecast-{days[label]}", lost, said, f"The accounts behind the forecast of {label}")


def _table(reader: Reader, rows: pl.DataFrame, alt: str, key: str, selects: str) -> None:
    """A table by quarter; a click on a number selects its quarter in the selectbox with this key."""
    days = [_day(day) for day in rows["until"]]
    snapshot = reader.snapshot.snapshot_id if reader.snapshot else 0

    def opens(row: int, column: str) -> None:
        st.session_state[selects] = days[row]

    tables.open_table(rows, alt, _COLUMNS, f"{key}-{snapshot}", opens)


def _day(day: date) -> str:
    return f"{day:%-d %b %Y}"


def _parts(reader: Reader, chosen: Chosen, currency: str, into: str) -> None:
    by = str(
        st.segmented_control(
            "Forecast by", list(_BY), key="forecast_by", bind="query-params", default="Segment", required=True
        )
    )
    found = queries_retention.foreseen_by(reader, chosen, _BY[by], currency, into)
    if found.is_empty():
        st.caption(f"No {by.lower()} has 10 departures of its own and pays in {currency or 'one currency'}.")
        return
    last = found["until"][0]
    shown = found.with_columns(share=pl.col("expected") / pl.col("mrr_now")).drop("until", "currency")
    names = shown["part"].to_list()

    def opens(row: int, column: str) -> None:
        st.session_state[f"forecast_part_{by}"] = names[row]

    snapshot = reader.snapshot.snapshot_id if reader.snapshot else 0
    key = f"forecast-by-{by}-{currency}-{snapshot}-{hash(tuple(names))}"
    columns = _COLUMNS | {"part": st.column_config.TextColumn(by, pinned=True)}
    tables.open_table(shown, f"Forecast by {by}", columns, key, opens)
    st.caption(
        f"For {_day(last)}, with 90 % intervals; each from its own customers' lives, so that the parts need "
        "not add up to the whole. One with under 10 departures has no forecast."
    )
    name = st.selectbox("Open the forecast of", names, key=f"forecast_part_{by}", width=260)
    narrowed = (*(pair for pair in chosen if pair[0] != _BY[by]), (_BY[by], (str(name),)))
    rows = queries_retention.foreseen(reader, narrowed, into).rows.filter(
        (pl.col("until") == last) & (pl.col("currency") == currency)
    )
    said = (
        f"**{words.count(rows.height, 'account')} add up to "
        f"{amount(float(rows['expected'].sum()), currency)}**, as in the table."
    )
    opened(reader, f"forecast-{by.lower()}-{name}", rows, said, f"The accounts behind the forecast of {name}")


def _past(reader: Reader, chosen: Chosen, currency: str, into: str) -> None:
    found = queries_retention.past_forecasts(reader, chosen, into)
    st.subheader("How the last forecasts did", anchor=False)
    own = found.filter(pl.col("currency") == currency)
    if own.is_empty():
        st.caption("No past quarter had 10 departures before it; there is no past forecast to look at.")
        return
    inside = int(own["inside"].sum())
    off = float(own.select((pl.col("actual") / pl.col("expected") - 1).mean()).item() or 0.0)
    high = "more" if off > 0 else "less"
    st.markdown(
        f"**{inside} of {own.height} past forecasts held what came**; 90 % should. "
        f"On average {percent(abs(off), 1)} {high} came than expected."
    )
    shown = own.drop("currency")
    pairs = [(row["made_on"], row["until"]) for row in shown.iter_rows(named=True)]
    labels = {f"made on {_day(made)} for {_day(until)}": (made, until) for made, until in pairs}
    said = list(labels)

    def opens(row: int, column: str) -> None:
        st.session_state[_MADE] = said[row]

    snapshot = reader.snapshot.snapshot_id if reader.snapshot else 0
    tables.open_table(
        shown, "Past forecasts and what came", _COLUMNS, f"past-forecasts-{currency}-{snapshot}", opens
    )
    st.caption("Each was made only with what was known on its day, of the customers of that day.")
    label = st.selectbox("Open the past forecast", said, key=_MADE, bind="query-params", width=360)
    made_on, until = labels[label]
    rows = queries_retention.past_forecast_rows(reader, chosen, made_on, until, currency, into)
    expected, actual = (amount(float(rows[name].sum()), currency) for name in ("expected", "actual"))
    told = f"**{words.count(rows.height, 'account')}: {expected} expected, {actual} came**, as in the table."
    apart = rows.sort((pl.col("actual") - pl.col("expected")).abs(), descending=True)
    opened(reader, f"forecast-{made_on}-{until}", apart, told, f"The accounts behind the forecast {label}")


def _renewals(reader: Reader, chosen: Chosen) -> None:
    st.subheader("Renewals of the next quarters", anchor=False)
    found = queries_retention.renewals_foreseen(reader, chosen)
    if found.is_empty():
        empty.nothing("No renewal was due in the past year.", "Without past renewals none can be foreseen.")
        return
    rate = float(found["rate"][0])
    st.markdown(
        f"**{percent(rate)} of the renewals due in the past 12 months were won**; the next, at that rate:"
    )
    _table(reader, found.drop("rate"), "Renewals by quarter", "renewal-forecast", _DUE)
    days = {_day(day): day for day in found["until"]}
    label = st.selectbox("Open the renewals up to", list(days), key=_DUE, bind="query-params", width=260)
    ends = found["until"].to_list()
    place = ends.index(days[label])
    first = ends[place - 1] if place else reader.as_of
    due = queries_retention.open_renewals(reader, chosen).filter(
        (pl.col("renewal_on") > first) & (pl.col("renewal_on") <= days[label])
    )
    said = f"**{words.count(due.height, 'renewal')} due**, as in the table."
    opened(reader, f"renewals-{days[label]}", due, said, f"The renewals due up to {label}")


_MONEY: dict[str, Any] = {"format": "%,.0f"}
_COLUMNS: dict[str, Any] = {
    "made_on": st.column_config.DateColumn("Made on", format="D MMM YYYY"),
    "until": st.column_config.DateColumn("For", format="D MMM YYYY"),
    "accounts": st.column_config.NumberColumn("Customers"),
    "mrr_now": st.column_config.NumberColumn("MRR that day", **_MONEY),
    "expected": st.column_config.NumberColumn("Expected", **_MONEY),
    "low": st.column_config.NumberColumn("from", **_MONEY),
    "high": st.column_config.NumberColumn("to", **_MONEY),
    "actual": st.column_config.NumberColumn("What came", **_MONEY),
    "inside": st.column_config.CheckboxColumn("Within"),
    "due": st.column_config.NumberColumn("Due"),
    "share": st.column_config.NumberColumn("Of today's", format="percent"),
}
