"""People: who may see and do what?"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import polars as pl
import streamlit as st

from actions import people as deeds
from components import empty, failures, queries, session, tables, words
from components.queries import Reader
from components.queries import staff as queries_staff

WHERE = "people"
_ROLES = {
    "csm": "CSM: their own book",
    "manager": "Manager: their own book and their team's",
    "admin": "Admin: everything, and who may do what",
    "auditor": "Auditor: reads everything, changes nothing",
}


def render() -> None:
    """Who has which role and why, and whose book is lent to whom."""
    st.title("People", anchor=False)
    _page()


@st.fragment
@failures.guarded
def _page() -> None:
    reader = failures.current(session.reader(), WHERE)
    failures.tell(WHERE)
    staff, given = queries.csms(reader), queries_staff.roles(reader)
    lent = queries_staff.lent_books(reader, session.now().date())
    if staff.is_empty() and given.is_empty():
        empty.nothing(
            "Nobody is known here yet.", "Import your CSMs with your accounts, or give roles below."
        )
    everybody = _everybody(staff, given)
    _sentence(reader, everybody, lent)
    if not everybody.is_empty():
        _table(everybody)
    if reader.viewer.role == "admin":
        _role_form(reader, staff, given)
        _take(given, reader)
    _lending(reader, staff, lent)


def _everybody(staff: pl.DataFrame, given: pl.DataFrame) -> pl.DataFrame:
    """One row an address: the role that counts and where it comes from."""
    leads = staff["manager_id"].drop_nulls().unique()
    imported = staff.select(
        "name",
        email=pl.coalesce(pl.col("email").str.to_lowercase(), "csm_id"),
        role=pl.when(pl.col("csm_id").is_in(leads.implode()))
        .then(pl.lit("manager"))
        .otherwise(pl.lit("csm")),
        why=pl.lit("imported with the CSMs"),
    )
    chosen = given.select(
        "name",
        "email",
        "role",
        why=pl.format("given by {} on {}", "changed_by", pl.col("changed_at").dt.strftime("%-d %b %Y")),
    )
    rest = imported.filter(~pl.col("email").is_in(chosen["email"].implode()))
    return pl.concat([chosen, rest]).sort("name")


def _sentence(reader: Reader, everybody: pl.DataFrame, lent: pl.DataFrame) -> None:
    counts = dict(everybody.group_by("role").len().iter_rows())
    told = ", ".join(words.count(counts[role], role) for role in _ROLES if role in counts)
    books = f" {words.count(lent.height, 'book is', 'books are')} lent to a colleague." if lent.height else ""
    st.markdown(
        f"**{words.count(everybody.height, 'person', 'people')} may come in**: {told or 'nobody'}.{books}"
    )
    first = ", ".join(reader.store.configuration.first_admins)
    if first:
        st.caption(f"Admins by configuration, whatever stands here: {words.plain(first)}.")
    role = _ROLES.get(reader.viewer.role, reader.viewer.role)
    st.caption(f"You are {words.plain(reader.viewer.name)}. {words.plain(role)}.")


def _table(everybody: pl.DataFrame) -> None:
    column = st.column_config
    tables.plain_table(
        everybody.select("name", "email", pl.col("role").replace(_ROLES), "why"),
        "Everybody who may come in",
        {
            "name": column.TextColumn("Name"),
            "email": column.TextColumn("Signs in as"),
            "role": column.TextColumn("May"),
            "why": column.TextColumn("Because"),
        },
    )


def _role_form(reader: Reader, staff: pl.DataFrame, given: pl.DataFrame) -> None:
    with st.expander("Give somebody a role", icon=":material/person_add:"):
        st.text_input("E-mail address they sign in with", key="role-email", persist_state="session")
        st.text_input("Name", key="role-name", persist_state="session")
        st.radio("Role", list(_ROLES), key="role-role", format_func=lambda role: _ROLES[role])
        books = {"": "No book of their own", **dict(staff.select("csm_id", "name").iter_rows())}
        st.selectbox(
            "Whose book is their own", list(books), key="role-book", format_func=lambda one: books[one]
        )
        address = str(st.session_state.get("role-email") or "").strip().lower()
        before = given.filter(pl.col("email") == address).to_dicts()
        if before:
            st.caption(f"Now: {words.plain(_ROLES[before[0]['role']])}. It is replaced.")
        seen = before[0]["version"] if before else 0
        st.button("Give this role", type="primary", key="role-give", on_click=_give, args=(seen,))


def _give(seen: int) -> None:
    state, reader = st.session_state, session.reader()
    given = {"email": state["role-email"], "name": state["role-name"], "role": state["role-role"]}
    book = state["role-book"] or None
    done = failures.attempt_at(
        seen,
        lambda at: deeds.give_role(
            reader.store, reader.viewer, session.now_utc(), **given, csm_id=book, seen=at
        ),
        WHERE,
    )
    if done:
        state["role-email"] = state["role-name"] = ""


def _take(given: pl.DataFrame, reader: Reader) -> None:
    others = given.filter(pl.col("email") != reader.viewer.person.lower())["email"].to_list()
    if not others:
        return
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        chosen = st.selectbox("Take a role away", others, index=None, key="role-gone", width=320)
        st.button("Take it away", key="role-take", disabled=chosen is None, on_click=_taken, args=(chosen,))


def _taken(email: str) -> None:
    reader = session.reader()
    failures.attempt(lambda: deeds.take_role(reader.store, reader.viewer, session.now_utc(), email), WHERE)


def _lending(reader: Reader, staff: pl.DataFrame, lent: pl.DataFrame) -> None:
    st.subheader("Looking after a colleague's book", anchor=False)
    names = dict(staff.select("csm_id", "name").iter_rows())
    own = (
        staff
        if reader.viewer.books is None
        else staff.filter(pl.col("csm_id").is_in(list(reader.viewer.books)))
    )
    mine = lent.filter(
        pl.col("csm_id").is_in(own["csm_id"].implode()) | (pl.col("email") == reader.viewer.person.lower())
    )
    if mine.is_empty():
        st.caption("No book is lent now. Lend yours while you are away; it comes back by itself.")
    for row in mine.iter_rows(named=True):
        _loan(row, names, reader)
    if reader.viewer.role == "auditor" or own.is_empty():
        return
    with st.expander("Lend a book", icon=":material/swap_horiz:"):
        st.selectbox(
            "Whose book", own["csm_id"].to_list(), key="lend-book", format_func=lambda one: names[one]
        )
        st.text_input("To whom (e-mail address)", key="lend-email", persist_state="session")
        st.date_input(
            "Until",
            session.now().date() + timedelta(days=14),
            key="lend-until",
            min_value=session.now().date(),
        )
        st.text_input("Why", key="lend-why", placeholder="Parental leave", persist_state="session")
        st.button("Lend it", type="primary", key="lend", on_click=_lend)


def _loan(row: dict[str, Any], names: dict[str, str], reader: Reader) -> None:
    until: date | None = row["until"]
    whose = names.get(row["csm_id"], row["csm_id"])
    told = f"until {until:%-d %b %Y}" if until else "until it is given back"
    with st.container(
        border=True, horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"
    ):
        st.markdown(
            f"**{words.plain(whose)}**'s book to {words.plain(row['email'])}, {told}: "
            f"{words.plain(row['reason'])}",
            width="content",
        )
        if reader.viewer.role != "auditor":
            st.button("Give it back", key=f"back-{row['grant_id']}", on_click=_back, args=(row["grant_id"],))


def _lend() -> None:
    state, reader = st.session_state, session.reader()
    done = failures.attempt(
        lambda: deeds.lend(
            reader.store,
            reader.viewer,
            session.now_utc(),
            email=state["lend-email"],
            csm_id=state["lend-book"],
            until=state["lend-until"],
            reason=state["lend-why"],
        ),
        WHERE,
    )
    if done:
        state["lend-email"] = state["lend-why"] = ""


def _back(grant_id: int) -> None:
    reader = session.reader()
    failures.attempt(lambda: deeds.give_back(reader.store, reader.viewer, session.now_utc(), grant_id), WHERE)
