"""What is going on here?"""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import streamlit as st

from components import (
    account_search,
    charts_account,
    clock,
    empty,
    failures,
    marks,
    navigation,
    queries,
    score_card,
    session,
    words,
)
from components.call_here import call_here
from components.churn_card import churn_card
from components.contacts import contact_list
from components.exception_card import exception_card
from components.path_card import path_card
from components.pulse_card import pulse_card
from components.queries import Reader
from components.queries import content as queries_content
from components.queries import why as queries_why
from components.timeline import timeline_list
from components.users_table import users_table
from components.why_card import why_card
from models.exception_view import state_on
from models.quadrant import MEDICINE
from models.timeline import timeline
from pages._deeds import call_deeds, exception_deeds, path_deeds, pulse_deeds

_COLUMN = 170
_FACTS = ("survey_responses", "interactions", "handoffs", "community_posts", "subscriptions")


def render() -> None:
    """One account, to prepare a call in a minute."""
    reader = session.reader()
    if not empty.ready(reader, "Account"):
        return
    wanted = st.query_params.get("account")
    found = queries.scores(reader).filter(pl.col("account_id") == wanted) if wanted else None
    if found is None or found.is_empty():
        _not_found(reader, wanted)
        return
    _account(reader, found.row(0, named=True), clock.today())


def _not_found(reader: Reader, wanted: str | None) -> None:
    st.title("Account", anchor=False)
    if wanted:
        if reader.viewer.books is not None:
            failures.refused(f"There is no account {wanted[:100]} in their book.")
        st.markdown(
            f"There is no account **{words.plain(wanted)}** in this book on "
            f"{words.day(reader.as_of, clock.today())}. It may have left, or belong to somebody else."
        )
    else:
        st.markdown("Choose an account: type a part of its name.")
    account_search.search(reader)
    navigation.link("accounts", "All accounts", icon=":material/groups:")


def _account(reader: Reader, row: dict[str, Any], today: date) -> None:
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        with st.container(horizontal=True, vertical_alignment="center", width="content", gap="small"):
            st.title(words.plain(row["name"]), anchor=False, width="content")
            st.markdown(marks.quadrant(row["quadrant"]), width="content")
        with st.container(width=280):
            account_search.search(reader)
    _facts(reader, row, today)
    contacts = queries.fact(reader, "contacts", row["account_id"])
    call_here(reader, row, contacts, call_deeds(reader), clock.day_start())
    grid = st.grid(5, min_column_width=_COLUMN, gap="medium")
    with grid.cell(column_span=3), st.container(key="account-main"):
        _exceptions(reader, row, today)
        path_card(reader, row["account_id"], path_deeds(reader), today)
        events = _events(reader, row["account_id"], row["signed_on"])
        st.subheader("Why it moved", anchor=False)
        why_card(reader, row["account_id"], events, today)
        _usage(reader, row)
        users_table(reader, row["account_id"])
        _timeline(events, contacts, today)
    with grid.cell(column_span=2), st.container(key="account-side"):
        st.subheader("Contacts", anchor=False)
        contact_list(contacts, session.now(), administers=reader.viewer.role == "admin")
        _scores(reader, row, today)


def _facts(reader: Reader, row: dict[str, Any], today: date) -> None:
    names = dict(queries.csms(reader).select("csm_id", "name").iter_rows())
    csm = names.get(row["csm_id"], row["csm_id"])
    who = [
        f"CSM **{words.plain(csm)}**" if csm else "**No CSM**",
        *(words.plain(row[name]) for name in ("segment", "plan", "region", "industry") if row[name]),
    ]
    money = f"**{words.money(row['mrr'], row['currency'])}** MRR"
    renewal = f"renews **{words.near(row['renewal_on'], today)}**" if row["renewal_on"] else "no renewal date"
    tenure = f"customer for {words.tenure(row['tenure_days'])}"
    contact = f"last contact {words.ago(row['last_contact_on'], today)}"
    st.markdown(" · ".join([*who, money, renewal, tenure, contact]))
    if row["quadrant"]:
        st.caption(f"{row['quadrant'].capitalize()}: {MEDICINE[row['quadrant']]}")


def _exceptions(reader: Reader, row: dict[str, Any], today: date) -> None:
    st.subheader("Exceptions", anchor=False)
    mine = queries.every_exception(reader).filter(pl.col("account_id") == row["account_id"])
    is_open = mine.with_columns(state_on(today)).filter(pl.col("closed_on").is_null())
    if is_open.is_empty():
        before = f" {words.count(mine.height, 'earlier one')} mended." if mine.height else ""
        st.markdown(f"Nothing is open here as of {words.day(reader.as_of, today)}.{before}")
        return
    deeds, calls = exception_deeds(reader), call_deeds(reader)
    listed = row["account_id"] in queries.accounts_to_call(reader)
    for found in is_open.iter_rows(named=True):
        exception_card(reader, found, row, deeds, calls, listed=listed, named=False)


def _scores(reader: Reader, row: dict[str, Any], today: date) -> None:
    pulse_card(reader, row["account_id"], pulse_deeds(reader), today)
    st.subheader("Scores", anchor=False)
    st.caption(f"As of {words.near(reader.as_of, today)}.")
    with st.container(border=True, gap="xsmall"):
        score_card.behaviour(row, today)
    with st.container(border=True, gap="xsmall"):
        score_card.emotion(row, today)
    with st.container(border=True, gap="xsmall"):
        score_card.reach(row)
    with st.container(border=True, gap="xsmall"):
        score_card.risk(row)
    with st.container(border=True, gap="xsmall"):
        churn_card(reader, row, today)


def _usage(reader: Reader, row: dict[str, Any]) -> None:
    st.subheader("Usage", anchor=False)
    weeks = queries.weeks(reader).filter(pl.col("account_id") == row["account_id"])
    if weeks.is_empty() or not sum(weeks["events"][0]):
        empty.nothing("No usage.", "Import usage events with this account_id.", ":material/bar_chart:")
        return
    events, days = weeks["events"][0].to_list(), weeks["active_days"][0].to_list()
    st.plotly_chart(
        charts_account.usage(events, days, reader.as_of),
        config=charts_account.CONFIG,
        alt=charts_account.usage_alt(events, reader.as_of),
        key="usage",
    )


def _events(reader: Reader, account: str, signed_on: date | None) -> pl.DataFrame:
    """All that ever happened here; columns of `models.timeline.TIMELINE`."""
    return timeline(
        {name: queries.fact(reader, name, account) for name in _FACTS},
        queries.calls(reader).filter(pl.col("account_id") == account),
        queries.every_exception(reader).filter(pl.col("account_id") == account),
        reader.as_of,
        queries.pulses(reader).filter(pl.col("account_id") == account),
        champions=queries_why.quiet_champions(reader, account),
        releases=queries_why.releases(reader, account, signed_on),
        sent=queries_content.sent_to(reader, account),
    )


def _timeline(events: pl.DataFrame, contacts: pl.DataFrame, today: date) -> None:
    st.subheader("Timeline", anchor=False)
    names = dict(contacts.select("contact_id", "name").drop_nulls().iter_rows())
    timeline_list(events, names, today)
