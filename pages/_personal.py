"""Personal data: give one contact all that is kept of them, or forget them; and how long raw data stays."""

from __future__ import annotations

from functools import partial

import polars as pl
import streamlit as st

from actions import keeping, personal
from actions.personal import Erased
from components import empty, failures, jobs, session, tables, uploads, words
from components.jobs import Job, Tell
from components.queries import Reader
from models.keeping import NAMES

WHERE = "personal"
_ASKED, _CONFIRMED = "contact", "erase-confirm"


def draw(reader: Reader) -> None:
    """Find a contact, see where they are, export or erase; then what is older than it is kept."""
    if reader.viewer.role not in personal.WHO:
        empty.nothing(
            "An admin gives people their data, or forgets them.",
            "Ask one when a customer's contact asks what is kept of them, or to be forgotten. "
            "How long imports keep data is in the settings.",
            ":material/shield_person:",
        )
        return
    job = jobs.current(_job(reader))
    if job is not None and not job.ended:
        _watch(reader)
        return
    failures.tell(WHERE)
    if job is not None:
        _outcome(reader, job)
        return
    _person(reader)
    _periods(reader)


def _job(reader: Reader) -> str:
    return f"{WHERE} {reader.store.database.url}"


@st.fragment(run_every="1s")
def _watch(reader: Reader) -> None:
    job = jobs.current(_job(reader))
    if job is None or job.ended:
        st.rerun()
    else:
        uploads.progress(job)


def _person(reader: Reader) -> None:
    st.subheader("One contact", anchor=False)
    asked = st.text_input(
        "Contact id, e-mail address or name",
        key=_ASKED,
        bind="query-params",
        placeholder="ida@example.com",
        width=420,
    ).strip()
    if not asked:
        st.caption("Everything that is kept of them is found, in every table, snapshot and file.")
        return
    known = personal.suggestions(reader.store, reader.viewer, asked)
    exact = known.filter(
        (pl.col("contact_id") == asked) | (pl.col("email").str.to_lowercase() == asked.lower())
    )
    if exact.is_empty() and known.height:
        st.caption("Which of them? Type the contact id.")
        tables.plain_table(known, "Contacts that match", _CONTACTS)
        return
    failures.guarded(_found)(reader, asked)


_CONTACTS = {"contact_id": "Contact", "name": "Name", "email": "E-mail", "account_id": "Account"}


def _found(reader: Reader, asked: str) -> None:
    traces, found = personal.look(reader.store, reader.viewer, asked)
    named = ", ".join(words.plain(name) for name in traces.names) or words.plain(asked)
    n = sum(found.places.values())
    st.markdown(f"**{named}** is in {words.count(n, 'row')}, in {words.count(len(found.places), 'place')}.")
    tables.plain_table(
        pl.DataFrame(list(found.places.items()), schema=["place", "rows"], orient="row"),
        "Where the contact was found",
        {"place": "Place", "rows": st.column_config.NumberColumn("Rows", format="localized")},
    )
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        st.download_button(
            "Export all of it",
            data=partial(_export, reader, asked),
            file_name="contact.json",
            mime="application/json",
            icon=":material/download:",
            on_click="ignore",
        )
        with st.popover("Erase", icon=":material/person_remove:"):
            st.markdown(
                "Name, addresses, words and keys go from every table and snapshot, also from texts of "
                "the audit log; files that were handed in and tell of them go whole. Counts and scores stay. "
                "This can't be undone, and an import won't bring them back."
            )
            if found.files:
                st.markdown(words.plain(found.files_in_words()))
            st.text_input(f"Type **{words.plain(asked)}** to confirm", key=_CONFIRMED)
            st.button("Erase for ever", type="primary", on_click=_erase, args=(asked,))


def _export(reader: Reader, asked: str) -> bytes:
    return personal.export(reader.store, reader.viewer, session.now_utc(), asked)[0]


def _erase(asked: str) -> None:
    reader, now = session.reader(), session.now_utc()
    typed = str(st.session_state.get(_CONFIRMED, ""))

    def work(tell: Tell) -> Erased:
        return personal.erase(reader.store, reader.viewer, now, asked, tell)

    if failures.attempt(lambda: personal.confirmed(asked, typed), WHERE):
        jobs.start(_job(reader), work)
        st.session_state[_ASKED] = ""


def _outcome(reader: Reader, job: Job) -> None:
    if job.failure:
        st.error(f"{job.failure} Nothing was erased.", icon=":material/error:")
    else:
        done: Erased = job.result
        head, *lines = done.in_words().splitlines()
        tell = st.success if done.whole else st.error
        tell("\n".join(f"- {words.plain(line)}" for line in lines), title=words.plain(head))
    st.button("Close", on_click=jobs.put_away, args=(_job(reader),))


def _periods(reader: Reader) -> None:
    st.subheader("How long raw data is kept", anchor=False)
    due = keeping.due(reader.store, session.now_utc())
    if not due:
        st.markdown("All of it is kept. The settings can give each kind a number of months:")
        st.caption(" · ".join(NAMES.values()))
        return
    st.markdown("\n".join(f"- {words.plain(one.in_words())}" for one in due))
    st.caption("The next refresh does it. Scores and snapshots stay.")
    st.button("Do it now", disabled=not any(one.rows for one in due), on_click=_expire)


def _expire() -> None:
    reader = session.reader()
    failures.attempt(lambda: keeping.apply(reader.store, reader.viewer, session.now_utc()), WHERE)
