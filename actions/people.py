"""Give roles, lend a book to a colleague, and put sign-ins and refusals on record."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from data_access import audit, people
from data_access.audit import record
from data_access.errors import DataError, NotAllowed
from data_access.people import ROLES
from data_access.store import Store
from data_access.viewer import Role, Viewer

_NAMELESS = "the token does not tell one sign-in from another"


def give_role(
    store: Store,
    viewer: Viewer,
    now: datetime,
    *,
    email: str,
    name: str,
    role: Role,
    csm_id: str | None,
    seen: int = 0,
) -> None:
    """Let somebody sign in with a role; admins only."""
    _admin(viewer)
    address = _address(email)
    if role not in ROLES:
        raise DataError(f"{role} is not a role; choose one of {', '.join(ROLES)}.")
    if csm_id is not None:
        _known(store, csm_id)
    with store.database.write() as connection:
        people.save(
            connection,
            viewer,
            now,
            email=address,
            name=name.strip() or address,
            role=role,
            csm_id=csm_id,
            seen=seen,
        )


def take_role(store: Store, viewer: Viewer, now: datetime, email: str) -> None:
    """Take a role away; admins only, and never their own."""
    _admin(viewer)
    if email.lower() == viewer.person.lower():
        raise DataError("You can't take your own role away; ask another admin.")
    with store.database.write() as connection:
        people.remove(connection, viewer, now, email)


def lend(
    store: Store,
    viewer: Viewer,
    now: datetime,
    *,
    email: str,
    csm_id: str,
    until: date | None,
    reason: str,
) -> None:
    """Let a colleague see and work a book until a day: one's own, or one of one's team's."""
    viewer.may_write()
    _known(store, csm_id)
    if viewer.books is not None and csm_id not in viewer.books:
        raise NotAllowed(f"{csm_id}'s book is not yours to lend.")
    if until is not None and until < now.date():
        raise DataError(f"{until:%-d %b %Y} is past; choose a later day.")
    if not reason.strip():
        raise DataError("Say why, so that an auditor understands it later.")
    with store.database.write() as connection:
        people.grant(
            connection, viewer, now, email=_address(email), csm_id=csm_id, until=until, reason=reason.strip()
        )


def give_back(store: Store, viewer: Viewer, now: datetime, grant_id: int) -> None:
    """End the lending of a book; who lent it, who has it, their manager or an admin may."""
    viewer.may_write()
    open_now = {row["grant_id"]: row for row in people.granted(store.database, now.date()).to_dicts()}
    row = open_now.get(grant_id)
    mine = row is not None and (
        viewer.books is None
        or row["csm_id"] in viewer.books
        or viewer.person.lower() in (row["email"], row["granted_by"].lower())
    )
    if row is not None and not mine:
        raise NotAllowed("That book is not yours to give back.")
    with store.database.write() as connection:
        people.end_grant(connection, viewer, now, grant_id)


def signed_in(store: Store, viewer: Viewer, now: datetime, session: str = "") -> None:
    """Put a sign-in on record; a page loaded again under the same sign-in (`session`) adds none."""
    since = now - timedelta(hours=store.configuration.session_hours + 1)
    with store.database.read() as connection:
        if session and audit.knows(connection, viewer.person, "sign-in", session, since):
            return
    after = {"role": viewer.role} | ({"session": session} if session else {})
    with store.database.write() as connection:
        record(connection, viewer, now, "sign-in", viewer.person, after=after)


def turned_away(store: Store, person: str, now: datetime, session: str = "") -> None:
    """Put a stranger's sign-in on record: once for each (`session`), once an hour where it has no name."""
    told, hours = (session, store.configuration.session_hours + 1) if session else ("", 1.0)
    with store.database.read() as connection:
        if audit.knows(connection, person, "refused", told or _NAMELESS, now - timedelta(hours=hours)):
            return
    who, after = Viewer(person, person, "auditor", ()), {"session": told or _NAMELESS}
    with store.database.write() as connection:
        record(connection, who, now, "refused", "sign-in: no role here", rows=0, after=after)


def refused(store: Store, person: str, now: datetime, what: str, where: str = "") -> None:
    """Put on record that somebody was not let in, or not let see or do something, and on which page."""
    after = {"page": where} if where else None
    with store.database.write() as connection:
        record(connection, Viewer(person, person, "auditor", ()), now, "refused", what, rows=0, after=after)


def _admin(viewer: Viewer) -> None:
    if viewer.role not in ("admin", "system"):
        raise NotAllowed(f"Only an admin gives roles; {viewer.name} is signed in as {viewer.role}.")


def _known(store: Store, csm_id: str) -> None:
    known = people.csms(store.database)["csm_id"].to_list()
    if csm_id not in known:
        raise DataError(f"No CSM is called {csm_id}; known are {', '.join(known[:5])}.")


def _address(email: str) -> str:
    address = email.strip().lower()
    name, at, domain = address.partition("@")
    if not (name and at and domain) or " " in address:
        raise DataError(f"'{email}' is not an e-mail address.")
    return address
