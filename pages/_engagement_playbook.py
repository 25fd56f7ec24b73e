"""The medicine for each quarter as a playbook: read it, fill it with an account's facts, edit it, go back."""

from __future__ import annotations

from functools import partial
from typing import Any

import polars as pl
import streamlit as st

from actions import playbooks as deeds
from components import clock, failures, navigation, queries, session, words
from components.queries import Reader
from components.queries import playbooks as read
from components.queries.content import offered
from models.call_contacts import choose_contacts
from models.findings import OWN
from models.own_playbook import came_with
from models.playbook import PLACEHOLDERS, Playbook, filled, from_body, sending
from models.quadrant import CAPTIVE

_PAGE = "engagement_playbook"
_SEEN = "playbook_seen"
EDIT, VERSIONS = "edit_playbook", "playbook_versions"
"""The parts that are drawn only while they are open."""

_MOST_ACCOUNTS = 100
_MOST_VERSIONS = 10
_CALLED = {
    "do": "what to do",
    "who": "who calls",
    "within_days": "the days",
    "goal": "the goal",
    "talk": "the talk track",
    "follow_up": "the follow-up",
    "content": "the content to send",
}
_FIELDS = tuple(_CALLED)


def playbooks(reader: Reader, chosen: str | None, accounts: pl.DataFrame) -> None:
    """The playbook of the quarter that is looked at, or of another one that is picked.

    `accounts` (`VIEW`) are those whose facts can fill the talk track.
    """
    st.subheader("What to do", anchor=False)
    called = read.names(reader)
    picked = st.pills(
        "Playbook",
        list(called),
        key="playbook",
        bind="query-params",
        format_func=lambda code: called.get(code, code),
        help="Without a choice, the playbook of the quarter that is shown above.",
    )
    name = str(picked or chosen or CAPTIVE)
    playbook = read.playbook(reader, name)
    failures.tell(_PAGE)
    grid = st.grid(2, min_column_width=360, gap="medium")
    with grid.cell():
        _told(reader, playbook, called.get(name, name))
    with grid.cell():
        _spoken(reader, playbook, accounts)
    folded = (
        (
            f"Edit the playbook “{called.get(name, name)}”",
            ":material/edit:",
            EDIT,
            partial(_form, reader, playbook),
        ),
        ("Versions", ":material/history:", VERSIONS, partial(_versions, reader, name)),
    )
    for label, icon, key, draw in folded:
        part = st.expander(label, icon=icon, key=key, on_change="rerun")
        if part.open:
            with part:
                draw()
    navigation.link("content", "Content library: what can be sent", icon=":material/library_books:")


def _told(reader: Reader, playbook: Playbook, called: str) -> None:
    saved = read.versions(reader, playbook.name)
    with st.container(border=True, gap="small"):
        st.markdown(f"**{words.plain(called)}: {words.plain(playbook.do)}**")
        lines = [
            f"**Who calls:** {words.plain(playbook.who)}, within {words.count(playbook.within_days, 'day')}",
            f"**Goal:** {words.plain(playbook.goal)}",
            f"**Then:** {words.plain(playbook.follow_up)}" if playbook.follow_up else "",
        ]
        pieces = offered(reader).filter(pl.col("content_id").is_in(list(playbook.content)))
        lines += [f"**Send** {read.piece_words(row)}" for row in pieces.iter_rows(named=True)]
        st.markdown("\n\n".join(line for line in lines if line))
        if saved.is_empty():
            whose = "rule's own words" if playbook.name.startswith(OWN) else "words that Rounds came with"
            st.caption(f"The {whose}. Save your own, and Today's talk track uses them.")
        else:
            last = saved.row(0, named=True)
            at = words.day(last["saved_at"].date(), clock.today())
            st.caption(
                f"Saved on {at} by {words.plain(last['saved_by'])}. Today's talk track uses these words."
            )


def _spoken(reader: Reader, playbook: Playbook, accounts: pl.DataFrame) -> None:
    with st.container(border=True, gap="small"):
        some = accounts.head(_MOST_ACCOUNTS)
        named = dict(some.select("account_id", "name").iter_rows())
        account = st.selectbox(
            "What to say to",
            list(named),
            format_func=lambda key: named.get(key, key),
            key="spoken_to",
            help="The first accounts of the list above.",
        )
        pieces = {
            row["content_id"]: " ".join(part for part in (row["title"], row["link"]) if part)
            for row in offered(reader).iter_rows(named=True)
        }
        talk = sending(playbook, pieces).talk
        said = filled(talk, _facts(reader, accounts, account)) if account else talk
        heads = [line.partition(": ") for line in said.splitlines()]
        st.markdown("\n\n".join(f"**{words.plain(head)}:** {words.plain(rest)}" for head, _, rest in heads))


def _facts(reader: Reader, accounts: pl.DataFrame, account: str) -> dict[str, object]:
    """What stands in the place of each placeholder, for one account."""
    row = accounts.row(by_predicate=pl.col("account_id") == account, named=True)
    contacts = queries.fact(reader, "contacts", account)
    nobody = pl.DataFrame(schema={"account_id": pl.String, "contact_id": pl.String})
    people = choose_contacts(contacts, nobody).to_dicts()
    person: dict[str, Any] = people[0] if people else {}
    mine = queries.open_exceptions(reader).filter(pl.col("account_id") == account)
    return {
        "name": row["name"],
        "contact": person.get("contact_name"),
        "role": person.get("role"),
        "reasons": " ".join(mine["sentence"].head(3).to_list()) or "No open exception.",
        "mrr": words.money(row["mrr"], row["currency"]),
        "renewal": words.near(row["renewal_on"], clock.today()),
        "quadrant": row["quadrant"],
    }


def _key(name: str, field: str) -> str:
    return f"playbook-{name}-{field}"


def _form(reader: Reader, playbook: Playbook) -> None:
    """Fields keep what was typed until it is saved, also when somebody else saves first."""
    name = playbook.name
    saved = read.versions(reader, name)
    newest = 0 if saved.is_empty() else int(saved["playbook_id"][0])
    if _key(name, _SEEN) not in st.session_state:
        _fill(playbook, newest)
    pieces = dict(offered(reader).select("content_id", "title").iter_rows())
    _keep_only(_key(name, "content"), pieces)
    with st.form(f"playbook-{name}", border=False, enter_to_submit=False):
        _text("What to do", name, "do")
        with st.container(horizontal=True):
            st.text_input("Who calls", key=_key(name, "who"), persist_state="session")
            st.number_input(
                "Within days", 1, 365, key=_key(name, "within_days"), width=140, persist_state="session"
            )
        _text("Goal of the call", name, "goal")
        _text(
            "Talk track, a line a thought, each begun with a word and a colon",
            name,
            "talk",
            height=180,
            help="In braces: " + ", ".join(f"{{{word}}} {what}" for word, what in PLACEHOLDERS.items()),
        )
        _text("Follow-up", name, "follow_up")
        st.multiselect(
            "Content to send",
            list(pieces),
            format_func=lambda piece: pieces.get(piece, str(piece)),
            key=_key(name, "content"),
            placeholder="From the content library",
            persist_state="session",
        )
        st.form_submit_button("Save as a new version", type="primary", on_click=_save, args=(name,))


def _text(label: str, name: str, field: str, **more: Any) -> None:
    st.text_area(label, key=_key(name, field), persist_state="session", **({"height": 75} | more))


def _fill(playbook: Playbook, version: int) -> None:
    """Put a playbook's words into its form, and remember which version they are."""
    for field in _FIELDS:
        value = getattr(playbook, field)
        st.session_state[_key(playbook.name, field)] = list(value) if field == "content" else value
    st.session_state[_key(playbook.name, _SEEN)] = version


def _keep_only(key: str, pieces: dict[int, str]) -> None:
    """A piece that was retired meanwhile can't stay chosen."""
    st.session_state[key] = [piece for piece in st.session_state.get(key, ()) if piece in pieces]


def _save(name: str) -> None:
    reader, state = session.reader(), st.session_state
    values = {field: state[_key(name, field)] for field in _FIELDS if field != "content"}
    playbook = Playbook(name=name, content=tuple(state[_key(name, "content")]), **values)
    seen = int(state[_key(name, _SEEN)])
    save = partial(_save_now, reader, playbook, seen)
    if not failures.attempt(save, _PAGE):
        # Read what they saved, then save yours over it: the second time is meant.
        found = read.versions(queries.refreshed(reader), name)
        state[_key(name, _SEEN)] = 0 if found.is_empty() else int(found["playbook_id"][0])


def _save_now(reader: Reader, playbook: Playbook, seen: int) -> None:
    version = deeds.save_playbook(reader.store, reader.viewer, session.now_utc(), playbook, seen)
    _fill(playbook, version)


def _versions(reader: Reader, name: str) -> None:
    """Every version with who, when and what changed; any of them can count again."""
    saved = read.versions(reader, name)
    today = clock.today()
    usual = came_with(read.rules(reader), name)
    bodies = [*(from_body(body) for body in saved["body"]), usual]
    titles = dict(read.library(reader).select("content_id", "title").iter_rows())
    for place, row in enumerate(saved.head(_MOST_VERSIONS).iter_rows(named=True)):
        at = f"{words.day(row['saved_at'].date(), today)} {clock.shown(row['saved_at'])}"
        said = _difference(bodies[place + 1], bodies[place])
        apart = _apart(bodies[place], bodies[0], titles)
        _version(name, row["playbook_id"], f"{at}, {row['saved_by']}", said, apart, current=place == 0)
    head = "The rule's own words" if name.startswith(OWN) else "Came with Rounds"
    _version(name, 0, head, usual.do, _apart(usual, bodies[0], titles), current=saved.is_empty())
    if saved.height > _MOST_VERSIONS:
        st.caption(f"The newest {_MOST_VERSIONS} of {saved.height:,} versions.")


def _difference(before: Playbook, after: Playbook) -> str:
    """What a version changed, in words; short answers with what they became."""
    changed = [field for field in _FIELDS if getattr(before, field) != getattr(after, field)]
    if not changed:
        return "nothing changed."
    short = {"do": f": {after.do}", "within_days": f" to {after.within_days}"}
    return f"changed {', '.join(_CALLED[field] + short.get(field, '') for field in changed)}"


def _apart(old: Playbook, now: Playbook, titles: dict[int, str]) -> str:
    """What stood in an old version beside what stands there now, a paragraph for each difference."""

    def said(value: object) -> str:
        pieces = ", ".join(titles.get(one, str(one)) for one in value) if isinstance(value, tuple) else value
        lines = [words.plain(line) for line in str(pieces or "nothing").splitlines()]
        return "  \n".join(lines)

    differ = [field for field in _FIELDS if getattr(old, field) != getattr(now, field)]
    return "\n\n".join(
        f"**{_CALLED[field].capitalize()}**\n\n:gray[Then:] {said(getattr(old, field))}\n\n"
        f":gray[Now:] {said(getattr(now, field))}"
        for field in differ
    )


def _version(name: str, version: int, head: str, said: str, apart: str, *, current: bool) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"**{words.plain(head)}**: {words.plain(said)}", width="stretch")
        if current:
            st.markdown(":gray[counts now]", width="content")
        else:
            with st.popover("Compare", width="content"):
                st.markdown(apart or "Nothing differs from what counts now.")
            st.button("Use again", key=f"revert-{name}-{version}", on_click=_revert, args=(name, version))


def _revert(name: str, version: int) -> None:
    reader = session.reader()

    def act() -> None:
        made = deeds.revert_playbook(reader.store, reader.viewer, session.now_utc(), name, version)
        _fill(read.playbook(queries.refreshed(reader), name), made)

    failures.attempt(act, _PAGE)
