"""Who asked to be left alone: that wins over every list, call, claim and letter, whatever the reason."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from data_access.errors import NotAllowed
from data_access.schema import FACT_TABLES

_contacts = FACT_TABLES["contacts"].c


def left_alone(connection: sa.Connection, account_ids: Sequence[str]) -> set[str]:
    """The accounts of which every known contact asked not to be contacted."""
    may = sa.func.min(sa.case((_contacts.do_not_contact.is_(True), 1), else_=0))
    statement = (
        sa.select(_contacts.account_id)
        .where(_contacts.account_id.in_(account_ids))
        .group_by(_contacts.account_id)
        .having(may == 1)
    )
    return set(connection.execute(statement).scalars())


def heed(connection: sa.Connection, account_id: str, contact_id: str | None = None) -> None:
    """Raise `NotAllowed` when this person, or everybody at this account, asked not to be contacted."""
    if contact_id:
        wish = sa.select(_contacts.do_not_contact).where(_contacts.contact_id == contact_id)
        if connection.execute(wish).scalar():
            raise NotAllowed("This person asked not to be contacted; no reason overrides that.")
    if left_alone(connection, [account_id]):
        raise NotAllowed("Everybody at this account asked not to be contacted; no reason overrides that.")
