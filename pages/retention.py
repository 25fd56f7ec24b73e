"""Retention: are we keeping customers?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

import polars as pl
import streamlit as st

from components import charts_retention as charts
from components import empty, failures, filters, session, words
from components.queries import Reader
from components.queries import retention as queries_retention
from components.queries.retention import Chosen
from models.book_view import choices
from models.ledger import months_before
from models.rate_interval import interval
from models.retention_rows import GRR, LOGO, NRR, RENEWAL_GRR, RENEWAL_NRR, SCOPES, WON
from models.shares import percent
from pages import (
    _goals,
    _retention_cohorts,
    _retention_forecast,
    _retention_groups,
    _retention_lives,
    _retention_months,
    _retention_rates,
)

WHERE = "retention"
_PREFIX = "r_"
_VIEW = "view"
MONTHS, GROUPS, COHORTS, LIVES, AHEAD = (
    "By month",
    "By group",
    "Cohorts",
    "How long they stay",
    "Forecast",
)

_DEFINITIONS = """
All figures are as of the snapshot's day. Nothing dated later counts.

**On the base of 12 months ago**

- **Logo retention**: of the customers 12 months ago, the share that still are. A pause is not an end;
  who left and pays again is a customer.
- **GRR**, gross revenue retention: Σ min(MRR now, MRR then) ÷ Σ MRR then, over the accounts
  that paid 12 months ago. Growth does not count; it can't pass 100 %.
- **NRR**, net revenue retention: Σ MRR now ÷ Σ MRR then, over the same accounts. Growth counts.

**On the base of renewals**

- **Renewals won**: won ÷ due, of those due in the 12 months up to 31 days ago, so that each is settled.
  Who left during the term was due and is lost.
- **Renewal GRR and NRR**: the same sums over those renewals, MRR the day before (or before they left)
  and 31 days after.

**What moved the MRR**: opening + new + reactivated + expansion − contraction − churned = closing, to the
cent, month by month. Changes within a month are netted.

Currencies are never added up unless you state rates: then everything is converted at those, whatever its day.
An account that changed its currency left the one and joined the other. A refund is not a subscription: it
shows as a period that ended earlier, or with a lower MRR.
"""


def render() -> None:
    """Both bases side by side; by month, group, cohort, life and quarter; every figure opens into rows."""
    st.title("Retention", anchor=False)
    _page()


@st.fragment
@failures.guarded
def _page() -> None:
    reader = failures.current(session.reader(), WHERE)
    if not empty.ready(reader):
        return
    first = st.container()
    chosen = _narrow(reader)
    failures.tell(WHERE)
    series = queries_retention.retention_figures(reader, chosen)
    if series.is_empty():
        empty.nothing(
            "Nobody of these was a customer 12 months ago, and nobody pays.",
            "Retention needs accounts with signed_on, and subscriptions with starts_on and mrr. "
            "Take a filter away, or import them on the Data page.",
        )
        return
    currency, into = _retention_rates.choose(reader, series)
    if into:
        series = queries_retention.retention_figures(reader, chosen, into)
    own = series.filter(pl.col("currency").is_in(["", currency]))
    with first:
        _sentence(reader, own, currency)
    _metrics(own, reader.as_of, lambda figure: _range(reader, chosen, figure, currency, into))
    _others(reader, series, currency)
    _goals.draw(reader, currency, into)
    _view(reader, chosen, own, currency, into)


def _narrow(reader: Reader) -> Chosen:
    scoped = queries_retention.scopes(reader)
    chosen = filters.scope(_PREFIX, {name: choices(scoped, name) for name in SCOPES})
    with st.container(horizontal=True):
        with st.popover("What the figures mean", icon=":material/help:"):
            st.markdown(_DEFINITIONS)
        _retention_rates.popover(reader)
    return tuple(chosen.items())


def at(series: pl.DataFrame, figure: str, day: date) -> dict[str, Any]:
    """A figure of a day: value and accounts; null and 0 where it has no base."""
    found = series.filter((pl.col("figure") == figure) & (pl.col("until") == day))
    return found.row(0, named=True) if found.height else {"value": None, "accounts": 0}


def _sentence(reader: Reader, series: pl.DataFrame, currency: str) -> None:
    day = reader.as_of
    logo, grr, nrr, won = (at(series, name, day) for name in (LOGO, GRR, NRR, WON))
    if logo["value"] is None:
        st.markdown(f"**No base yet:** nobody was a customer 12 months before {day:%-d %b %Y}.")
        return
    kept = round(logo["value"] * logo["accounts"])
    told = f"**You kept {kept:,} of the {words.count(logo['accounts'], 'customer')} of a year ago.** "
    if grr["value"] is not None:
        told += (
            f"Of their MRR in {currency or 'the one currency'}, {percent(grr['value'])} is still paid, "
            f"{percent(nrr['value'])} with what they grew. "
        )
    if won["value"] is not None:
        taken = round(won["value"] * won["accounts"])
        told += f"Of {words.count(won['accounts'], 'renewal')} due, {taken:,} were won."
    st.markdown(told)
    if logo["accounts"] < 30:
        st.caption("Fewer than 30 customers in the base: one more or less moves these shares a lot.")


def _range(reader: Reader, chosen: Chosen, figure: str, currency: str, into: str) -> str:
    """How surely a figure is known, in words; empty where that can't be told."""
    rows = queries_retention.retention_behind(reader, chosen, figure, reader.as_of, currency, into)
    found = interval(rows, figure)
    return f"{100 * found[0]:.0f} to {100 * found[1]:.0f} %" if found else ""


def _metrics(series: pl.DataFrame, day: date, ranges: Callable[[str], str]) -> None:
    left, right = st.columns(2, gap="medium")
    with left:
        st.markdown("**On the base of 12 months ago**")
        _three(series, day, (LOGO, GRR, NRR), "account", ranges)
    with right:
        st.markdown("**On the base of renewals due**")
        _three(series, day, (WON, RENEWAL_GRR, RENEWAL_NRR), "renewal", ranges)
    st.caption(
        f"As of {day:%-d %b %Y}, over 12 months; the arrow says the change in points since a year before, "
        "the range (95 %) what such a year varies by from account to account. Rows opens the accounts that "
        "make a figure."
    )


def _three(
    series: pl.DataFrame, day: date, names: tuple[str, ...], noun: str, ranges: Callable[[str], str]
) -> None:
    before = _year_before(series, day)
    for place, name in zip(st.columns(3), names, strict=True):
        now, then = at(series, name, day), at(series, name, before)["value"] if before else None
        with place:
            if now["value"] is None:
                st.caption(f"{charts.NAMES[name]}: nothing due yet.")
                continue
            st.metric(
                charts.NAMES[name],
                percent(now["value"], 1),
                delta=None if then is None else f"{(now['value'] - then) * 100:+.1f} pts",
            )
            st.caption(ranges(name))
            of = noun if name in (LOGO, WON) else "account"
            st.button(
                f"Rows: {now['accounts']:,}",
                key=f"open-{name}",
                type="tertiary",
                help=f"Open the {words.count(now['accounts'], of)} that make this figure",
                on_click=partial(_open, name, day),
            )


def _open(figure: str, day: date) -> None:
    st.session_state[_VIEW] = MONTHS
    _retention_months.ask(figure, day)


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
        grr, nrr = at(mine, GRR, reader.as_of), at(mine, NRR, reader.as_of)
        if grr["value"] is not None:
            n = words.count(grr["accounts"], "account")
            told.append(f"{other} GRR {percent(grr['value'])}, NRR {percent(nrr['value'])} ({n})")
    if told:
        st.caption(f"Apart, because currencies are not added up: {'; '.join(told)}.")


def _view(reader: Reader, chosen: Chosen, series: pl.DataFrame, currency: str, into: str) -> None:
    views = [MONTHS, GROUPS, COHORTS, LIVES, AHEAD]
    wanted = st.segmented_control(
        "Look at it", views, key=_VIEW, bind="query-params", default=MONTHS, required=True
    )
    if wanted == GROUPS:
        _retention_groups.draw(reader, chosen, currency, into)
    elif wanted == COHORTS:
        _retention_cohorts.draw(reader, chosen, currency, into)
    elif wanted == LIVES:
        _retention_lives.draw(reader, chosen)
    elif wanted == AHEAD:
        _retention_forecast.draw(reader, chosen, series, currency, into)
    else:
        _retention_months.draw(reader, chosen, series, currency, into)
