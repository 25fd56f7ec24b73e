"""Retention: are we keeping customers?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial

import streamlit as st

from components import charts_retention as charts
from components import empty, failures, filters, session, words
from components.queries import Reader
from components.queries import retained as queries_retained
from components.queries import retention as queries_retention
from components.queries.retained import Retained
from components.queries.retention import Chosen
from models.ledger import months_before
from models.retention_rows import GRR, LOGO, NRR, RENEWAL_GRR, RENEWAL_NRR, WON
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
    found = queries_retained.retained(reader, chosen)
    if found.series.is_empty():
        empty.nothing(
            "Nobody of these was a customer 12 months ago, and nobody pays.",
            "Retention needs accounts with signed_on, and subscriptions with starts_on and mrr. "
            "Take a filter away, or import them on the Data page.",
        )
        return
    currency, into = _retention_rates.choose(reader, found.currencies)
    if into:
        found = queries_retained.retained(reader, chosen, into)
    with first:
        _sentence(reader, found, currency)
    _metrics(found, currency, reader.as_of, queries_retained.ranges(reader, chosen, currency, into))
    _others(reader, found, currency)
    _goals.draw(reader, currency, into)
    _view(reader, chosen, found, currency, into)


def _narrow(reader: Reader) -> Chosen:
    chosen = filters.scope(_PREFIX, queries_retention.offered(reader))
    with st.container(horizontal=True):
        with st.popover("What the figures mean", icon=":material/help:"):
            st.markdown(_DEFINITIONS)
        _retention_rates.popover(reader)
    return tuple(chosen.items())


def _sentence(reader: Reader, found: Retained, currency: str) -> None:
    day = reader.as_of
    logo, grr, nrr, won = (found.at(name, currency, day) for name in (LOGO, GRR, NRR, WON))
    if logo.value is None:
        st.markdown(f"**No base yet:** nobody was a customer 12 months before {day:%-d %b %Y}.")
        return
    kept = round(logo.value * logo.accounts)
    told = f"**You kept {kept:,} of the {words.count(logo.accounts, 'customer')} of a year ago.** "
    if grr.value is not None:
        told += (
            f"Of their MRR in {currency or 'the one currency'}, {percent(grr.value)} is still paid, "
            f"{percent(nrr.value)} with what they grew. "
        )
    if won.value is not None:
        taken = round(won.value * won.accounts)
        told += f"Of {words.count(won.accounts, 'renewal')} due, {taken:,} were won."
    st.markdown(told)
    if logo.accounts < 30:
        st.caption("Fewer than 30 customers in the base: one more or less moves these shares a lot.")


def _metrics(
    found: Retained, currency: str, day: date, ranges: Mapping[str, tuple[float, float] | None]
) -> None:
    left, right = st.columns(2, gap="medium")
    with left:
        st.markdown("**On the base of 12 months ago**")
        _three(found, currency, day, (LOGO, GRR, NRR), ranges)
    with right:
        st.markdown("**On the base of renewals due**")
        _three(found, currency, day, (WON, RENEWAL_GRR, RENEWAL_NRR), ranges)
    st.caption(
        f"As of {day:%-d %b %Y}, over 12 months; the arrow says the change in points since a year before, "
        "the range (95 %) what such a year varies by from account to account. Rows opens the accounts that "
        "make a figure."
    )


def _three(
    found: Retained,
    currency: str,
    day: date,
    names: tuple[str, ...],
    ranges: Mapping[str, tuple[float, float] | None],
) -> None:
    before = _year_before(found.days, day)
    for place, name in zip(st.columns(3), names, strict=True):
        now = found.at(name, currency, day)
        then = found.at(name, currency, before).value if before else None
        with place:
            if now.value is None:
                st.caption(f"{charts.NAMES[name]}: nothing due yet.")
                continue
            st.metric(
                charts.NAMES[name],
                percent(now.value, 1),
                delta=None if then is None else f"{(now.value - then) * 100:+.1f} pts",
            )
            st.caption(_range(ranges[name]))
            of = "renewal" if name == WON else "account"
            st.button(
                f"Rows: {now.accounts:,}",
                key=f"open-{name}",
                type="tertiary",
                help=f"Open the {words.count(now.accounts, of)} that make this figure",
                on_click=partial(_open, name, day),
            )


def _range(known: tuple[float, float] | None) -> str:
    """How surely a figure is known, in words; empty where that can't be told."""
    return f"{100 * known[0]:.0f} to {100 * known[1]:.0f} %" if known else ""


def _open(figure: str, day: date) -> None:
    st.session_state[_VIEW] = MONTHS
    _retention_months.ask(figure, day)


def _year_before(days: Sequence[date], day: date) -> date | None:
    """The measured day nearest to a year before."""
    month = months_before(day, 12).replace(day=1)
    return max((one for one in days if one.replace(day=1) == month), default=None)


def _others(reader: Reader, found: Retained, currency: str) -> None:
    told = []
    for other in sorted(set(found.currencies) - {"", currency}):
        grr, nrr = (found.at(name, other, reader.as_of) for name in (GRR, NRR))
        if grr.value is not None:
            n = words.count(grr.accounts, "account")
            told.append(f"{other} GRR {percent(grr.value)}, NRR {percent(nrr.value)} ({n})")
    if told:
        st.caption(f"Apart, because currencies are not added up: {'; '.join(told)}.")


def _view(reader: Reader, chosen: Chosen, found: Retained, currency: str, into: str) -> None:
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
        _retention_forecast.draw(reader, chosen, found.own(currency), currency, into)
    else:
        _retention_months.draw(reader, chosen, found, currency, into)
