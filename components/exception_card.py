"""One exception: what is wrong, the numbers behind it, and what a person says of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import polars as pl
import streamlit as st

from components import clock, evidence, failures, marks, queries, words
from components.deeds import CallDeeds, ExceptionDeeds, Person, Verdict
from components.failures import guarded
from components.navigation import account_link
from components.queries import Reader
from models.exception_view import earlier

_VERDICTS: dict[Verdict, str] = {"true": "True", "false": "False", "premature": "Premature"}


@st.fragment
@guarded
def exception_card(
    reader: Reader,
    row: dict[str, Any],
    account: dict[str, Any],
    deeds: ExceptionDeeds,
    calls: CallDeeds,
    *,
    listed: bool,
    named: bool = True,
) -> None:
    """One exception (a row of `EXCEPTIONS`) on `account` (a row of the scores).

    `listed`: the account is on the call list; `named`: the card says the account's name.
    """
    now = failures.current(reader, _where(row))
    if now is not reader:
        mine = pl.col("exception_id") == row["exception_id"]
        row = queries.every_exception(now).row(by_predicate=mine, named=True)
        listed = row["account_id"] in queries.accounts_to_call(now)
    with st.container(border=True, gap="xsmall", key=_where(row)):
        _head(row, account, named=named)
        failures.tell(_where(row))
        _said(row)
        if row["times_opened"] > 1:
            _before(now, row)
        if row["closed_on"] is None:
            _buttons(row, account, deeds, calls, listed=listed)


def _head(row: dict[str, Any], account: dict[str, Any], *, named: bool) -> None:
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", width="content"):
            if named:
                account_link(row["account_id"], account["name"])
            st.markdown(f":gray-badge[{marks.kind(row['kind'])}]", width="content")
        st.markdown(f"**{words.money(account['mrr'], account['currency'])}** MRR", width="content")


def _said(row: dict[str, Any]) -> None:
    today = clock.today()
    again = f", for the {row['times_opened']}. time" if row["times_opened"] > 1 else ""
    dates = [
        f"Since {words.day(row['since'], today)}",
        f"first seen {words.day(row['first_seen'], today)}{again}",
        f"last seen {words.day(row['last_seen'], today)}",
    ]
    if row["closed_on"] is not None:
        dates.append(f"mended {words.day(row['closed_on'], today)}")
    is_due = row["due_on"] is not None and row["closed_on"] is None
    due = f"**Due {words.near(row['due_on'], today)}.** " if is_due else ""
    small = [
        part
        for part in (evidence.in_words(row["evidence"], row["last_seen"], today), " · ".join(dates))
        if part
    ]
    told = [
        "  \n".join([words.plain(row["sentence"]), *(f":small[:gray[{part}]]" for part in small)]),
        f":material/assignment: {due}{words.plain(row['prescription'])}",
    ]
    if row["snoozed_until"] is not None:
        until, reason = row["snoozed_until"], words.plain(row["snooze_reason"])
        far = words.near(until, today).partition(" (")[0]
        told.append(f":material/snooze: Snoozed until {words.day(until, today)} ({far}): {reason}")
    st.markdown("\n\n".join(told))


def _before(reader: Reader, row: dict[str, Any]) -> None:
    """The times it was there before: from when to when, and what people said of it then."""
    today = clock.today()
    times = []
    for past in earlier(queries.every_exception(reader), row["exception_id"]).iter_rows(named=True):
        ended = words.day(past["closed_on"], today) if past["closed_on"] else "now"
        said = f", judged {past['verdict']}" if past["verdict"] else ""
        times.append(f"{words.day(past['first_seen'], today)} to {ended}{said}")
    if times:
        st.caption(f":material/history: Before: {' · '.join(times)}")


def _buttons(
    row: dict[str, Any], account: dict[str, Any], deeds: ExceptionDeeds, calls: CallDeeds, *, listed: bool
) -> None:
    number = row["exception_id"]
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.segmented_control(
            "Is it true?",
            list(_VERDICTS),
            default=row["verdict"],
            format_func=lambda verdict: _VERDICTS[verdict],
            key=f"verdict-{number}-{row['version']}",
            label_visibility="collapsed",
            help="What you found when you looked; choose it again to take it back.",
            on_change=_judge,
            args=(row, deeds),
        )
        with st.popover("Snooze", icon=":material/snooze:", key=f"leave-{number}-{row['version']}"):
            _snooze_form(row, deeds)
        if listed:
            st.caption(":material/check: On the call list", width="content")
        else:
            st.button(
                "Add to call list",
                key=f"add-{number}",
                icon=":material/add_call:",
                type="tertiary",
                on_click=_add,
                args=(row, account, calls),
            )
    if row["verdict"]:
        st.caption(f"{words.plain(row['verdict_by'])} says: {row['verdict']}.")


def _snooze_form(row: dict[str, Any], deeds: ExceptionDeeds) -> None:
    number = row["exception_id"]
    if row["snoozed_until"] is not None:
        st.button("Wake it now", key=f"wake-{number}", on_click=_wake, args=(row, deeds))
        return
    tomorrow = clock.today() + timedelta(days=1)
    with st.form(f"snooze-{number}", border=False):
        st.date_input(
            "Until",
            value=tomorrow + timedelta(days=6),
            min_value=tomorrow,
            key=f"until-{number}",
            format="YYYY-MM-DD",
        )
        st.text_input("Why it can wait", key=f"why-{number}", persist_state="session")
        st.form_submit_button("Snooze", type="primary", on_click=_snooze, args=(row, deeds))


def _judge(row: dict[str, Any], deeds: ExceptionDeeds) -> None:
    number, version = row["exception_id"], row["version"]
    verdict = st.session_state[f"verdict-{number}-{version}"]
    failures.attempt_at(version, lambda at: deeds.judge(number, at, verdict), _where(row))


def _snooze(row: dict[str, Any], deeds: ExceptionDeeds) -> None:
    number, state = row["exception_id"], st.session_state
    until, why = state[f"until-{number}"], state[f"why-{number}"]
    failures.attempt_at(row["version"], lambda at: deeds.snooze(number, at, until, why), _where(row))


def _wake(row: dict[str, Any], deeds: ExceptionDeeds) -> None:
    failures.attempt(lambda: deeds.snooze(row["exception_id"], row["version"], None, ""), _where(row))


def _add(row: dict[str, Any], account: dict[str, Any], calls: CallDeeds) -> None:
    person = Person(row["account_id"], csm_id=account["csm_id"], reasons=(row["sentence"],))
    failures.attempt(lambda: calls.add([person]), _where(row))


def _where(row: dict[str, Any]) -> str:
    return f"exception-{row['exception_id']}"
