"""Hours, wishes and capacity, kept when a call is taken or logged; a stated reason overrides, on record."""

from __future__ import annotations

import zlib
from datetime import datetime

import sqlalchemy as sa

from data_access import settings, wishes
from data_access.audit import record
from data_access.claims import LASTS
from data_access.errors import BeyondLimits
from data_access.schema import FACT_TABLES, call_claims, tasks
from data_access.viewer import Viewer
from models.call_limits import Day, Reached, beyond
from models.day_plan import rules_from


def kept(
    connection: sa.Connection,
    viewer: Viewer,
    now: datetime,
    account_id: str,
    contact_id: str | None,
    csm_id: str | None,
    day_began: datetime | None,
    because: str,
) -> None:
    """Raise `BeyondLimits` when this call breaks what was agreed, unless `because` says why: then that is
    written to the audit log with what it overrode.

    `NotAllowed` when this person, or everybody there, asked not to be contacted: no reason overrides that.
    The caller holds the account. `day_began` (UTC) is when the caller's day did; midnight UTC if not given.
    """
    wishes.heed(connection, account_id, contact_id)
    rules = rules_from(settings.body_in(connection))
    csm = csm_id or csm_of(connection, account_id)
    hold_day(connection, csm)
    began = day_began or datetime.combine(now.date(), datetime.min.time())
    made = used(connection, viewer, csm, began, now, account_id)
    day = Day(rules.capacities.get(csm, rules.capacity), made)
    said = beyond(reached(connection, account_id, contact_id), now, rules.hours, day)
    if not said:
        return
    if not because.strip():
        raise BeyondLimits(" ".join(said))
    after = {"limits": said, "because": because.strip()}
    record(connection, viewer, now, "call beyond limits", account_id, after=after)


def hold_day(connection: sa.Connection, csm_id: str) -> None:
    """Keep others from filling this CSM's day until the transaction ends; SQLite's writers wait anyway.

    The caller holds the account first, so that two callers never wait for each other.
    """
    if connection.dialect.name == "postgresql":
        key = zlib.crc32(f"rounds calls of {csm_id}".encode())
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(key)))


def reached(connection: sa.Connection, account_id: str, contact_id: str | None) -> Reached:
    """Zone, channel and wish of a contact of this account, with the account's region."""
    accounts, contacts = FACT_TABLES["accounts"].c, FACT_TABLES["contacts"].c
    statement = (
        sa.select(accounts.region, contacts.timezone, contacts.preferred_channel, contacts.do_not_contact)
        .select_from(FACT_TABLES["accounts"])
        .outerjoin(
            FACT_TABLES["contacts"],
            (contacts.account_id == accounts.account_id) & (contacts.contact_id == (contact_id or "")),
        )
        .where(accounts.account_id == account_id)
    )
    row = connection.execute(statement).first()
    if row is None:
        return Reached()
    return Reached(
        row.timezone or "", row.region or "", row.preferred_channel or "", bool(row.do_not_contact)
    )


def csm_of(connection: sa.Connection, account_id: str) -> str:
    """Whose account it is; "" when nobody's."""
    accounts = FACT_TABLES["accounts"].c
    found = sa.select(accounts.csm_id).where(accounts.account_id == account_id)
    return str(connection.execute(found).scalar() or "")


def used(
    connection: sa.Connection, viewer: Viewer, csm_id: str, since: datetime, now: datetime, account_id: str
) -> int:
    """Calls logged for this CSM since a moment, and those of their accounts that the viewer has taken.

    The account in question does not count itself.
    """
    accounts = FACT_TABLES["accounts"]
    done = (
        sa.select(sa.func.count())
        .select_from(tasks)
        .join(accounts, accounts.c.account_id == tasks.c.account_id)
        .where(
            tasks.c.state == "done",
            tasks.c.done_at >= since,
            sa.func.coalesce(tasks.c.csm_id, accounts.c.csm_id, "") == csm_id,
        )
    )
    taken = (
        sa.select(sa.func.count())
        .select_from(call_claims)
        .join(accounts, accounts.c.account_id == call_claims.c.account_id)
        .where(
            call_claims.c.person == viewer.person,
            call_claims.c.taken_at > now - LASTS,
            call_claims.c.account_id != account_id,
            sa.func.coalesce(accounts.c.csm_id, "") == csm_id,
        )
    )
    return int(connection.execute(done).scalar_one()) + int(connection.execute(taken).scalar_one())
