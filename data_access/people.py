"""Who works here, and what each of them may see.

A role given here wins; the first admins are named by ROUNDS_ADMINS; else the imported CSMs say who looks
after whom: somebody others report to is a manager, the rest are CSMs. Anybody else is a stranger.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, time, timedelta
from typing import Any, cast

import polars as pl
import sqlalchemy as sa

from data_access.audit import last, record
from data_access.conflicts import changed
from data_access.database import Database
from data_access.errors import NotFound
from data_access.facts import fact
from data_access.schema import grants, people
from data_access.tasks import handed
from data_access.turns import alone
from data_access.viewer import SYSTEM, Role, Viewer
from models.contracts import Column, Contract

_TEXT = pl.String()
ROLES: tuple[Role, ...] = ("csm", "manager", "admin", "auditor")

PEOPLE = Contract(
    "people",
    (
        Column("email", _TEXT, required=True, doc="in lower case"),
        Column("name", _TEXT, required=True),
        Column("role", _TEXT, required=True, doc="csm, manager, admin or auditor"),
        Column("csm_id", _TEXT, doc="whose book is their own; null for nobody's"),
        Column("changed_at", pl.Datetime("us"), required=True),
        Column("changed_by", _TEXT, required=True),
        Column("version", pl.Int64(), required=True),
    ),
    key=("email",),
)

GRANTS = Contract(
    "grants",
    (
        Column("grant_id", pl.Int64(), required=True),
        Column("email", _TEXT, required=True, doc="who may look"),
        Column("csm_id", _TEXT, required=True, doc="at whose book"),
        Column("until", pl.Date(), doc="last day; null: until it is ended"),
        Column("reason", _TEXT, required=True),
        Column("granted_at", pl.Datetime("us"), required=True),
        Column("granted_by", _TEXT, required=True),
    ),
    key=("grant_id",),
)


def csms(database: Database) -> pl.DataFrame:
    """Every CSM and manager; columns of `models.facts.CSMS`."""
    return fact(database, SYSTEM, "csms").sort("name")


def listing(database: Database) -> pl.DataFrame:
    """Everybody who was given a role here; columns of `PEOPLE`."""
    columns = (people.c[name] for name in PEOPLE.names)
    return database.few(sa.select(*columns).order_by(people.c.email), PEOPLE)


def granted(database: Database, today: date) -> pl.DataFrame:
    """Books that somebody looks after for a colleague on a day; columns of `GRANTS`."""
    columns = (grants.c[name] for name in GRANTS.names)
    open_now = grants.c.ended_at.is_(None) & (grants.c.until.is_(None) | (grants.c.until >= today))
    return database.few(sa.select(*columns).where(open_now).order_by(grants.c.grant_id), GRANTS)


def viewer_of(database: Database, email: str, today: date, admins: Collection[str] = ()) -> Viewer:
    """The viewer with this e-mail address (or csm_id); see the module for where the role comes from.

    A CSM sees their own book, a manager their own and those of everybody below them, both also the books
    granted to them until a day and the accounts whose call was handed to them; admins and auditors see
    all. Raises `NotFound` for a stranger.
    """
    wanted = email.strip().lower()
    staff = csms(database)
    told = listing(database).filter(pl.col("email") == wanted).to_dicts()
    found = staff.filter(
        (pl.col("email").str.to_lowercase() == wanted) | (pl.col("csm_id").str.to_lowercase() == wanted)
    ).to_dicts()
    if not told and not found and wanted not in _lower(admins):
        known = ", ".join(staff["email"].drop_nulls().head(5).to_list()) or "nobody yet"
        raise NotFound(f"Nobody here has the address {email}; known are {known}.")
    person: dict[str, Any] = (told or found or [{"name": wanted, "csm_id": None}])[0]
    own = person["csm_id"]
    below = _below(staff, own) if own else ()
    role: Role = cast("Role", told[0]["role"]) if told else "manager" if below else "csm"
    address = person.get("email") or own or wanted
    if wanted in _lower(admins) or role in ("admin", "auditor"):
        return Viewer(address, person["name"], "admin" if wanted in _lower(admins) else role)
    lent = granted(database, today).filter(pl.col("email") == wanted)["csm_id"].to_list()
    books = [*([own] if own else []), *(below if role == "manager" else ()), *lent]
    mine = tuple(dict.fromkeys(books))
    yesterday = datetime.combine(today, time.min) - timedelta(days=1)
    return Viewer(address, person["name"], role, mine, handed(database, mine, yesterday))


def save(
    connection: sa.Connection,
    viewer: Viewer,
    at: datetime,
    *,
    email: str,
    name: str,
    role: Role,
    csm_id: str | None,
    seen: int,
) -> None:
    """Give somebody a role; `seen` is the version that was looked at, 0 for somebody new."""
    alone(connection, "people")
    now = connection.execute(sa.select(people).where(people.c.email == email)).mappings().first()
    if (now["version"] if now else 0) != seen:
        mine = {"name": name, "role": role, "csm_id": csm_id}
        if now:
            raise changed(email, now["changed_by"], now["changed_at"], now, mine)
        raise changed(email, *last(connection, email), {}, mine, verb="taken off the list", standing=0)
    values = {"name": name, "role": role, "csm_id": csm_id, "changed_at": at, "changed_by": viewer.person}
    if now:
        same = (people.c.email == email) & (people.c.version == seen)
        connection.execute(sa.update(people).where(same).values(version=seen + 1, **values))
    else:
        connection.execute(sa.insert(people).values(email=email, version=1, **values))
    before = {part: now[part] for part in ("name", "role", "csm_id")} if now else None
    after = {"name": name, "role": role, "csm_id": csm_id}
    record(connection, viewer, at, "role given", email, before=before, after=after)


def remove(connection: sa.Connection, viewer: Viewer, at: datetime, email: str) -> None:
    """Take somebody's role away; whom the imported CSMs name keeps what that gives."""
    now = connection.execute(sa.select(people).where(people.c.email == email)).mappings().first()
    if now is None:
        raise NotFound(f"{email} has no role here.")
    connection.execute(sa.delete(people).where(people.c.email == email))
    before = {part: now[part] for part in ("name", "role", "csm_id")}
    record(connection, viewer, at, "role taken away", email, before=before)


def grant(
    connection: sa.Connection,
    viewer: Viewer,
    at: datetime,
    *,
    email: str,
    csm_id: str,
    until: date | None,
    reason: str,
) -> None:
    """Let somebody look after a colleague's book until a day."""
    connection.execute(
        sa.insert(grants).values(
            email=email, csm_id=csm_id, until=until, reason=reason, granted_at=at, granted_by=viewer.person
        )
    )
    after = {"book": csm_id, "until": until, "reason": reason}
    record(connection, viewer, at, "book lent", email, after=after)


def end_grant(connection: sa.Connection, viewer: Viewer, at: datetime, grant_id: int) -> None:
    """End a grant today."""
    now = (
        connection.execute(
            sa.select(grants).where(grants.c.grant_id == grant_id, grants.c.ended_at.is_(None))
        )
        .mappings()
        .first()
    )
    if now is None:
        raise NotFound("That book is not lent any more.")
    connection.execute(
        sa.update(grants).where(grants.c.grant_id == grant_id).values(ended_at=at, ended_by=viewer.person)
    )
    record(connection, viewer, at, "book given back", now["email"], before={"book": now["csm_id"]})


def _lower(addresses: Collection[str]) -> set[str]:
    return {address.strip().lower() for address in addresses}


def _below(people: pl.DataFrame, manager: str) -> tuple[str, ...]:
    seen: list[str] = []
    level = [manager]
    while level:
        reports = people.filter(pl.col("manager_id").is_in(level))["csm_id"].to_list()
        level = [csm for csm in reports if csm not in seen and csm != manager]
        seen += level
    return tuple(seen)
