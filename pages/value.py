"""Value: what is a customer worth?"""

from __future__ import annotations

from functools import partial
from typing import Any

import polars as pl
import streamlit as st

from components import empty, failures, filters, session, tables, words
from components.downloads import downloads
from components.queries import Reader
from components.queries import retention as queries_retention
from components.queries import value as queries_value
from models.book_view import choices
from models.retention_rows import SCOPES
from models.worth import Worth, by_group
from pages import _files, _value_inputs

WHERE = "value"
_PREFIX, _LIST, _CURRENCY, _BY, _GROUP = "v_", "list", "currency", "worth_by", "group"
MOST, LEAST, COST, BACK, ADVOCATES = (
    "Worth most",
    "Worth least",
    "Cost more than they bring",
    "Pay back late",
    "Advocates and referrals",
)
_BYS = {"Segment": "segment", "Plan": "plan", "Region": "region", "CSM": "csm", "Quadrant": "quadrant"}
_LATE = 24

_DEFINITIONS = """
**Worth** = margin × MRR × expected months still to come − acquisition cost − monthly cost to serve × those
months + won referrals.

- **Expected months** come from how long customers of that age stayed (Kaplan–Meier), counted no further
  than the horizon. A segment in which 20 customers or more left has a curve of its own, the others share
  the company's.
- The **interval** (90 %) is that of the survival curve: how sure the mean is, not how different two
  customers are. A group's bounds add up those of its accounts, because they share a curve.
- A **won referral** counts with the referrer's margin and the months a new customer is expected to stay. The
  referred customer has a worth of its own: don't add the two.
- **Payback** = acquisition cost ÷ (margin × MRR − monthly cost to serve).
- Costs and referrals are in the account's own currency. The acquisition cost was paid already; it is in here
  because worth says whether a customer paid off, not whether to keep it. For that, see what it brings a
  month.
"""


def render() -> None:
    """Lifetime value by account and group, payback, who costs more than they bring, who brings others."""
    st.title("Value", anchor=False)
    _page()


@st.fragment
@failures.guarded
def _page() -> None:
    reader = failures.current(session.reader(), WHERE)
    if not empty.ready(reader):
        return
    found = queries_value.valued(reader)
    if found.accounts.is_empty():
        empty.nothing(
            "Nobody is a customer, so nobody has a worth.",
            "Import accounts with signed_on, and subscriptions, on the Data page.",
        )
        return
    first = st.container()
    scoped = queries_retention.scopes(reader)
    chosen = filters.scope(_PREFIX, {name: choices(scoped, name) for name in SCOPES})
    with st.container(horizontal=True):
        with st.popover("How worth is worked out", icon=":material/help:"):
            st.markdown(_DEFINITIONS)
        _value_inputs.popover(reader, WHERE)
    failures.tell(WHERE)
    rows, currency = _in_one(reader, found)
    rows = rows.filter(*(pl.col(name).is_in(list(values)) for name, values in chosen.items()))
    with first:
        _sentence(reader, rows, currency, found)
    if rows.is_empty():
        empty.nothing("No account is left.", "Take a filter away.")
        return
    _missing(rows)
    _groups(reader, rows, currency)
    _list(reader, rows, currency)


def _in_one(reader: Reader, found: Worth) -> tuple[pl.DataFrame, str]:
    """The accounts of the currency that is looked at, or all converted."""
    sizes = found.accounts.group_by("currency").agg(n=pl.len(), mrr=pl.col("mrr").sum())
    sizes = sizes.sort("mrr", "currency", descending=[True, False])
    names = [str(name) for name in sizes["currency"]]
    paid = [name for name in names if name] or names
    stated = queries_retention.stated_rates(reader)
    if len(paid) > 1:
        whole = f"All in {stated.rates.into}" if stated else ""
        options = [*paid, whole] if whole else paid
        wanted = str(
            st.segmented_control(
                "Currency", options, key=_CURRENCY, bind="query-params", default=paid[0], required=True
            )
        )
        if stated and wanted == whole:
            st.caption(f"Converted into {stated.rates.into} at the rates of {stated.on:%-d %b %Y}.")
            every = queries_value.shown(reader, found, stated)
            return every.filter(pl.col("currency").is_in([stated.rates.into, ""])), stated.rates.into
        rest = ", ".join(
            f"{name}: {words.count(n, 'account')}"
            for name, n, _ in sizes.iter_rows()
            if name and name != wanted
        )
        st.caption(f"Apart, because currencies are not added up: {rest}.")
    else:
        wanted = paid[0]
    every = queries_value.shown(reader, found, None)
    return every.filter(pl.col("currency").is_in([wanted, ""])), wanted


def _sentence(reader: Reader, rows: pl.DataFrame, currency: str, found: Worth) -> None:
    stated = queries_value.assumed(reader)
    known = rows.drop_nulls("worth")
    if known.is_empty():
        why = (
            "nobody left yet, so nobody knows how long they stay"
            if not found.endings
            else "margins are missing"
        )
        st.markdown(f"**No worth is known:** {why}.")
        return
    worth, low, high = (float(known[name].sum()) for name in ("worth", "low", "high"))
    total = words.marked_money(worth, currency)
    costly = rows.filter(pl.col("monthly") < 0).height
    st.markdown(
        f"**{words.count(known.height, 'customer')} are worth {total}** over the next "
        f"{stated.horizon_months} months (90 % interval {low:,.0f} to {high:,.0f}). "
        f"{words.count(costly, 'customer')} cost more than they bring."
    )
    own = f"; {', '.join(found.own_curve)} by their own" if found.own_curve else ""
    st.caption(
        f"As of {reader.as_of:%-d %b %Y}. Expected life from {found.endings:,} departures{own}; nobody was "
        f"watched for more than {found.seen_to_months:.0f} months, after that the mean rate goes on."
    )


def _missing(rows: pl.DataFrame) -> None:
    told = rows.filter(pl.col("lacks") != "")["lacks"].str.split("; ").explode()
    if told.is_empty():
        return
    counts = told.value_counts(sort=True)
    said = ", ".join(f"{reason} ({n:,})" for reason, n in counts.iter_rows())
    st.warning(
        f"Of {words.count(rows.height, 'account')}: {said}. A cost not known is not subtracted; without a "
        "margin there is no worth.",
        icon=":material/info:",
    )


def _groups(reader: Reader, rows: pl.DataFrame, currency: str) -> None:
    label = str(
        st.segmented_control(
            "Worth by", list(_BYS), key=_BY, bind="query-params", default="Segment", required=True
        )
    )
    by = _BYS[label]
    found = by_group(rows.with_columns(pl.col(by).fill_null("not known")), [by]).filter(
        pl.col("currency") == currency
    )
    if found.is_empty():
        return
    each = found.with_columns(mean=pl.col("worth") / pl.col("known"))
    tables.plain_table(each.drop("currency"), f"Worth by {label}", _GROUPS | {by: label}, key="worth-groups")
    downloads(f"value-by-{by}", each.height, _files.tables(reader, "value", each, _files.EVERY))


def _list(reader: Reader, rows: pl.DataFrame, currency: str) -> None:
    wanted = str(
        st.segmented_control(
            "List",
            [MOST, LEAST, COST, BACK, ADVOCATES],
            key=_LIST,
            bind="query-params",
            default=MOST,
            required=True,
        )
    )
    groups = ["All", *sorted(rows["segment"].drop_nulls().unique().to_list())]
    group = st.selectbox("Of segment", groups, key=_GROUP, bind="query-params", width=220)
    if group != "All":
        rows = rows.filter(pl.col("segment") == group)
    listed = _listed(rows, wanted)
    if listed.is_empty():
        empty.nothing(f"Nobody: {wanted.lower()}.", "Choose another list.")
        return
    worth = float(listed["worth"].sum())
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(
            f"**{wanted}: {words.count(listed.height, 'account')}, "
            f"together {words.marked_money(worth, currency, 2)}**"
        )
        name = f"value-{wanted.lower().replace(' ', '-')}"
        downloads(name, listed.height, _files.tables(reader, "value", listed, _files.EVERY))
    # What a list is ordered by stands beside the name, as a narrow screen cuts the rest off.
    columns = {name: _COLUMNS[name] for name in dict.fromkeys(["name", *_BY_LIST.get(wanted, ()), *_COLUMNS])}
    tables.plain_table(
        listed.head(tables.MOST_ROWS).select(list(columns)), wanted, columns, key=f"worth-list-{wanted}"
    )
    if listed.height > tables.MOST_ROWS:
        st.caption(f"The first {tables.MOST_ROWS} of {listed.height:,}; the export has all.")


def _listed(rows: pl.DataFrame, wanted: str) -> pl.DataFrame:
    if wanted == LEAST:
        return rows.sort("worth", "account_id", nulls_last=True)
    if wanted == COST:
        return rows.filter(pl.col("monthly") < 0).sort("monthly", "account_id")
    if wanted == BACK:
        late = rows.filter(pl.col("payback_months") > _LATE)
        return late.sort("payback_months", "account_id", descending=[True, False])
    if wanted == ADVOCATES:
        known = rows.filter((pl.col("referrals_won") > 0) | (pl.col("quadrant") == "advocate"))
        return known.sort("referred", "reach", "account_id", descending=[True, True, False], nulls_last=True)
    return rows.sort("worth", "account_id", descending=[True, False], nulls_last=True)


_MONEY = partial(st.column_config.NumberColumn, format="%,.0f")
_COLUMNS: dict[str, Any] = {
    "name": st.column_config.TextColumn("Account", pinned=True),
    "worth": _MONEY("Worth"),
    "low": _MONEY("from"),
    "high": _MONEY("to"),
    "segment": "Segment",
    "csm": "CSM",
    "mrr": _MONEY("MRR"),
    "margin": st.column_config.NumberColumn("Margin", format="percent"),
    "months": st.column_config.NumberColumn("Months to come", format="%.1f"),
    "brings": _MONEY("Brings"),
    "acquisition_cost": _MONEY("Acquisition"),
    "serving": _MONEY("To serve"),
    "referred": _MONEY("Referrals"),
    "referrals_won": st.column_config.NumberColumn("Won referrals"),
    "monthly": _MONEY("Brings a month", help="Margin × MRR − monthly cost to serve"),
    "payback_months": st.column_config.NumberColumn("Pays back in months", format="%.1f"),
    "quadrant": "Quadrant",
    "lacks": st.column_config.TextColumn("Not known, or stated", width=220),
}
_BY_LIST = {
    COST: ("monthly",),
    BACK: ("payback_months", "acquisition_cost", "monthly"),
    ADVOCATES: ("referred", "referrals_won", "quadrant"),
}
_GROUPS: dict[str, Any] = {
    "accounts": st.column_config.NumberColumn("Customers"),
    "known": st.column_config.NumberColumn("Worth known"),
    "mrr": _MONEY("MRR"),
    "worth": _MONEY("Worth"),
    "low": _MONEY("from"),
    "high": _MONEY("to"),
    "mean": _MONEY("Worth each"),
    "cost_more": st.column_config.NumberColumn("Cost more than they bring"),
}
