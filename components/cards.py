"""The call card: whom to call, why, what to say, and what came of it in two clicks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any, cast

import streamlit as st

from components import beyond, clock, failures, marks, queries, session, words
from components.deeds import CallDeeds, Outcome, Person
from components.failures import guarded
from components.logged import logged
from components.navigation import account_link, link
from components.queries import Reader
from components.queries import plan as queries_plan

_AGAIN = "log again"
_OUTCOMES: tuple[tuple[Outcome, str], ...] = (
    ("reached", "Reached"),
    ("left message", "Left message"),
    ("wrong person", "Wrong person"),
)


@dataclass(frozen=True)
class Card:
    """One call: a row of the call list (`models.call_frames.CALLS`), and whose account it is."""

    account_id: str
    name: str
    csm_id: str | None
    csm: str | None
    quadrant: str | None
    mrr: float | None
    currency: str | None
    renewal_on: date | None
    reasons: tuple[str, ...]
    prescription: str
    talk_track: str
    why: str
    due_on: date | None
    contact_id: str | None
    contact_name: str | None
    role: str | None
    phone: str | None
    email: str | None
    timezone: str | None
    channel: str
    in_hours: bool | None
    opens_at: datetime | None
    closes_at: datetime | None

    @property
    def person(self) -> Person:
        return Person(self.account_id, self.contact_id, self.csm_id or None, self.reasons)


def call_card(
    reader: Reader, card: Card, deeds: CallDeeds, since: datetime, *, on_sheet: bool = False
) -> None:
    """A card; once a call was logged after `since` (UTC) it says so and asks whether it helped.

    It redraws by itself, under the key `card_key`. `on_sheet`: what to say stands beside it already.
    """
    st.fragment(_card, key=card_key(card.account_id))(reader, card, deeds, since, on_sheet=on_sheet)


def card_key(account_id: str) -> str:
    """The key by which the card of an account is redrawn."""
    return f"call-{account_id}"


@guarded
def _card(reader: Reader, card: Card, deeds: CallDeeds, since: datetime, *, on_sheet: bool) -> None:
    now = failures.current(reader, card.account_id)
    done = queries.calls_since(now, since).get(card.account_id)
    with st.container(border=True, gap="xsmall", key=f"card-{card.account_id}"):
        _head(card)
        failures.tell(card.account_id)
        if done is not None:
            logged(done, deeds)
            return
        st.markdown(_told(card) + _claimed(now, card.account_id))
        if beyond.asked(card.account_id):
            beyond.ask(card.account_id, partial(_log_all_the_same, card, deeds))
        else:
            _buttons(card, deeds, on_sheet=on_sheet)


def logged_card(reader: Reader, account_id: str, name: str, deeds: CallDeeds, since: datetime) -> None:
    """A call that the list did not ask for, as it was logged; nothing once it was taken back."""
    st.fragment(_other, key=card_key(account_id))(reader, account_id, name, deeds, since)


@guarded
def _other(reader: Reader, account_id: str, name: str, deeds: CallDeeds, since: datetime) -> None:
    done = queries.calls_since(failures.current(reader, account_id), since).get(account_id)
    failures.tell(account_id)
    if done is None:
        st.caption(f"{words.plain(name)}: taken back.")
        return
    with st.container(border=True, gap="xsmall", key=f"logged-{account_id}"):
        account_link(account_id, name)
        logged(done, deeds)


def _head(card: Card) -> None:
    today = clock.today()
    renews = f"renews {words.near(card.renewal_on, today)}" if card.renewal_on else "no renewal date"
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", width="content"):
            account_link(card.account_id, card.name)
            st.markdown(marks.quadrant(card.quadrant), width="content")
        st.markdown(f"**{words.money(card.mrr, card.currency)}** MRR · {renews}", width="content")


def _told(card: Card) -> str:
    """Whom to ask for, why, and what to do: one text, because each element costs time."""
    due = f"**Due {words.near(card.due_on, clock.today())}.** " if card.due_on else ""
    why = [f"- {words.plain(reason)}" for reason in card.reasons[:3]]
    return "\n".join(
        [_whom(card), "", *why, "", f":material/assignment: {due}{words.plain(card.prescription)}"]
    )


def _claimed(reader: Reader, account_id: str) -> str:
    """Who is on this call at the moment, as a paragraph more."""
    claim = queries_plan.taken(reader, session.now_utc()).get(account_id)
    if claim is None:
        return ""
    mine = claim["person"] == reader.viewer.person
    who = "Yours" if mine else f"Taken by {words.plain(claim['name'])}"
    return f"\n\n:material/front_hand: **{who} since {clock.shown(claim['taken_at'])}.**"


def _whom(card: Card) -> str:
    name = ", ".join(words.plain(part) for part in (card.contact_name, card.role) if part)
    there = words.local_time(card.timezone, session.now())
    known = [part for part in (name, *_reach(card), there, _closed(card)) if part] or [
        "No contact was imported."
    ]
    whose = [f":gray[for {words.plain(card.csm)}]"] if card.csm else []
    return " · ".join([*known, *whose])


def _reach(card: Card) -> list[str]:
    """The way they prefer first: those who would rather be written to can still be rung."""
    phone = words.phone(card.phone)
    if card.channel == "email":
        return [words.email(card.email, "prefers e-mail"), phone]
    return [phone or words.email(card.email)]


def _closed(card: Card) -> str:
    """That they are closed now, and when they can be rung, on the reader's clock; e-mail waits for nobody."""
    if card.in_hours is not False or card.channel == "email" or not card.opens_at or not card.closes_at:
        return ""
    return f":orange[closed now, ring {clock.span(card.opens_at, card.closes_at)}]"


def said(card: Card, *, know: bool = True) -> str:
    """What to say, a paragraph a thought, and why it stands where it stands; `know`: with the reasons."""
    every = [line.partition(": ") for line in card.talk_track.splitlines()]
    lines = [line for line in every if know or line[0] != "Know"]
    talk = [f"**{head}** {words.plain(rest)}" for head, _, rest in lines]
    return "\n\n".join([*talk, f":small[:gray[Why here on the list: {words.plain(card.why)}]]"])


def _buttons(card: Card, deeds: CallDeeds, *, on_sheet: bool) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small", wrap=False):
        for outcome, label in _OUTCOMES:
            st.button(
                label,
                key=f"{outcome}-{card.account_id}",
                type="primary" if outcome == "reached" else "secondary",
                on_click=_log,
                args=(card, deeds, outcome),
            )
        if not on_sheet:
            with st.popover("What to say", icon=":material/forum:"):
                st.markdown(said(card))
            link("call", "Call sheet", icon=":material/assignment_ind:", account=card.account_id)
    if st.session_state.get(_AGAIN) == card.account_id:
        st.button(
            "It was another call: log it too",
            key=f"again-{card.account_id}",
            on_click=_log,
            args=(card, deeds, "reached"),
            kwargs={"again": True},
        )


def _log(card: Card, deeds: CallDeeds, outcome: Outcome, *, again: bool = False, because: str = "") -> None:
    st.session_state[_AGAIN] = None
    act = partial(deeds.log, card.person, outcome, again=again, because=because)
    done = beyond.attempt(act, card.account_id, outcome)
    if not done and not beyond.asked(card.account_id):
        st.session_state[_AGAIN] = card.account_id


def _log_all_the_same(card: Card, deeds: CallDeeds, outcome: str, because: str) -> None:
    _log(card, deeds, cast("Outcome", outcome), because=because)


def card_of(row: dict[str, Any], csm: str | None) -> Card:
    """The card of one row of the call list; `csm` names whose account it is, where that needs saying."""
    columns = {name: row[name] for name in Card.__dataclass_fields__ if name not in ("csm", "reasons")}
    return Card(csm=csm, reasons=tuple(row["reasons"]), **columns)
